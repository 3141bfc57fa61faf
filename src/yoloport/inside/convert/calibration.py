"""Pictures for int8: found, opened once, and laid out as a dataset that every exporter reads alike."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yoloport.datasets.description import read_description
from yoloport.datasets.labels import pictures_in
from yoloport.inside.convert.problems import BadCalibration

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.metadata import Preprocess

MOST, ADVISED, NAMED = 512, 300, 5
"""``ADVISED``: Ultralytics 8.4.190, engine/exporter.py, "300 images recommended for INT8 calibration"."""


@dataclass(frozen=True)
class Calibration:
    """Which pictures the ranges come from.

    Args:
        data: what was given.
        found: pictures there.
        used: those taken: spread evenly, ``MOST`` at most, and only whole ones.
        broken: how many of those looked at could not be read.
        named: the first of them, with the reason.
    """

    data: Path
    found: int
    used: tuple[Path, ...]
    broken: int
    named: tuple[str, ...]

    def to_json(self) -> dict[str, object]:
        """Counts and names of what is broken, without the list of pictures."""
        counts = {"found": self.found, "used": len(self.used), "broken": self.broken}
        return {"data": self.data.name, **counts, "broken_names": list(self.named)}

    def notes(self) -> list[str]:
        """What a person should know about them."""
        said = [f"{self.broken} calibration pictures could not be read: {'; '.join(self.named)}"] if self.broken else []
        few = f"{len(self.used)} pictures to calibrate with; Ultralytics advises {ADVISED} or more"
        return [*said, *([few] if len(self.used) < ADVISED else [])]


def choose(data: Path, tell: Callable[[str], None]) -> Calibration:
    """The pictures of a folder, or of a dataset's ``val`` (of its ``train`` where that is empty).

    Raises:
        BadCalibration: there is not one picture that can be read.
        BadDataset: the YAML is wrong.
    """
    from yoloport.runtime.prepare.pictures import BrokenPicture, read

    pictures = _pictures(data)
    if not pictures:
        raise BadCalibration(data, "there is no picture")
    chosen = pictures if len(pictures) <= MOST else [pictures[n * len(pictures) // MOST] for n in range(MOST)]
    used, broken = [], []
    for number, picture in enumerate(chosen):
        tell(f"picture {number + 1} of {len(chosen)}")
        try:
            read(picture)
            used.append(picture)
        except BrokenPicture as problem:
            broken.append(f"{picture.name}: {problem.why}")
    if not used:
        raise BadCalibration(data, f"not one of {len(chosen)} pictures can be read; {broken[0]}")
    return Calibration(data, len(pictures), tuple(used), len(broken), tuple(broken[:NAMED]))


def _pictures(data: Path) -> list[Path]:
    if not data.exists():
        raise BadCalibration(data, "there is no such file or folder")
    if data.is_dir():
        return pictures_in(data)
    told = read_description(data, os.environ)
    for places in (told.val, told.train):
        found = [one for place in places if place.exists() for one in pictures_in(place) if one.is_file()]
        if found:
            return found
    return []


def laid_out(calibration: Calibration, folder: Path, task: str, names: dict[int, str]) -> Path:
    """A dataset of links in ``folder``, so that nothing is written beside the user's pictures; what ``data=`` takes.

    No labels: ranges come from pictures alone. A classifier's pictures lie in a folder for a class, whichever.
    """
    places = ("train/0", "val/0") if task == "classify" else ("images",)
    for place in places:
        (folder / place).mkdir(parents=True)
        for number, picture in enumerate(calibration.used):
            (folder / place / f"{number:06}{picture.suffix.lower()}").symlink_to(picture.absolute())
    if task == "classify":
        return folder
    file = folder / "calibration.yaml"
    # JSON is YAML, and keeps names with quotes and colons as they are. A pose's dataset must tell its points.
    told = {"path": str(folder), "train": "images", "val": "images", "names": names, "kpt_shape": [17, 3]}
    file.write_text(json.dumps(told), encoding="utf-8")
    return file


def prepared(picture: Path, size: tuple[int, int], channels: int, form: Preprocess) -> NDArray[Any]:
    """A picture as a detector's graph takes it: a batch of one, letterboxed as the runtime does it.

    Args:
        picture: that :func:`choose` found to be whole.
        size: height and width of the input.
        channels: of the model: 3, or 1 for grey.
        form: what it becomes.
    """
    from yoloport.runtime.prepare.letterbox import fit, scaled
    from yoloport.runtime.prepare.normalise import blank, write
    from yoloport.runtime.prepare.pictures import read

    found = read(picture, channels)
    place = fit(found.shape[:2], size)
    batch = blank(*size, channels, form)
    write(scaled(found, place), batch[0], form, place)
    return batch
