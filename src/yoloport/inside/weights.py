"""Checks a file of weights before torch opens it, and turns torch's own failures into the same problem.

A ``.pt`` file is a zip with a pickle inside, and unpickling can run code from the file. :func:`check_weights` looks at
the first bytes and the table of contents only: it unpickles and runs nothing. :func:`load_detector` loads, after
that check; load only weights you trust.
"""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from yoloport.errors import Exit, Problem

if TYPE_CHECKING:
    from ultralytics import YOLO

SEE = "https://docs.ultralytics.com/models/yolov8/"
# torch/serialization.py, MAGIC_NUMBER: how a checkpoint from before torch 1.6 begins
LEGACY_HEAD = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19."
EXPORTED = {
    ".onnx": "ONNX", ".om": "Ascend", ".engine": "TensorRT", ".rknn": "Rockchip", ".torchscript": "TorchScript",
    ".bmodel": "Sophgo", ".tflite": "TFLite", ".mlmodel": "CoreML",
}  # fmt: skip
LOAD_FAILURES = (RuntimeError, EOFError, pickle.UnpicklingError, TypeError, AttributeError, ImportError, KeyError)
FETCH = "Copy the file again from where you have it, and compare its size there."


class BadWeights(Problem):
    """A file that is not the weights of a detector.

    Attributes:
        weights: the file.
        found: what it is instead, in a word or two, for programs.
    """

    exit = Exit.BAD_WEIGHTS

    def __init__(self, weights: Path, found: str, cause: str, remedy: str) -> None:
        self.weights, self.found = weights, found
        super().__init__(f"{weights}: {cause}", remedy, SEE)


def check_weights(path: Path) -> None:
    """Looks at the structure of a checkpoint; opens no pickle, runs nothing from the file, imports no torch.

    Raises:
        BadWeights: missing, empty, a folder, a Git LFS pointer, a web page, an exported model, a damaged zip,
            a zip that is no torch checkpoint, or anything else.
    """
    _check_file(path)
    with path.open("rb") as file:
        head = file.read(512)
    _check_head(path, head)
    if not head.startswith(LEGACY_HEAD):
        _check_zip(path)
    if path.suffix != ".pt":
        raise BadWeights(path, "suffix", "does not end in .pt", "Ultralytics needs that suffix: rename it.")


def _check_file(path: Path) -> None:
    if not path.exists():
        remedy = "Give the path of a .pt file. Nothing is downloaded: leave --weights out to start from random weights."
        raise BadWeights(path, "missing", "there is no such file", remedy)
    if path.is_dir():
        raise BadWeights(path, "folder", "is a folder", "Name the .pt file inside it, for example weights/best.pt.")
    if not path.is_file():
        raise BadWeights(path, "special file", "is not a regular file", "Give the path of a .pt file.")
    if path.stat().st_size == 0:
        raise BadWeights(path, "empty", "is empty", FETCH)
    made_for = EXPORTED.get(path.suffix.lower())
    if made_for:
        cause = f"is a model exported for {made_for}, which cannot be trained"
        raise BadWeights(path, "exported", cause, "Give the .pt file that it was exported from.")


def _check_head(path: Path, head: bytes) -> None:
    if head.startswith(b"version https://git-lfs"):
        remedy = "Run 'git lfs pull' in the repository it came from."
        raise BadWeights(path, "git lfs pointer", "is a Git LFS pointer, not the weights themselves", remedy)
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype", b"<html", b"<?xml")):
        remedy = "The download saved a login or error page. Fetch the file itself, then copy it here."
        raise BadWeights(path, "web page", "is a web page, not weights", remedy)
    if head.startswith(b"\x08") and b"\x12" in head[:4] and (b"pytorch" in head[:64] or b"onnx" in head):
        raise BadWeights(path, "exported", "is an ONNX model named .pt", "Give the .pt file that it was exported from.")
    if not head.startswith((b"PK\x03\x04", LEGACY_HEAD)):
        raise BadWeights(path, "unknown", "is not a torch checkpoint", "Give a .pt file that Ultralytics saved.")


def _check_zip(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, EOFError) as failure:
        cause = f"is damaged: its end is missing ({path.stat().st_size} bytes are here)"
        raise BadWeights(path, "truncated", cause, FETCH) from failure
    inner = {name.partition("/")[2] for name in names}
    if "constants.pkl" in inner:
        remedy = "Give the .pt file that it was exported from."
        raise BadWeights(path, "exported", "is a TorchScript archive, which cannot be trained", remedy)
    if "data.pkl" not in inner:
        raise BadWeights(path, "other zip", "is a zip, but not a torch checkpoint", "Give a .pt file itself.")
    if not any(name.startswith("data/") for name in inner):
        raise BadWeights(path, "no tensors", "is a torch file without any tensor", "Give a detector's weights.")


def load_detector(path: Path) -> YOLO:
    """Checks ``path``, then loads it: an ``ultralytics.YOLO`` with a detection model.

    Raises:
        BadWeights: from :func:`check_weights`, or torch could not load it, or it is no detector.
    """
    check_weights(path)
    from ultralytics import YOLO

    try:
        model = YOLO(str(path))
    except LOAD_FAILURES as failure:
        first = (str(failure).strip() or type(failure).__name__).splitlines()[0]
        raise BadWeights(path, "not loadable", f"torch cannot load it: {first}", FETCH) from failure
    if model.task != "detect":
        remedy = "Give the weights of a detector, for example yolov8n.pt."
        raise BadWeights(path, "other task", f"is a model for the task {model.task!r}, not a detector", remedy)
    return model
