"""Checks a dataset before a training run meets it: seconds of reading instead of a late failure, or none.

Needs neither torch nor Ultralytics, so that a wrong dataset is named before either is imported.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from yoloport.datasets.description import Description, read_description
from yoloport.datasets.faults import BadDataset, Fault, FaultList
from yoloport.datasets.labels import label_file, missing, pictures_in, read_labels

__all__ = ["BadDataset", "DatasetFacts", "SplitFacts", "check_dataset"]

CHECKED_LABELS = 50_000


@dataclass(frozen=True)
class SplitFacts:
    """What one split holds.

    Args:
        places: its folders or ``.txt`` lists.
        pictures: every picture, in order.
        labelled: how many have at least one object.
        boxes: objects of each class, by class number.
        unread: label files past the first ``CHECKED_LABELS``, which were not opened; 0 for all but huge sets.
    """

    places: tuple[Path, ...]
    pictures: tuple[Path, ...]
    labelled: int
    boxes: tuple[int, ...]
    unread: int

    def to_json(self) -> dict[str, object]:
        """Counts and places, without the list of pictures."""
        counts = {"pictures": len(self.pictures), "labelled": self.labelled, "boxes": list(self.boxes)}
        return {"places": [str(place) for place in self.places], **counts, "unread": self.unread}


@dataclass(frozen=True)
class DatasetFacts:
    """A dataset that passed.

    Args:
        file: its YAML.
        names: class names in order of class number.
        train: what there is to train on.
        val: what there is to validate on.
        label_columns: how many numbers a label line may have, beside those of a polygon.
    """

    file: Path
    names: tuple[str, ...]
    train: SplitFacts
    val: SplitFacts
    label_columns: tuple[int, ...] = (5,)

    def to_json(self) -> dict[str, object]:
        """The facts as JSON takes them."""
        splits = {"train": self.train.to_json(), "val": self.val.to_json()}
        return {"file": str(self.file), "names": list(self.names), **splits}


def check_dataset(yaml_path: Path, environ: Mapping[str, str] | None = None) -> DatasetFacts:
    """Reads a detection dataset as Ultralytics would, and stops where Ultralytics would fail or drop pictures.

    Args:
        yaml_path: the dataset YAML; ``train`` and ``val`` as folder, list of folders or ``.txt``.
        environ: environment that says where Ultralytics' settings are; this process's by default.

    Returns:
        What is in it. An empty or absent label file is a background picture.

    Raises:
        BadDataset: with up to 20 faults, each with file and line, and their number.
    """
    description = read_description(Path(yaml_path), os.environ if environ is None else environ)
    _check_places(description)
    faults = FaultList()
    train, val = (_split(places, description, faults) for places in (description.train, description.val))
    if faults.count:
        raise BadDataset(description.file, faults.shown, _remedy(faults.shown), faults.count)
    for key, split in (("train", train), ("val", val)):
        if not split.labelled and not split.unread:
            raise _unlabelled(description, key, split)
    return DatasetFacts(description.file, description.names, train, val, description.label_columns)


def _check_places(description: Description) -> None:
    faults = [
        Fault(str(description.file), description.lines.get(key), f"{key}: {place} is not there")
        for key, places in (("train", description.train), ("val", description.val))
        for place in places
        if not place.exists()
    ]
    if not faults:
        return
    if description.download:
        remedy = (
            "The YAML would download the pictures; a closed site cannot, and nothing is fetched at run time. "
            f"Fetch the dataset on a machine with internet, copy it to {description.root}, and start again."
        )
    else:
        remedy = f"Folders are looked for below {description.root}. Correct the YAML, or copy the pictures there."
    raise BadDataset(description.file, faults, remedy)


def _split(places: Sequence[Path], description: Description, faults: FaultList) -> SplitFacts:
    pictures: list[Path] = []
    for place in places:
        found = _pictures(place, faults)
        absent = missing(found) if place.is_file() else []
        if absent:
            first = ", ".join(str(picture) for picture in absent[:3])
            faults.add(place, f"lists {len(absent)} of {len(found)} pictures that are not there, the first: {first}")
        pictures += found
    boxes, labelled = [0] * len(description.names), 0
    for picture in pictures[:CHECKED_LABELS]:
        rows = read_labels(label_file(picture), len(description.names), description.label_columns, faults)
        labelled += bool(rows)
        for row in rows or ():
            boxes[row.class_number] += 1
    return SplitFacts(tuple(places), tuple(pictures), labelled, tuple(boxes), max(0, len(pictures) - CHECKED_LABELS))


def _pictures(place: Path, faults: FaultList) -> list[Path]:
    try:
        found = pictures_in(place)
    except (UnicodeDecodeError, OSError):
        faults.add(place, "is neither a folder of pictures nor a .txt list of them")
        return []
    if not found:
        faults.add(place, "has no pictures" if place.is_dir() else "lists no pictures")
    return found


def _remedy(faults: Sequence[Fault]) -> str:
    if any("out of range" in fault.what for fault in faults):
        return "Correct the class numbers, or add the missing names to the YAML."
    if any("not there" in fault.what for fault in faults):
        return "Copy the pictures there or correct the list; a line ./images/a.jpg is relative to the list itself."
    return "Correct these files. Each label line is: class centre-x centre-y width height, as fractions of the picture."


def _unlabelled(description: Description, key: str, split: SplitFacts) -> BadDataset:
    expected = label_file(split.pictures[0])
    example = f"for example {expected} is empty or absent"
    what = f"{key}: none of {len(split.pictures)} pictures has a labelled object; {example}"
    fault = Fault(str(description.file), description.lines.get(key), what)
    return BadDataset(description.file, [fault], "Put label files there: images/x.jpg goes with labels/x.txt.")
