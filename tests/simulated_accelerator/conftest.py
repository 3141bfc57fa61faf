"""The built simulator, and programs that run on it in processes of their own: a device cannot be unmade."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def simulated(root: Path) -> Path:
    """The folder that holds npu, mlu, musa and gcu for PYTHONPATH; built if it is not yet there."""
    built = subprocess.run([root / "scripts/simulated-accelerator", sys.executable], capture_output=True, text=True)
    if built.returncode == 3:
        pytest.skip(built.stderr.strip())
    assert built.returncode == 0, built.stderr
    return Path(built.stdout.strip())


@pytest.fixture
def run(simulated: Path) -> Run:
    """``run(program, device="npu", arguments=(), **environment)``: the ended process, with its output as text."""

    def start(program: str, *arguments: object, device: str = "npu", **environment: str):
        # Ultralytics silences torch's own warnings for every process after it (utils/__init__.py:187).
        kept = {name: value for name, value in os.environ.items() if name != "TORCH_CPP_LOG_LEVEL"}
        started = {**kept, "PYTHONPATH": str(simulated / device), "OMP_NUM_THREADS": "1", **environment}
        command = [sys.executable, "-c", textwrap.dedent(program), *map(str, arguments)]
        return subprocess.run(command, env=started, capture_output=True, text=True, timeout=300)

    return start


@pytest.fixture
def passes(run: Run) -> Callable[..., str]:
    """Run a program whose own assertions must hold; returns what it printed on stderr."""

    def check(program: str, *arguments: object, **options: str) -> str:
        ended = run(program, *arguments, **options)
        assert ended.returncode == 0, ended.stderr
        return ended.stderr

    return check
