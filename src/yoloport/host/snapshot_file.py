"""Write what a recorder heard into a file, for another person to diagnose."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import pwd
import socket
from pathlib import Path

from yoloport import __version__
from yoloport.errors import Exit, Problem
from yoloport.host.recorder import Recorder


class CannotWriteSnapshot(Problem):
    """The snapshot could not be written."""

    exit = Exit.DATA_FOLDER

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file} cannot be written: {why}", "name another place: --snapshot FILE", "docs/en/doctor.md")
        self.file = file


_COMMON = frozenset(
    (
        "root",
        "localhost",
        "localdomain",
        "localhost.localdomain",
        "user",
        "admin",
        "ubuntu",
        "docker",
        "podman",
        "linux",
    )
)


def known_names() -> tuple[str, ...]:
    """Words that this machine and its user are known by; a word that says nothing about them is left out.

    The domain is asked of nobody: a closed site has no name server that would answer.
    """
    host = socket.gethostname()
    names = [host, *host.split(".", 1), *map(os.environ.get, ("LOGNAME", "USER", "SUDO_USER"))]
    with contextlib.suppress(KeyError):  # a uid without a name
        names.append(pwd.getpwuid(os.getuid()).pw_name)
    found = dict.fromkeys(form for name in names if name for form in (name, name.lower(), name.upper()))
    return tuple(name for name in found if name.lower() not in _COMMON)


def write(file: Path, recorder: Recorder) -> None:
    """Write the file whole, or not at all; into a pipe or a terminal it is written as it is.

    Raises:
        CannotWriteSnapshot: the folder is not there, is full, or not this user's.
    """
    text = recorder.toml(__version__, dt.datetime.now(dt.timezone.utc).date().isoformat())
    try:
        if file.exists() and not file.is_file():
            file.write_text(text, encoding="utf-8")
        else:
            _replace(file.resolve(), text)  # a link stays a link
    except (OSError, ValueError, RuntimeError) as error:  # a name with NUL; a loop of links
        raise CannotWriteSnapshot(file, getattr(error, "strerror", "") or str(error)) from error


def _replace(file: Path, text: str) -> None:
    part = file.with_name(f".{file.name[:100]}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8")
        part.replace(file)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink()
        raise
