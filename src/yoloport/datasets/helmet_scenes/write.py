"""Writes helmet scenes as an Ultralytics detection dataset: all of it or nothing."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from yoloport.datasets.helmet_scenes.draw import draw_scene
from yoloport.datasets.helmet_scenes.labels import label_line
from yoloport.datasets.helmet_scenes.scene import NAMES
from yoloport.errors import Exit, Problem

YAML = "helmet-scenes.yaml"
STAMP = "helmet-scenes.json"
OURS = {"images", "labels", YAML, STAMP}
DRAWING = 1  # raise it when the same seed draws other pictures: older folders are then drawn anew
FIRST_VAL = 1_000_000  # validation pictures are numbered from here: how many one trains on does not change them
SMALLEST, LARGEST = 64, 4096
SEE = "docs/en/datasets.md"


class DatasetProblem(Problem):
    """The dataset cannot be drawn as asked, or not where asked."""

    exit = Exit.BAD_DATASET


class DatasetFolderProblem(DatasetProblem):
    """The folder cannot take a dataset. ``folder`` names it."""

    exit = Exit.DATA_FOLDER

    def __init__(self, cause: str, remedy: str, folder: Path) -> None:
        super().__init__(cause, remedy, SEE)
        self.folder = folder


@dataclass(frozen=True)
class Request:
    """What decides every byte of the dataset but the path in its YAML."""

    train: int
    val: int
    seed: int
    size: tuple[int, int]
    drawing: int = DRAWING

    def stamp(self) -> str:
        """The request as the stamp file keeps it."""
        return json.dumps(asdict(self), sort_keys=True)

    def pictures(self) -> Iterator[tuple[str, int]]:
        """Split and number of every picture."""
        yield from (("train", index) for index in range(self.train))
        yield from (("val", FIRST_VAL + index) for index in range(self.val))


def write_dataset(
    folder: Path,
    train: int = 200,
    val: int = 50,
    seed: int = 0,
    size: tuple[int, int] = (640, 480),
    progress: Callable[[int, int], None] | None = None,
) -> Path:
    """Writes ``images/{train,val}/*.jpg``, ``labels/{train,val}/*.txt`` and ``helmet-scenes.yaml`` into ``folder``.

    Everything is drawn in a temporary folder beside ``folder`` and moved there at the end, so an interrupt leaves
    nothing half done. A folder that already holds the same dataset is used as it is; only the path in its YAML is
    refreshed, in case it was moved.

    Args:
        folder: new, empty, or written by this function before.
        train, val: how many pictures, at least 1 each.
        seed: picture i depends on the seed and i alone.
        size: (width, height), 64-4096 pixels each.
        progress: called with (pictures done, pictures in all) after each one.

    Returns:
        The YAML's path, absolute.

    Raises:
        DatasetProblem: counts or size out of range.
        DatasetFolderProblem: the folder cannot be written, or holds something else.
    """
    request = _checked(Request(train, val, seed, size))
    folder = folder.absolute()
    try:
        if not _holds(folder, request):
            _refuse_foreign(folder)
            _draw_beside(folder, request, progress)
        return _refreshed_yaml(folder)
    except OSError as error:
        raise DatasetFolderProblem(
            f"The dataset could not be written to {folder}: {error.strerror or error}.",
            "Name another folder, or make room and check who may write there.",
            folder,
        ) from error


def _checked(request: Request) -> Request:
    if min(request.train, request.val) < 1:
        raise DatasetProblem(
            f"{request.train} training and {request.val} validation pictures were asked for.",
            "Ask for at least one of each.",
            SEE,
        )
    if not all(SMALLEST <= side <= LARGEST for side in request.size):
        raise DatasetProblem(
            f"A picture of {request.size[0]} x {request.size[1]} pixels cannot be drawn.",
            f"Choose a width and a height of {SMALLEST} to {LARGEST} pixels.",
            SEE,
        )
    return request


def _holds(folder: Path, request: Request) -> bool:
    """Whether ``folder`` has this very dataset. The stamp came with the rename, so what it stands for is complete;
    the count catches pictures that were deleted since."""
    stamp = folder / STAMP
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != request.stamp():
        return False
    files = [(folder / "images" / split / f"{split}-{index:07d}.jpg") for split, index in request.pictures()]
    return all(_label(file).is_file() and file.is_file() for file in files)


def _refuse_foreign(folder: Path) -> None:
    """Replaces nobody's files: what lies in the folder must be ours, and bear our stamp."""
    there = {entry.name for entry in folder.iterdir()} if folder.is_dir() else set()
    if folder.is_file() or there - OURS or (there and STAMP not in there):
        raise DatasetFolderProblem(
            f"{folder} already holds something that is not a helmet-scenes dataset.", "Name a new folder.", folder
        )


def _draw_beside(folder: Path, request: Request, progress: Callable[[int, int], None] | None) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    old = draft.with_name(f"{draft.name}.old")
    try:
        draft.chmod(0o755)
        _draw_all(draft, request, progress)
        (draft / STAMP).write_text(request.stamp(), encoding="utf-8")
        if folder.exists():
            folder.replace(old)
        draft.replace(folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        shutil.rmtree(old, ignore_errors=True)


def _draw_all(draft: Path, request: Request, progress: Callable[[int, int], None] | None) -> None:
    import cv2

    for split in ("train", "val"):
        for kind in ("images", "labels"):
            (draft / kind / split).mkdir(parents=True)
    total = request.train + request.val
    for done, (split, index) in enumerate(request.pictures(), 1):
        picture, boxes = draw_scene(request.seed, index, request.size)
        file = draft / "images" / split / f"{split}-{index:07d}.jpg"
        _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])
        file.write_bytes(data.tobytes())
        lines = "".join(label_line(box, request.size) + "\n" for box in boxes)
        _label(file).write_text(lines, encoding="utf-8")
        if progress:
            progress(done, total)


def _label(image: Path) -> Path:
    return image.parent.parent.parent / "labels" / image.parent.name / f"{image.stem}.txt"


def _refreshed_yaml(folder: Path) -> Path:
    """Ultralytics takes ``path`` relative to its own datasets folder, so it has to be absolute."""
    yaml, names = folder / YAML, "".join(f"  {number}: {name}\n" for number, name in NAMES.items())
    text = (
        "# Synthetic safety-helmet scenes; a head under a helmet is `helmet`, any other is `head`.\n"
        f"path: {json.dumps(str(folder), ensure_ascii=False)}\ntrain: images/train\nval: images/val\nnames:\n{names}"
    )
    if not yaml.is_file() or yaml.read_text(encoding="utf-8") != text:
        yaml.write_text(text, encoding="utf-8")
    return yaml
