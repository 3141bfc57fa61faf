"""What goes into a bundle beside the image: weights, a sample dataset, documents, a list of parts."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import tarfile
import zipfile
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from yoloport.host import folders
from yoloport.host.engine import Engine
from yoloport.image.bundle.problems import BadModel, BadSbom, NoDocuments

SAMPLE = "helmet-scenes"
_TRAIN, _VAL = 24, 8
_INSIDE = f"/data/datasets/{SAMPLE}"
_NAME = re.compile(r"[\w][\w .+=@()-]*")
# Drawing needs OpenCV, which the command line does without: then the image, which has it, draws and hands a tar out.
_DRAW = f"""
import sys, tarfile, tempfile
from pathlib import Path
from yoloport.datasets.helmet_scenes import write_dataset
folder = Path(tempfile.mkdtemp()) / {SAMPLE!r}
write_dataset(folder, train={_TRAIN}, val={_VAL})
with tarfile.open(fileobj=sys.stdout.buffer, mode="w|") as out:
    out.add(folder, {SAMPLE!r})
"""


def models(named: Sequence[str]) -> tuple[Path, ...]:
    """The files of weights; a name without a folder is also looked for in ``~/yoloport/weights``.

    Raises:
        BadModel: missing, empty, of another kind, cut off, or a name that cannot be put into a list of sums.
    """
    found = tuple(_model(name) for name in named)
    twice = {path.name for path in found if [p.name for p in found].count(path.name) > 1}
    if twice:
        raise BadModel(sorted(twice)[0], "two files have this name")
    return found


def _model(name: str) -> Path:
    here = Path(name).expanduser()
    kept = folders.data() / "weights" / name
    path = kept if "/" not in name and not here.exists() and kept.exists() else here
    if not path.is_file():
        raise BadModel(name, "there is no such file")
    if path.suffix not in (".pt", ".onnx"):
        raise BadModel(name, "is neither .pt nor .onnx")
    if not _NAME.fullmatch(path.name):
        raise BadModel(name, "its name holds characters that do not travel well: rename it")
    with path.open("rb") as file:
        head = file.read(64)
    if not head:
        raise BadModel(name, "is empty")
    if head.startswith(b"version https://git-lfs"):
        raise BadModel(name, "is a Git LFS pointer, not the weights themselves")
    if head.startswith(b"PK\x03\x04") and not zipfile.is_zipfile(path):
        raise BadModel(name, "is damaged: its end is missing")
    return path.resolve()


def sbom(file: Path | None) -> Path | None:
    """The list of parts, if it is one.

    Raises:
        BadSbom: unreadable, or not CycloneDX.
    """
    if file is None:
        return None
    try:
        told = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        raise BadSbom(file, str(error)) from error
    if not isinstance(told, dict) or told.get("bomFormat") != "CycloneDX":
        raise BadSbom(file, "does not say bomFormat CycloneDX")
    return file


def documents() -> Path:
    """The folder with ``en`` and ``zh``: of the checkout, or what came with the wheel.

    Raises:
        NoDocuments: neither is there.
    """
    checkout = folders.checkout()
    for folder in ((checkout / "docs") if checkout else None, Path(__file__).resolve().parents[2] / "docs"):
        if folder and (folder / "en").is_dir() and (folder / "zh").is_dir():
            return folder
    raise NoDocuments


def copy_documents(source: Path, folder: Path) -> None:
    """Both languages into ``docs``, without what a file manager leaves behind, and the READMEs that they point to."""
    for language in ("en", "zh"):
        shutil.copytree(source / language, folder / "docs" / language, ignore=shutil.ignore_patterns(".*"))
    for file in source.parent.glob("README*.md"):
        shutil.copyfile(file, folder / file.name)


def draw_sample(engine: Engine, image: str, target: Path) -> str:
    """A small dataset of helmet scenes below ``target``; its YAML names the folder it has inside a workspace.

    Returns:
        Why there is none, or an empty text.
    """
    folder = target / SAMPLE
    if find_spec("cv2") and find_spec("numpy"):
        from yoloport.datasets.helmet_scenes import write_dataset

        write_dataset(folder, train=_TRAIN, val=_VAL)
    else:
        argv = [engine.client, "run", "--rm", "--network", "none", "--entrypoint", "python", image, "-c", _DRAW]
        done = subprocess.run(argv, capture_output=True, check=False)
        if done.returncode:
            last = (done.stderr.decode(errors="replace").strip().splitlines() or ["it said nothing"])[-1]
            return f"no sample dataset: there is no OpenCV here, and the image could not draw it ({last})"
        _unpack(done.stdout, target)
    yaml = next(folder.glob("*.yaml"))
    text = yaml.read_text(encoding="utf-8")
    yaml.write_text(re.sub(r"^path: .*$", f'path: "{_INSIDE}"', text, flags=re.MULTILINE), encoding="utf-8")
    return ""


def _unpack(packed: bytes, target: Path) -> None:
    """Plain files below the sample's own folder, nothing else that an image might hand out."""
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        for member in archive:
            source = archive.extractfile(member) if member.isfile() else None
            path = (target / member.name).resolve()
            if source and (target / SAMPLE).resolve() in path.parents:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(source.read())
