"""How far our results and Ultralytics' are apart on the same artifact: the comparison of tests and benchmark."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np


@dataclass
class Apart:
    """What was compared, and the largest differences found.

    boxes: of Ultralytics; missing, extra: boxes of theirs that we lack, and of ours that they lack; pixels: of box
    edges, corners of rotated boxes or keypoints; confidence: of boxes, keypoints or class scores; angle: in radians;
    mask: share of a mask's pixels that differ; order: pictures whose boxes come in another order.
    """

    pictures: int = 0
    boxes: int = 0
    missing: int = 0
    extra: int = 0
    pixels: float = 0.0
    confidence: float = 0.0
    mask: float = 0.0
    order: int = 0

    def add(self, other: Apart) -> None:
        """Counts are summed, differences the larger of the two."""
        for field in fields(self):
            one, two = getattr(self, field.name), getattr(other, field.name)
            setattr(self, field.name, max(one, two) if isinstance(one, float) else one + two)

    def same(self, pixels: float = 0.01, confidence: float = 1e-4) -> bool:
        """Nothing missing, nothing extra, the rest within the tolerance."""
        return not self.missing and not self.extra and self.pixels <= pixels and self.confidence <= confidence


def both(
    artifact: Path,
    pictures: list[str],
    conf: float,
    device: str = "cpu",
    precision: str = "fp32",
    theirs_is: Path | None = None,
) -> Iterator[tuple[object, object]]:
    """Our result and Ultralytics' for each picture, from the same engine in the same precision.

    Ours comes from the session that a user gets. Ultralytics runs the same artifact, or ``theirs_is``, for a graph that
    it cannot read.
    """
    from ultralytics import YOLO

    from yoloport.runtime.model import load

    ours = load(artifact, device=device, precision=precision)
    with precisely(precision):
        theirs = YOLO(str(theirs_is or artifact), task=ours.task)
        for picture, mine in zip(pictures, ours(pictures, conf=conf), strict=True):
            said = {"device": device} if device != "cpu" else {}
            yield (
                mine,
                theirs.predict(picture, conf=conf, verbose=False, imgsz=ours.metadata.size, **said)[0].cpu().numpy(),
            )


@contextmanager
def precisely(precision: str) -> Iterator[None]:
    """Ultralytics leaves the precision to the engine: OpenVINO takes bf16 and ncnn fp16 where they can."""
    put: list[tuple[object, str, object]] = []
    with suppress(ModuleNotFoundError):
        import openvino

        plain = openvino.Core.compile_model
        put.append((openvino.Core, "compile_model", plain))

        def compiled(self, model, device_name=None, config=None):
            hint = {"INFERENCE_PRECISION_HINT": "f32", "EXECUTION_MODE_HINT": "ACCURACY"}
            return plain(self, model, device_name, {**(config or {}), **(hint if precision == "fp32" else {})})

        openvino.Core.compile_model = compiled
    with suppress(ModuleNotFoundError):
        import ncnn

        net = ncnn.Net
        put.append((ncnn, "Net", net))

        def made():
            one = net()
            for name in ("packed", "storage", "arithmetic") if precision == "fp32" else ():
                setattr(one.opt, f"use_fp16_{name}", False)
            return one

        ncnn.Net = made
    try:
        yield
    finally:
        for owner, name, value in put:
            setattr(owner, name, value)


def apart(mine, other) -> Apart:
    """One picture's difference."""
    if other.probs is not None:
        gap = float(np.abs(mine.probs.data - other.probs.data).max())
        same = mine.probs.top1 == other.probs.top1
        return Apart(1, 1, 0 if same else 1, 0 if same else 1, 0.0, gap)
    rotated = other.obb is not None
    our_rows, their_rows = (one.obb if rotated else one.boxes for one in (mine, other))
    pairs = paired(np.asarray(our_rows.data), np.asarray(their_rows.data))
    result = Apart(1, len(their_rows), len(their_rows) - len(pairs), len(our_rows) - len(pairs))
    result.order = int(pairs != [(n, n) for n in range(len(pairs))])
    if not pairs:
        return result
    a, b = (np.array(side) for side in zip(*pairs, strict=True))
    one, two = (rows.xyxyxyxy if rotated else rows.xyxy for rows in (our_rows, their_rows))
    result.pixels = float(np.abs(one[a] - two[b]).max())
    result.confidence = float(np.abs(our_rows.conf[a] - their_rows.conf[b]).max())
    if other.keypoints is not None:
        gap = np.abs(mine.keypoints.data[a] - other.keypoints.data[b])
        result.pixels = max(result.pixels, float(gap[..., :2].max()))
        result.confidence = max(result.confidence, float(gap[..., 2:].max(initial=0)))
    if other.masks is not None:
        for i, j in pairs:
            ours, theirs = mine.masks.data[i] > 0, other.masks.data[j] > 0
            result.mask = max(result.mask, float((ours != theirs).sum() / max(theirs.sum(), 1)))
    return result


def paired(ours: np.ndarray, theirs: np.ndarray) -> list[tuple[int, int]]:
    """Pairs of rows of the same class whose numbers are closest, within half a pixel."""
    free, pairs = set(range(len(theirs))), []
    for place, row in enumerate(ours):
        near = [(float(np.abs(row[:4] - theirs[n, :4]).max()), n) for n in free if theirs[n, -1] == row[-1]]
        if near and min(near)[0] <= 0.5:
            free.remove(min(near)[1])
            pairs.append((place, min(near)[1]))
    return pairs
