"""Start, watch and end the workspace's own processes."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

GRACE_SECONDS = 10.0


def start(argv: Sequence[str], environ: Mapping[str, str], log: Path, folder: Path) -> subprocess.Popen[bytes]:
    """Start in a session of its own, so that ending it ends what it started; output goes to ``log``."""
    with log.open("ab") as out:
        return subprocess.Popen(
            list(argv), env=dict(environ), stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, cwd=folder,
            start_new_session=True,
        )  # fmt: skip


def end(children: Sequence[subprocess.Popen[bytes]]) -> None:
    """Ask, wait a bounded time, then kill: the processes, and their descendants in whatever session those are."""
    import psutil

    family = [process for child in children for process in _descendants(child.pid)]
    for child in children:
        _signal(child, signal.SIGTERM)
    deadline = time.monotonic() + GRACE_SECONDS
    while time.monotonic() < deadline and any(child.poll() is None for child in children):
        time.sleep(0.05)
    for child in children:
        _signal(child, signal.SIGKILL)
        child.wait()
    left = [process for process in family if process.is_running()]
    for process in left:  # kernels and terminals have sessions of their own
        with contextlib.suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in psutil.wait_procs(left, timeout=GRACE_SECONDS)[1]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()


def _descendants(pid: int) -> list[psutil.Process]:  # type: ignore[name-defined]  # noqa: F821
    import psutil

    try:
        return psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _signal(child: subprocess.Popen[bytes], number: signal.Signals) -> None:
    if child.poll() is None:
        os.kill(child.pid, number)
