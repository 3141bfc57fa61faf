"""The command line as a user starts it: another process, an empty home."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Yoloport = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def yoloport(tmp_path: Path, root: Path) -> Yoloport:
    """``yoloport("up", "--dry-run")`` runs ``python src up --dry-run`` and returns what came back."""
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("YOLOPORT_", "XDG_", "FORCE_COLOR"))}
    environ |= {"HOME": str(tmp_path), "COLUMNS": "200", "PYTHONPATH": ""}

    def run(*arguments: str, python: tuple[str, ...] = (), **more: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, *python, str(root / "src"), *arguments]
        return subprocess.run(
            argv,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environ | more,
            stdin=subprocess.DEVNULL,
        )

    return run
