"""The wheel of this very yoloport, to put into environments and images."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from yoloport import __version__
from yoloport.environment.pip import InstallFailed

PARTS = {"src/yoloport": "yoloport", "docs": "yoloport/docs"}
"""Folders of the checkout, and what the wheel calls them; the same stands in pyproject.toml."""
FRAME = ("pyproject.toml", "README.md", "LICENSE", "src/yoloport/__init__.py")
"""What a wheel's description of itself is made of."""
_DATE = (2020, 2, 2, 0, 0, 0)  # the build backend's own for wheels that are the same each time


def digest(checkout: Path | None) -> str:
    """Changes whenever a file that the wheel is made of does; from an installed yoloport it is the version."""
    if checkout is None:
        return __version__
    return _digest(checkout, [*(checkout / name for name in FRAME), *(file for _, file in _contents(checkout))])


def build(checkout: Path | None, folder: Path) -> str:
    """What to hand to pip: a wheel made from the checkout into ``folder``, or this version's name.

    The build backend makes it where a wheel's description of itself has changed. Otherwise the last one's description
    is put beside the files of now: an image is built anew with each change of a source, and waits for this.

    Raises:
        InstallFailed: the build did not work; its words are in the message.
    """
    if checkout is None:
        return f"yoloport=={__version__}"
    target = folder / digest(checkout)
    found = sorted(target.glob("yoloport-*.whl"))
    if not found:
        frame = folder / f"frame-{_digest(checkout, [checkout / name for name in FRAME])}"
        described = sorted(frame.glob("yoloport-*.whl"))
        if described:
            return str(assemble(checkout, described[0], target))
        found = [_by_backend(checkout, target)]
        _keep(found[0], frame)
    return str(found[0])


def assemble(checkout: Path, described: Path, target: Path) -> Path:
    """A wheel of the checkout's files and another wheel's description.

    Args:
        checkout: where the files lie.
        described: a wheel that was made of the same ``FRAME``.
        target: folder for the new one, which is named as that is.
    """
    target.mkdir(parents=True, exist_ok=True)
    part = target / f"{described.name}.{os.getpid()}"
    lines = []
    with zipfile.ZipFile(described) as old, zipfile.ZipFile(part, "w") as new:
        about = [name for name in old.namelist() if ".dist-info/" in name]
        record = next(name for name in about if name.endswith("/RECORD"))
        contents = ((name, file.read_bytes()) for name, file in _contents(checkout))
        rest = ((name, old.read(name)) for name in about if name != record)
        for name, content in (*contents, *rest):
            _add(new, name, content)
            total = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            lines.append(f"{name},sha256={total},{len(content)}")
        _add(new, record, "\n".join([*lines, f"{record},,", ""]).encode())
    return part.replace(target / described.name)


def _contents(checkout: Path) -> Iterator[tuple[str, Path]]:
    for part, called in PARTS.items():
        for file in sorted((checkout / part).rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                yield f"{called}/{file.relative_to(checkout / part)}", file


def _digest(checkout: Path, files: list[Path]) -> str:
    total = hashlib.sha256()
    for file in files:
        status = file.stat()
        total.update(f"{file.relative_to(checkout)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return total.hexdigest()[:16]


def _add(wheel: zipfile.ZipFile, name: str, content: bytes) -> None:
    one = zipfile.ZipInfo(name, _DATE)
    one.external_attr = 0o100644 << 16
    wheel.writestr(one, content)  # not compressed: it is unpacked again at once


def _by_backend(checkout: Path, target: Path) -> Path:
    argv = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
    made = subprocess.run(argv, cwd=checkout, capture_output=True, text=True, check=False)
    found = sorted(target.glob("yoloport-*.whl"))
    if made.returncode or not found:
        raise InstallFailed("yoloport's own wheel", target, made.stderr.strip()[-400:])
    return found[0]


def _keep(wheel: Path, frame: Path) -> None:
    """Once more, by itself: the folder that it was made in may be emptied of old wheels."""
    frame.mkdir(parents=True, exist_ok=True)
    part = frame / f"{wheel.name}.{os.getpid()}"
    part.write_bytes(wheel.read_bytes())
    part.replace(frame / wheel.name)
