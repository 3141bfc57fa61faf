"""Run a program that may hang or never stop talking, in bounded time and memory."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Sequence

_GRACE_SECONDS = 0.5


def run(argv: Sequence[str], seconds: float, longest: int) -> tuple[bytes, int | None]:
    """What the program said, standard error included, and its exit code; no code where its time was up.

    Args:
        argv: the program's path and its arguments.
        seconds: after which it is ended, with everything it started.
        longest: bytes that are kept; what follows is read and dropped.

    Raises:
        OSError, ValueError: it cannot be started.
    """
    deadline = time.monotonic() + seconds
    process = subprocess.Popen(
        list(argv), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        env={**os.environ, "LC_ALL": "C.UTF-8"}, cwd="/", start_new_session=True, bufsize=0,
    )  # fmt: skip
    said = bytearray()
    try:
        _listen(process, said, deadline, longest)
        return bytes(said), process.wait(max(0.0, deadline - time.monotonic()))
    except subprocess.TimeoutExpired:
        return bytes(said), process.poll()
    finally:
        _end(process)


def _listen(process: subprocess.Popen[bytes], said: bytearray, deadline: float, longest: int) -> None:
    """Read to the end, to the deadline, or until the program is gone and only what it left behind holds the pipe."""
    pipe = process.stdout
    assert pipe is not None  # noqa: S101  asked for above
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            if selector.select(min(left, 0.1)):
                piece = os.read(pipe.fileno(), 65536)
                if not piece:
                    return
                said += piece[: longest - len(said)]
            elif process.poll() is not None:
                return


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what still runs, and all it started. What is stuck in a driver cannot be ended, and is not waited for."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_GRACE_SECONDS)
    if process.stdout:
        process.stdout.close()
