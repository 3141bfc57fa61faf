"""The folder that a demo writes into: checked before the work, and given a report only once it is whole."""

from __future__ import annotations

import errno
import json
import os
import shutil
import tempfile
from datetime import datetime, timezone
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.measure.page import render
from yoloport.measure.report import DemoReport

LEAST_FREE = 500_000_000
REPORT, NUMBERS = "report.html", "report.json"


class BadOutFolder(Problem):
    """A folder that cannot be written into."""

    exit = Exit.DATA_FOLDER

    def __init__(self, folder: Path, why: str) -> None:
        self.folder = folder
        super().__init__(f"{folder}: {why}", "Choose another folder with --out, one that this user can write into.")


class DiskFull(Problem):
    """Too little room for a run."""

    exit = Exit.DISK_FULL

    def __init__(self, folder: Path, free: int) -> None:
        self.folder, self.free, self.needed = folder, free, LEAST_FREE
        cause = f"{folder}: {free // 1_000_000} MB are free on this disk; a demo needs {LEAST_FREE // 1_000_000} MB"
        super().__init__(cause, "Free some room, or choose a folder on another disk with --out.")


def prepare_folder(folder: Path) -> Path:
    """Makes ``folder``, writes into it once, and looks at the room that is left; returns it as an absolute path.

    Raises:
        BadOutFolder: it is a file, or cannot be made or written into.
        DiskFull: less than ``LEAST_FREE`` bytes are free.
    """
    folder = folder.expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise BadOutFolder(folder, "is a file; the demo needs a folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"\0")
        free = shutil.disk_usage(folder).free
    except OSError as failure:
        if failure.errno == errno.ENOSPC:
            raise DiskFull(folder, 0) from failure
        raise BadOutFolder(folder, f"cannot be made or written into: {failure.strerror}") from failure
    if free < LEAST_FREE:
        raise DiskFull(folder, free)
    return folder


def put_aside(folder: Path) -> None:
    """Renames an earlier report after its date, so that a run which fails leaves none that seems to be its own."""
    for name in (REPORT, NUMBERS):
        file = folder / name
        if file.is_file():
            made = datetime.fromtimestamp(file.stat().st_mtime, timezone.utc)
            file.rename(file.with_stem(f"report-{made:%Y%m%dT%H%M%SZ}"))


def publish(folder: Path, report: DemoReport) -> Path:
    """Writes page and numbers under other names first, then renames both; returns the page."""
    numbers = json.dumps(report.to_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    whole = [(folder / REPORT, render(report)), (folder / NUMBERS, numbers)]
    waiting = [_write_beside(file, text) for file, text in whole]
    for temporary, (file, _) in zip(waiting, whole, strict=True):
        temporary.replace(file)
    return folder / REPORT


def _write_beside(file: Path, text: str) -> Path:
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        temporary.write_text(text, encoding="utf-8")
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary
