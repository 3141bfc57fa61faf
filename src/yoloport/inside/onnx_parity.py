"""Exports a detector to ONNX, and runs both on the same numbers, so that only the export can make a difference."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yoloport.measure.boxes import Box, difference
from yoloport.measure.machine import usable_cores
from yoloport.measure.report import OnnxCheck

if TYPE_CHECKING:
    import numpy as np
    from onnxruntime import InferenceSession
    from ultralytics import YOLO

THRESHOLD = 0.25
PIXELS, CONFIDENCE = 0.5, 0.01
TOLERANCE = f"the same boxes, {PIXELS} pixels and {CONFIDENCE} in confidence"


@dataclass(frozen=True)
class Outputs:
    """Raw outputs of both for one picture, ``(4 + classes, places)``: box in pixels, then confidences."""

    torch: np.ndarray
    onnx: np.ndarray
    seconds: float
    runtime: str

    def raw_difference(self) -> float:
        """Largest difference of a box edge or a confidence, over every place the detector looks at."""
        return float(abs(self.torch - self.onnx).max())

    def confident_difference(self) -> tuple[float, float]:
        """Largest difference in pixels where either is confident at all (0.001), and in confidence everywhere."""
        seen = (self.torch[4:].max(0) > 0.001) | (self.onnx[4:].max(0) > 0.001)
        gap = abs(self.torch - self.onnx)
        return float(gap[:4, seen].max(initial=0.0)), float(gap[4:].max())


def export(model: YOLO, size: int) -> Path:
    """Writes the detector beside its weights as ONNX for one square picture of ``size`` pixels; returns the file."""
    return Path(model.export(format="onnx", imgsz=size, device="cpu", verbose=False))


def both_outputs(weights: Path, exported: Path, picture: Path, size: int) -> Outputs:
    """Runs the checkpoint and its export on ``picture``, letterboxed to a square of ``size`` pixels, on the CPU."""
    import onnxruntime
    import torch
    from ultralytics.nn.tasks import load_checkpoint

    pixels = _prepared(picture, size)
    net, _ = load_checkpoint(str(weights), device=torch.device("cpu"), fuse=True)
    net = net.eval().float()
    with torch.inference_mode():
        expected = net(torch.from_numpy(pixels))
    session = _session(exported)
    start = time.perf_counter()
    actual = session.run(None, {session.get_inputs()[0].name: pixels})[0]
    seconds = time.perf_counter() - start
    first = expected[0] if isinstance(expected, list | tuple) else expected
    runtime = f"onnxruntime {onnxruntime.__version__}, {session.get_providers()[0]}"
    return Outputs(first[0].numpy(), actual[0], seconds, runtime)


def _session(exported: Path) -> InferenceSession:
    import onnxruntime

    onnxruntime.disable_telemetry_events()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = usable_cores()
    return onnxruntime.InferenceSession(str(exported), options, providers=["CPUExecutionProvider"])


def _prepared(picture: Path, size: int) -> np.ndarray:
    """The picture as the network takes it: ``(1, 3, size, size)``, RGB, 0..1."""
    import cv2
    import numpy as np
    from ultralytics.data.augment import LetterBox

    image = cv2.imdecode(np.fromfile(picture, np.uint8), cv2.IMREAD_COLOR)
    boxed = LetterBox((size, size), auto=False, stride=32)(image=image)
    channels = boxed[..., ::-1].transpose(2, 0, 1)[None]
    scaled: np.ndarray = np.ascontiguousarray(channels, dtype=np.float32) / 255.0
    return scaled


def boxes_of(output: np.ndarray, names: tuple[str, ...]) -> list[Box]:
    """Boxes of a raw output after Ultralytics' own suppression, in pixels of the letterboxed picture."""
    import torch
    from ultralytics.utils.nms import non_max_suppression

    kept = non_max_suppression(torch.from_numpy(output)[None], conf_thres=THRESHOLD, iou_thres=0.7)[0]
    rows = kept.tolist()
    return [Box(names[int(row[5])], int(row[5]), (row[0], row[1], row[2], row[3]), row[4]) for row in rows]


def compare(weights: Path, exported: Path, picture: Path, size: int, names: tuple[str, ...]) -> OnnxCheck:
    """Compares raw outputs and the boxes made of them; a difference is reported, never corrected."""
    outputs = both_outputs(weights, exported, picture, size)
    gap = difference(boxes_of(outputs.torch, names), boxes_of(outputs.onnx, names))
    raw_pixels, raw_confidence = outputs.confident_difference()
    same_boxes = gap.first == gap.second == gap.paired
    return OnnxCheck(
        file=str(exported),
        megabytes=exported.stat().st_size / 1e6,
        picture=picture.name,
        threshold=THRESHOLD,
        raw=outputs.raw_difference(),
        torch_boxes=gap.first,
        onnx_boxes=gap.second,
        paired=gap.paired,
        pixels=gap.pixels,
        confidence=gap.confidence,
        agrees=same_boxes and raw_pixels <= PIXELS and raw_confidence <= CONFIDENCE,
        tolerance=TOLERANCE,
        milliseconds=outputs.seconds * 1000,
        runtime=outputs.runtime,
    )
