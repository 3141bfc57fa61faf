"""What a demo measured, as data: :meth:`DemoReport.to_json` writes it, :mod:`yoloport.measure.page` shows it."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from yoloport.measure.boxes import Box
from yoloport.measure.machine import Machine

FORMAT = 1


@dataclass(frozen=True)
class Picture:
    """A picture with what is in it.

    Args:
        title: its file name.
        jpeg: the picture, small enough to travel in a page.
        width: pixels, which ``found`` and ``truth`` are in too.
        height: pixels.
        found: boxes the detector found.
        truth: boxes of the labels; ``None`` for a picture without labels.
    """

    title: str
    jpeg: bytes
    width: int
    height: int
    found: tuple[Box, ...]
    truth: tuple[Box, ...] | None = None


@dataclass(frozen=True)
class Step:
    """A step of the demo: its name, its wall time in seconds, and the device that did its arithmetic."""

    name: str
    seconds: float
    device: str


@dataclass(frozen=True)
class ClassScore:
    """How well one class is found; ``boxes`` is how many of it the validation pictures have."""

    name: str
    boxes: int
    map50: float
    map50_95: float


@dataclass(frozen=True)
class Scores:
    """Validation of the best epoch: averages over classes, each class, and milliseconds a picture by stage."""

    map50: float
    map50_95: float
    precision: float
    recall: float
    classes: tuple[ClassScore, ...]
    milliseconds: dict[str, float]


@dataclass(frozen=True)
class Epoch:
    """One pass over the training pictures: mean losses of training, and scores of validation after it."""

    number: int
    box_loss: float
    cls_loss: float
    dfl_loss: float
    map50: float
    map50_95: float


@dataclass(frozen=True)
class OnnxCheck:
    """The exported model against the one it came from, on one picture, both on the CPU.

    Args:
        file: the ONNX file.
        megabytes: its size.
        picture: the picture compared on.
        threshold: confidence from which a box counts.
        raw: largest difference of the two outputs before any threshold: pixels for boxes, 0..1 for confidences.
        torch_boxes, onnx_boxes, paired: boxes of each, and how many they share.
        pixels, confidence: largest difference of a pair; ``None`` without a pair.
        agrees: whether all is within ``tolerance``.
        tolerance: the limits, in words.
        milliseconds: one run of the exported model.
        runtime: version and provider of onnxruntime.
    """

    file: str
    megabytes: float
    picture: str
    threshold: float
    raw: float
    torch_boxes: int
    onnx_boxes: int
    paired: int
    pixels: float | None
    confidence: float | None
    agrees: bool
    tolerance: str
    milliseconds: float
    runtime: str


@dataclass(frozen=True)
class Training:
    """How the model came to be: where from, where it is, and with which settings that differ from upstream's."""

    start: str
    epochs: tuple[Epoch, ...]
    run_folder: str
    weights: str
    image_size: int
    settings: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class DemoReport:
    """A finished demo.

    Args:
        date: when it began, UTC, ISO 8601.
        command: what to type to do it again.
        drawn: whether the pictures are scenes that the project drew itself.
        dataset: facts of the dataset, as JSON takes them.
        machine: what it ran on.
        training, scores, onnx: results.
        steps: timings in order.
        photographs: pictures from elsewhere.
        validation: pictures that were not trained on, with their labels.
        notes: limits a reader must know.
    """

    date: str
    command: str
    drawn: bool
    dataset: dict[str, Any]
    machine: Machine
    training: Training
    scores: Scores
    onnx: OnnxCheck
    steps: tuple[Step, ...]
    photographs: tuple[Picture, ...]
    validation: tuple[Picture, ...]
    notes: tuple[str, ...] = ()

    def training_seconds(self) -> float:
        """Wall time of the training step."""
        return sum(step.seconds for step in self.steps if step.name == "training")

    def to_json(self) -> dict[str, Any]:
        """Everything but the bytes of the pictures; numbers that are none become null."""
        content: dict[str, Any] = {"format": FORMAT, **asdict(self)}
        for key in ("photographs", "validation"):
            content[key] = [_picture_json(picture) for picture in getattr(self, key)]
        plain: dict[str, Any] = finite(content)
        return plain


def _picture_json(picture: Picture) -> dict[str, object]:
    truth = None if picture.truth is None else [box.to_json() for box in picture.truth]
    found = [box.to_json() for box in picture.found]
    return {"title": picture.title, "width": picture.width, "height": picture.height, "found": found, "truth": truth}


def finite(value: Any) -> Any:
    """``value`` with NaN and infinities, which JSON has no word for, as ``None``."""
    if isinstance(value, dict):
        return {str(key): finite(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [finite(entry) for entry in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
