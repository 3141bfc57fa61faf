"""A converted model on disk: a folder with ``yoloport.json``, or a file that Ultralytics exported."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.runtime.metadata import BadMetadata, Metadata, checked, of_ultralytics

OWN = "yoloport.json"
FORMATS = {".onnx": "onnx"}
"""Formats of bare files, by their suffix."""


class NotAnArtifact(Problem):
    """A path at which nothing lies that this runtime can load."""

    exit = Exit.BAD_WEIGHTS

    def __init__(self, path: Path, why: str) -> None:
        self.path = path
        super().__init__(
            f"{path} {why}",
            'export the weights first: YOLO("best.pt").export(format="onnx")',
            "docs/en/runtime.md",
        )


@dataclass(frozen=True)
class Artifact:
    """What is loaded: ``path`` as it was given, the model's ``file``, its format and metadata."""

    path: Path
    file: Path
    format: str
    metadata: Metadata


def open_artifact(path: Path) -> Artifact:
    """Read what lies at a path; the weights stay on disk.

    Raises:
        NotAnArtifact: nothing is there, or nothing that is known.
        BadMetadata: it does not say, or not rightly, what the model takes.
    """
    if (path / OWN).is_file():
        return _own(path)
    if not path.is_file():
        raise NotAnArtifact(path, f"has no {OWN}" if path.is_dir() else "does not exist")
    form = FORMATS.get(path.suffix.lower())
    if form is None:
        what = "holds weights for torch" if path.suffix == ".pt" else "has a suffix that is not known"
        raise NotAnArtifact(path, f"{what}; known: {', '.join(FORMATS)}")
    from yoloport.runtime.onnx_file import properties

    return Artifact(path, path, form, of_ultralytics(properties(path), str(path), form))


def _own(path: Path) -> Artifact:
    described = path / OWN
    try:
        told = json.loads(described.read_text(encoding="utf-8"))
        name = told.pop("file")
    except (OSError, ValueError, AttributeError, KeyError) as error:
        raise BadMetadata(str(described), f"cannot be read: {error!r}") from None
    metadata = checked(told, str(described))
    file = path / str(name)
    if not file.resolve().is_relative_to(path.resolve()) or not file.is_file():
        raise BadMetadata(str(described), f"file: {name} does not lie in the folder")
    return Artifact(path, file, metadata.format, metadata)
