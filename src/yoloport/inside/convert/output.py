"""The artifact's folder: made beside its place under another name, and put there only when it is whole."""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yoloport.host.on_disk import settle
from yoloport.inside.convert.problems import ConvertDiskFull, OutputExists, OutputUnusable
from yoloport.runtime.artifact import OWN

PART = ".part"
ROOM, TIMES = 200_000_000, 8
"""Bytes that an exporter needs: so many, and so many times the weights (ONNX, its copy, the result, a cache)."""


def check_place(output: Path, force: bool, weights_bytes: int) -> None:
    """Look before the work whether the artifact can be put there.

    Raises:
        OutputExists: something is there that may not be replaced.
        OutputUnusable: the folder around it cannot be written.
        ConvertDiskFull: too little room.
    """
    _free_to_take(output, force)
    parent = output.parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=parent) as file:
            file.write(b"\0")
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            raise ConvertDiskFull(parent, 0, ROOM) from None
        raise OutputUnusable(output, failure.strerror or str(failure)) from None
    free, needed = shutil.disk_usage(parent).free, ROOM + TIMES * weights_bytes
    if free < needed:
        raise ConvertDiskFull(parent, free, needed)


def _free_to_take(output: Path, force: bool) -> None:
    if not output.exists() and not output.is_symlink():
        return
    if output.is_dir() and not output.is_symlink() and not any(output.iterdir()):
        return
    ours = output.is_dir() and not output.is_symlink() and (output / OWN).is_file()
    if not (ours and force):
        raise OutputExists(output, ours)


@contextmanager
def staging(output: Path) -> Iterator[Path]:
    """A folder beside ``output`` that is gone when the block ends; what a killed run left is removed first."""
    for left in output.parent.glob(f".{output.name}.*{PART}"):
        _remove_if_left(left)
    folder = Path(tempfile.mkdtemp(prefix=f".{output.name}.", suffix=PART, dir=output.parent))
    try:
        with (folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _remove_if_left(folder: Path) -> None:
    """The lock of a run that lives is held, also across containers; the kernel frees a dead one's."""
    try:
        with (folder / "lock").open("r+") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return


def publish(whole: Path, output: Path, force: bool) -> None:
    """Put a finished folder in its place by renaming; with ``force`` an artifact there goes, after the new one came.

    Raises:
        OutputExists: something came there in the meantime.
    """
    for file in sorted(whole.rglob("*")):
        settle(file)
    settle(whole)
    whole.chmod(0o777 & ~_umask())
    _free_to_take(output, force)
    aside = whole.parent / "replaced"
    if output.exists():
        output.rename(aside)
    try:
        whole.rename(output)
    except BaseException as failure:
        if aside.exists() and not output.exists():
            aside.rename(output)
        if isinstance(failure, OSError) and failure.errno in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR):
            raise OutputExists(output, True) from None
        raise
    settle(output.parent)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
