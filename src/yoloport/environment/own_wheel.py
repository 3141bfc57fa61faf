"""The wheel of this very yoloport, to put into environments and images."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

from yoloport import __version__
from yoloport.environment.pip import InstallFailed


def digest(checkout: Path | None) -> str:
    """Changes whenever a source file does; from an installed yoloport it is the version."""
    if checkout is None:
        return __version__
    total = hashlib.sha256()
    for file in sorted((checkout / "src").rglob("*")):
        if file.is_file() and "__pycache__" not in file.parts:
            status = file.stat()
            total.update(f"{file.relative_to(checkout)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return total.hexdigest()[:16]


def build(checkout: Path | None, folder: Path) -> str:
    """What to hand to pip: a wheel built from the checkout into ``folder``, or this version's name.

    Raises:
        InstallFailed: the build did not work; its words are in the message.
    """
    if checkout is None:
        return f"yoloport=={__version__}"
    target = folder / digest(checkout)
    found = sorted(target.glob("yoloport-*.whl"))
    if not found:
        argv = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(target)]
        made = subprocess.run(argv, cwd=checkout, capture_output=True, text=True, check=False)
        found = sorted(target.glob("yoloport-*.whl"))
        if made.returncode or not found:
            raise InstallFailed("yoloport's own wheel", target, made.stderr.strip()[-400:])
    return str(found[0])
