"""Run a long job whose output is followed, and leave none of it running when we are interrupted."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
_GRACE_SECONDS = 10.0


@contextlib.contextmanager
def following(argv: Sequence[str], environ: Mapping[str, str] | None = None) -> Iterator[subprocess.Popen[str]]:
    """Start the job in a session of its own, output and errors in one stream of text.

    Leaving the block by an exception, Ctrl-C among them, ends the job and what it started: pip works in a child of its
    own, which outlives a signal to pip alone.
    """
    process = subprocess.Popen(
        list(argv), env=environ, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    except BaseException:
        _end(process)
        raise
    finally:
        if process.stdout:
            process.stdout.close()


def _end(process: subprocess.Popen[str]) -> None:
    for number in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):  # the whole group has ended
            os.killpg(process.pid, number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=_GRACE_SECONDS)


def ahead(question: Callable[[], T]) -> Callable[[], T]:
    """Start a question to another program now; the result gives its answer, or raises what it raised."""
    answers: list[T] = []
    faults: list[Exception] = []

    def ask() -> None:
        try:
            answers.append(question())
        except Exception as fault:  # noqa: BLE001  raised again where the answer is taken
            faults.append(fault)

    asking = Thread(target=ask, daemon=True)
    asking.start()

    def answer() -> T:
        asking.join()
        if faults:
            raise faults[0]
        return answers[0]

    return answer
