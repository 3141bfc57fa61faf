"""Prediction and export of a YOLOv8n with random weights: shapes and agreement need no training."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from yoloport.inside.selftest.check import CheckFailed

if TYPE_CHECKING:
    import torch
    from ultralytics import YOLO
    from ultralytics.engine.results import Results

PREDICT_SIZE, EXPORT_SIZE = 320, 160
CLASSES = 80
PIXELS, CONFIDENCE = 0.05, 1e-3


def prediction(device: torch.device) -> Mapping[str, object]:
    """Predicts on the photograph ``bus.jpg`` (810 x 1080) that ships with Ultralytics.

    Raises:
        CheckFailed: pixels, boxes or classes are not where they must be, or the work was done elsewhere.
    """
    from ultralytics.utils import ASSETS

    result, used = _predict(_random_detector(), ASSETS / "bus.jpg", device)
    boxes = result.boxes
    figures = {
        "device": str(used),
        "picture": list(result.orig_shape),
        "boxes": len(boxes),
        "inference ms": round(result.speed["inference"], 1),
    }
    if used.type != device.type:
        raise CheckFailed(f"it predicted on {used}, not on {device}", figures)
    if tuple(result.orig_shape) != (1080, 810) or boxes.data.shape[1] != 6 or len(boxes) == 0:
        raise CheckFailed(f"shapes are wrong: picture {result.orig_shape}, boxes {tuple(boxes.data.shape)}", figures)
    rows = boxes.data.cpu()
    if not bool(rows.isfinite().all()) or rows[:, :4].min() < 0 or rows[:, 2].max() > 810 or rows[:, 3].max() > 1080:
        raise CheckFailed("boxes lie outside the picture or are not finite", figures)
    return figures


def _predict(model: YOLO, picture: Path, device: torch.device) -> tuple[Results, torch.device]:
    result = model.predict(str(picture), imgsz=PREDICT_SIZE, conf=1e-6, device=device, verbose=False)[0]
    return result, model.predictor.device


def _random_detector() -> YOLO:
    import torch
    from ultralytics import YOLO

    torch.manual_seed(0)
    return YOLO("yolov8n.yaml", task="detect", verbose=False)


def onnx_export(device: torch.device) -> Mapping[str, object]:
    """Exports to ONNX, and compares raw outputs with torch on the CPU, where both must run.

    Raises:
        CheckFailed: a box differs by more than ``PIXELS`` pixels, or a confidence by more than ``CONFIDENCE``.
    """
    from ultralytics.utils import ASSETS

    from yoloport.inside.onnx_parity import both_outputs, export

    with tempfile.TemporaryDirectory() as folder:
        weights = Path(folder) / "yolov8n-random.pt"
        _random_detector().save(str(weights))
        from ultralytics import YOLO

        exported = export(YOLO(str(weights)), EXPORT_SIZE)
        outputs = both_outputs(weights, exported, ASSETS / "bus.jpg", EXPORT_SIZE)
        megabytes = exported.stat().st_size / 1e6
    gap = abs(outputs.torch - outputs.onnx)
    pixels, confidence = float(gap[:4].max()), float(gap[4:].max())
    figures = {
        "shape": list(outputs.onnx.shape),
        "pixels": pixels,
        "pixels allowed": PIXELS,
        "confidence": confidence,
        "confidence allowed": CONFIDENCE,
        "megabytes": round(megabytes, 1),
        "runtime": outputs.runtime,
    }
    if outputs.onnx.shape != (4 + CLASSES, 525):  # 20*20 + 10*10 + 5*5 places at 160 pixels
        raise CheckFailed(f"the output has shape {outputs.onnx.shape}, not {(4 + CLASSES, 525)}", figures)
    if not (pixels <= PIXELS and confidence <= CONFIDENCE):
        raise CheckFailed(f"ONNX and torch differ by {pixels:.2g} pixels and {confidence:.2g} confidence", figures)
    return figures
