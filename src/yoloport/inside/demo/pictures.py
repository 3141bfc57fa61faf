"""Predicts on pictures, and makes them small enough to travel inside a page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from yoloport.datasets.check import DatasetFacts
from yoloport.datasets.faults import FaultList
from yoloport.datasets.labels import label_file, read_labels
from yoloport.measure.boxes import Box
from yoloport.measure.report import Picture

if TYPE_CHECKING:
    import numpy as np
    from ultralytics import YOLO

SHOWN = 6
LONGEST = 640
CONFIDENCE = 0.25


def choose(pictures: Sequence[Path], count: int = SHOWN) -> list[Path]:
    """Up to ``count`` pictures that have labels, spread evenly over all of them; the same ones every time."""
    labelled = [picture for picture in pictures if _has_labels(picture)]
    if len(labelled) <= count:
        return labelled
    return [labelled[(2 * number + 1) * len(labelled) // (2 * count)] for number in range(count)]


def _has_labels(picture: Path) -> bool:
    file = label_file(picture)
    return file.is_file() and file.stat().st_size > 1


def predict(model: YOLO, files: Sequence[Path], size: int, device: str | None) -> list[tuple[np.ndarray, list[Box]]]:
    """Each picture as BGR pixels, with the boxes found in it at confidence 0.25, in its own pixels."""
    found = []
    for file in files:
        result = model.predict(str(file), imgsz=size, conf=CONFIDENCE, device=device, verbose=False)[0]
        rows = result.boxes.data.cpu().tolist()
        boxes = [Box(result.names[int(r[5])], int(r[5]), (r[0], r[1], r[2], r[3]), r[4]) for r in rows]
        found.append((result.orig_img, boxes))
    return found


def show(file: Path, pixels: np.ndarray, found: Sequence[Box], truth: Sequence[Box] | None) -> Picture:
    """A picture with its boxes, no side longer than 640 pixels, as JPEG."""
    import cv2

    height, width = pixels.shape[:2]
    factor = min(1.0, LONGEST / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    small = pixels if factor == 1.0 else cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    encoded = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, 82])[1].tobytes()
    return Picture(file.name, encoded, *size, _scaled(found, factor), None if truth is None else _scaled(truth, factor))


def _scaled(boxes: Sequence[Box], factor: float) -> tuple[Box, ...]:
    return tuple(Box(box.name, box.class_number, _times(box.corners, factor), box.confidence) for box in boxes)


def _times(corners: tuple[float, float, float, float], factor: float) -> tuple[float, float, float, float]:
    left, top, right, bottom = corners
    return left * factor, top * factor, right * factor, bottom * factor


def labelled_boxes(picture: Path, width: int, height: int, dataset: DatasetFacts) -> list[Box]:
    """Boxes of the picture's labels, in pixels; the dataset was checked, so every row is sound."""
    names = dataset.names
    rows = read_labels(label_file(picture), len(names), dataset.label_columns, FaultList()) or []
    boxes = []
    for row in rows:
        x, y, w, h = row.box
        corners = ((x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height)
        boxes.append(Box(names[row.class_number], row.class_number, corners))
    return boxes


def photographs() -> list[Path]:
    """The two photographs that ship inside the ultralytics package."""
    from ultralytics.utils import ASSETS

    return [ASSETS / "bus.jpg", ASSETS / "zidane.jpg"]
