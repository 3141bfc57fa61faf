"""The checks: each gives figures, or says what differs from what it must be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

MODEL = Path(__file__).with_name("bright.onnx")
"""A detector of bright cells, by ``tests/runtime/check/make_model.py``: one box a cell, its mean the confidence."""
_BRIGHT = (240, 80, 320, 160)


class Differs(Exception):
    """A result that is not what it must be."""


def perform() -> list[dict[str, Any]]:
    """All checks, each with ``id``, ``title``, ``passed``, ``figures`` and ``why``."""
    found = []
    for run in (decodes, solves, detects):
        figures: dict[str, Any] = {}
        why = ""
        try:
            figures = run()
        except Exception as error:  # noqa: BLE001  an engine that is broken raises anything; the words are the result
            why = str(error) if isinstance(error, Differs) else f"{type(error).__name__}: {error}"
        title = (run.__doc__ or "").splitlines()[0]
        found.append({"id": run.__name__, "title": title, "passed": not why, "figures": figures, "why": why})
    return found


def decodes() -> dict[str, Any]:
    """Pictures come back from JPEG, PNG and WebP as they went in."""
    picture = _picture()
    allowed = {".png": 0, ".webp": 8, ".jpg": 8}
    figures = {}
    for suffix, most in allowed.items():
        packed = cv2.imencode(suffix, picture)[1]
        back = cv2.imdecode(packed, cv2.IMREAD_COLOR)
        if back is None or back.shape != picture.shape:
            raise Differs(f"{suffix} cannot be decoded")
        figures[suffix] = float(np.abs(back.astype(int) - picture).mean())
        if figures[suffix] > most:
            raise Differs(f"{suffix} is off by {figures[suffix]:.1f} grey levels on average, {most} are allowed")
    return figures


def solves() -> dict[str, Any]:
    """Matrices are multiplied, solved and decomposed rightly: OpenCV's library for it may be the system's."""
    a = np.random.default_rng(0).normal(size=(200, 200))
    b = a @ np.ones((200, 2))
    w, u, vt = cv2.SVDecomp(a)
    off = {
        "solve": float(np.abs(np.asarray(cv2.solve(a, b)[1]) - 1).max()),
        "gemm": float(np.abs(np.asarray(cv2.gemm(a, a, 1, None, 0)) - a @ a).max()),
        "svd": float(np.abs((u * w.T) @ vt - a).max()),
    }
    if max(off.values()) > 1e-8:
        raise Differs(f"off by {off}")
    return off


def detects() -> dict[str, Any]:
    """A bright square is found exactly where it is, through decoding, letterbox, engine and suppression."""
    from yoloport.runtime import load

    with load(MODEL, conf=0.9) as model:
        found = model(_picture())[0].boxes
        running = model.running()
    boxes: Any = [] if found is None else found.xyxy
    off = float(np.abs(boxes[0] - np.array(_BRIGHT)).max()) if len(boxes) == 1 else float("inf")
    if off > 0.01:
        raise Differs(f"it found {np.asarray(boxes).tolist()}, and there is {list(_BRIGHT)}")
    return {"pixels off": off, "engine": f"{running.engine} {running.version}", "device": running.device}


def repeat(times: int) -> int:
    """Predict so often; says ``predicting`` when it begins."""
    from yoloport.runtime import load

    picture = _picture()
    with load(MODEL, conf=0.9) as model:
        print("predicting", flush=True)
        for _ in range(times):
            model(picture)[0]
    return 0


def _picture() -> NDArray[np.uint8]:
    """Black, with one white square that is one cell of the model after the letterbox: 640 x 480 becomes 64 x 48."""
    picture: NDArray[np.uint8] = np.zeros((480, 640, 3), np.uint8)
    left, top, right, bottom = _BRIGHT
    picture[top:bottom, left:right] = 255
    return picture
