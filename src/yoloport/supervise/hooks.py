"""Start-up hooks: what a site wants done in the container before JupyterLab starts, such as a vendor's script.

Files of ``/etc/yoloport/start.d`` in the order of their names: ``*.sh`` are sourced by bash, and the variables that
they set are the workspace's; other files are run where they can be executed. The convention is that of
jupyter/docker-stacks (images/docker-stacks-foundation/run-hooks.sh), read 2026-11-24.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

from yoloport.supervise.settings import GIVEN

FOLDER = GIVEN / "start.d"
_OF_BASH = {"_", "SHLVL", "PWD", "OLDPWD"}


class HookFailed(Exception):
    """A hook that did not end well: the workspace must not start half prepared."""


def apply(environ: Mapping[str, str], folder: Path = FOLDER) -> dict[str, str]:
    """Do what the hooks say.

    Returns:
        The variables as the hooks left them.

    Raises:
        HookFailed: one did not end with 0, or cannot be read or run; the words name it.
    """
    found = dict(environ)
    for file in sorted(folder.iterdir()) if folder.is_dir() else ():
        if file.name.startswith(".") or not file.is_file():
            continue
        if file.suffix == ".sh":
            found = _sourced(file, found)
        elif os.access(file, os.X_OK):
            _require(subprocess.run([file], env=found, check=False).returncode, file)
        else:
            raise HookFailed(f"{file} is no *.sh and cannot be executed: chmod +x, or take it away")
    return found


def _sourced(file: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables after bash has read the file; what it prints goes to the log."""
    argv = ["/bin/bash", "-c", '. "$1" >&2 && env -0', "hook", str(file)]
    done = subprocess.run(argv, env=dict(environ), stdout=subprocess.PIPE, check=False)
    _require(done.returncode, file)
    pairs = (entry.split(b"=", 1) for entry in done.stdout.split(b"\0") if b"=" in entry)
    after = {os.fsdecode(name): os.fsdecode(value) for name, value in pairs}
    return {name: value for name, value in after.items() if name not in _OF_BASH or name in environ}


def _require(code: int, file: Path) -> None:
    if code:
        raise HookFailed(f"{file} ended with {code}; nothing was started")
