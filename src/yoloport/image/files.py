"""What lies beside a Dockerfile, so that it can be built: locks, scripts, and yoloport's own wheel."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

from yoloport.environment import own_wheel, plan
from yoloport.errors import Exit, Problem
from yoloport.host import folders
from yoloport.image import runtime
from yoloport.image.render import CONTEXT, Recipe, dockerfile
from yoloport.image.system import system_of

_INIT = CONTEXT / "init.lock"


def texts(kind: str, init_wheel: bool = False) -> dict[str, str]:
    """Names and contents of what the Dockerfiles of a kind take from ``files/``, the wheel apart.

    Args:
        kind: ``workspace`` or ``runtime``.
        init_wheel: whether the image's init comes as a wheel: ``System.init_wheel``.
    """
    scripts = {file.name: file.read_text(encoding="utf-8") for file in sorted(CONTEXT.glob("*.py"))}
    if kind == "runtime":
        return {"runtime.lock": runtime.LOCK.read_text(encoding="utf-8"), "own.py": scripts["own.py"]}
    lock = plan.LOCK.read_text(encoding="utf-8")
    init = {_INIT.name: _INIT.read_text(encoding="utf-8")} if init_wheel else {}
    return {"requirements.lock": lock, "pins.txt": plan.pins(lock), **init, **scripts}


class FolderInUse(Problem):
    """The folder for a build context holds something."""

    exit = Exit.DATA_FOLDER

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        remedy = "name a folder that does not exist yet: -o DIR"
        super().__init__(f"{folder} cannot take a Dockerfile and its files: {why}", remedy, "docs/en/images.md")


def write(folder: Path, recipe: Recipe, wheelhouse: Path | None) -> None:
    """A build context at a place of the user's, for ``docker build FOLDER``.

    Raises:
        FolderInUse: the folder is not empty, or cannot be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FolderInUse(folder, "it is not empty")
    except OSError as error:
        raise FolderInUse(folder, str(error)) from error
    fill(folder, recipe, wheelhouse)


def fill(context: Path, recipe: Recipe, wheelhouse: Path | None) -> None:
    """Write a build context; the wheelhouse comes as hard links where the disk allows."""
    (context / "files").mkdir()
    for name, text in texts(recipe.kind, system_of(recipe.base).init_wheel).items():
        (context / "files" / name).write_text(text, encoding="utf-8")
    wheel = Path(own_wheel.build(folders.checkout(), folders.cache() / "wheels"))
    if wheel.is_file():
        shutil.copy(wheel, context / "files")
    (context / "Dockerfile").write_text(dockerfile(recipe, digest(context / "files")), encoding="utf-8")
    if wheelhouse and recipe.source.kind == "wheelhouse":
        (context / "wheelhouse").mkdir()
        for file in wheelhouse.glob("*.whl"):
            _link(file.resolve(), context / "wheelhouse" / file.name)


def digest(folder: Path) -> str:
    """A word for what the files of a folder are called and hold: SHA-256, its first 16 digits."""
    names = sorted(folder.iterdir())
    every = "".join(f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}\n" for file in names)
    return hashlib.sha256(every.encode()).hexdigest()[:16]


def _link(file: Path, target: Path) -> None:
    try:
        target.hardlink_to(file)
    except OSError:  # another disk
        shutil.copy(file, target)
