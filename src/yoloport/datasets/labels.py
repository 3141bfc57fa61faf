"""Pictures of a split, and their label files, by the rules of Ultralytics' ``verify_image_label``.

Ultralytics drops a picture whose labels it cannot use and trains on, with one line in a long log. Here each is a fault.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from yoloport.datasets.faults import FaultList

# ultralytics/data/utils.py, IMG_FORMATS
PICTURE_SUFFIXES = frozenset(
    [".avif", ".bmp", ".dng", ".heic", ".heif", ".jp2", ".jpeg", ".jpg", ".mpo", ".png", ".tif", ".tiff", ".webp"]
)
TOLERANCE = 0.01  # upstream's, on either side of 0..1


@dataclass(frozen=True)
class LabelRow:
    """One object: its class number, and its box as centre x, centre y, width, height, each 0..1 of the picture."""

    class_number: int
    box: tuple[float, float, float, float]


def pictures_in(place: Path) -> list[Path]:
    """Pictures in a folder and below, or in a ``.txt`` list, in order; a list may name files that are not there."""
    if place.is_dir():
        files = [Path(folder) / name for folder, _, names in os.walk(place, followlinks=True) for name in names]
        return sorted(file for file in files if _is_picture(file))
    lines = place.read_text(encoding="utf-8-sig").split("\n")
    entries = (line.strip() for line in lines)
    files = [place.parent / entry[2:] if entry.startswith("./") else Path(entry) for entry in entries if entry]
    return sorted(file for file in files if _is_picture(file))


def _is_picture(file: Path) -> bool:
    return file.suffix.lower() in PICTURE_SUFFIXES and not file.name.startswith(".")


def label_file(picture: Path) -> Path:
    """The label file of a picture: the last folder ``images`` in its path becomes ``labels``, the suffix ``.txt``."""
    swapped = f"{os.sep}labels{os.sep}".join(str(picture).rsplit(f"{os.sep}images{os.sep}", 1))
    return Path(swapped).with_suffix(".txt")


def read_labels(file: Path, classes: int, columns: Sequence[int], faults: FaultList) -> list[LabelRow] | None:
    """Objects of one label file; what cannot be used goes to ``faults``.

    Args:
        file: the label file.
        classes: how many classes the dataset has.
        columns: how many numbers a line may have, beside those of a polygon (7, 9, 11 ...).
        faults: where faults are collected.

    Returns:
        The objects, none for an empty file, ``None`` where there is no file; either way the picture is background.
    """
    try:
        text = file.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return None
    except (UnicodeDecodeError, OSError):
        faults.add(file, "cannot be read as text")
        return []
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):
        if not (cells := line.split()):
            continue
        row = _row(cells, classes, columns)
        if isinstance(row, str):
            faults.add(file, row, number)
        else:
            rows.append(row)
    return rows


def _row(cells: list[str], classes: int, columns: Sequence[int]) -> LabelRow | str:
    polygon = len(cells) not in columns
    if polygon and (len(cells) < 7 or len(cells) % 2 == 0):
        return f"has {len(cells)} numbers; a box needs 5: class, centre x, centre y, width, height"
    try:
        numbers = [float(cell) for cell in cells]
    except ValueError:
        return f"is not a line of numbers: {' '.join(cells)[:60]!r}"
    if not numbers[0].is_integer() or not 0 <= numbers[0] < classes:
        return f"class {cells[0]} is out of range; this dataset has 0 to {classes - 1}"
    points = numbers[1:] if polygon else numbers[1:5]
    outside = [value for value in points if not -TOLERANCE <= value <= 1 + TOLERANCE]
    if outside:
        return f"coordinate {outside[0]:g} is outside 0..1; labels are fractions of the picture, not pixels"
    box = _around(points) if polygon else (points[0], points[1], points[2], points[3])
    if box[2] < 0 or box[3] < 0:
        return f"width or height is negative: {box[2]:g} x {box[3]:g}"
    return LabelRow(int(numbers[0]), box)


def _around(points: Sequence[float]) -> tuple[float, float, float, float]:
    xs, ys = points[0::2], points[1::2]
    return (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2, max(xs) - min(xs), max(ys) - min(ys)


def missing(pictures: Iterable[Path]) -> list[Path]:
    """The pictures that are listed but not there."""
    return [picture for picture in pictures if not picture.is_file()]
