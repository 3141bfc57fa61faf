"""A converted model on disk: a folder with ``yoloport.json``, or what Ultralytics exported: a file, or a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.runtime import formats, sidecar
from yoloport.runtime.metadata import MOST_TEXT, BadMetadata, Metadata, checked, of_ultralytics

OWN = "yoloport.json"


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
    """What is loaded: ``path`` as it was given, the model's ``file``, its format and metadata.

    ``branches`` is the file with parts of the head that the graph lacks, if it lacks some.
    """

    path: Path
    file: Path
    format: str
    metadata: Metadata
    branches: Path | None = None


def open_artifact(path: Path) -> Artifact:
    """Read what lies at a path; the weights stay on disk, and no engine is imported.

    Args:
        path: a folder with ``yoloport.json``; a file of a known suffix; or a folder that holds one such file, and
            ``metadata.yaml``.

    Raises:
        NotAnArtifact: nothing is there, or nothing that is known.
        BadMetadata: it does not say, or not rightly, what the model takes.
        BadSessionTable: a platform's own table of formats is wrong.
    """
    try:
        own = (path / OWN).is_file()
    except OSError as error:  # no such name can be: it is too long
        raise NotAnArtifact(path, f"cannot be opened: {error.strerror}") from None
    if own:
        return _own(path)
    file = _model_in(path) if path.is_dir() else path
    if not file.is_file():
        raise NotAnArtifact(path, "does not exist")
    form = formats.by_suffix(file.suffix)
    if form is None:
        what = "holds weights for torch" if file.suffix == ".pt" else "has a suffix that is not known"
        raise NotAnArtifact(path, f"{what}; known: {', '.join(formats.suffixes())}")
    said = formats.function(form, form.metadata)(file) if form.metadata else sidecar.said(file)
    return Artifact(path, file, form.name, of_ultralytics(said, str(file), form.name))


def _model_in(folder: Path) -> Path:
    """The one model in an exported folder."""
    if not (folder / sidecar.NAME).is_file():
        raise NotAnArtifact(folder, f"has neither {OWN} nor {sidecar.NAME}")
    known = formats.suffixes()
    found = [one for one in sorted(folder.iterdir()) if one.suffix.lower() in known and one.is_file()]
    if not found:
        raise NotAnArtifact(folder, f"has {sidecar.NAME}, and no model; its file would end in {', '.join(known)}")
    if len(found) > 1:
        raise NotAnArtifact(folder, f"has several models: {', '.join(one.name for one in found)}; name the one to load")
    return found[0]


def _own(path: Path) -> Artifact:
    described = path / OWN
    try:
        if described.stat().st_size > MOST_TEXT:
            raise BadMetadata(str(described), f"has more than {MOST_TEXT} characters")
        told = json.loads(described.read_text(encoding="utf-8"))
        name = told.pop("file")
    except (OSError, ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise BadMetadata(str(described), f"cannot be read: {error!r}") from None
    metadata = checked(told, str(described))
    file = path / str(name)
    if not _in_folder(file, path):
        raise BadMetadata(str(described), f"file: {str(name)[:80]} does not lie in the folder")
    told = metadata.raw_head.branches if metadata.raw_head else ""
    if told and not _in_folder(path / told, path):
        raise BadMetadata(str(described), f"raw_head.branches: {told[:80]} does not lie in the folder; copy it whole")
    return Artifact(path, file, metadata.format, metadata, path / told if told else None)


def _in_folder(file: Path, folder: Path) -> bool:
    try:
        return file.resolve().is_relative_to(folder.resolve()) and file.is_file()
    except (OSError, ValueError):  # a name that is too long, or holds a zero
        return False
