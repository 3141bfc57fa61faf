"""Take a workspace down: trainings save their checkpoint first, within a bounded time."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.supervise import trainings
from yoloport.workspace import look, register, render_engine
from yoloport.workspace.register import Record

_ENDING_SECONDS = 45.0


class StillRunning(Problem):
    """It was told to stop and did not."""

    exit = Exit.NOT_ANSWERING

    def __init__(self, record: Record, words: str) -> None:
        super().__init__(
            f"workspace {record.name!r} does not stop: {words}",
            f"yoloport down --name {record.name} --now",
            "docs/en/workspace.md",
        )
        self.name = record.name


def stop(record: Record, wait: float, report: Callable[[str], None]) -> tuple[trainings.Training, ...]:
    """Stop and forget the workspace; the data folder stays as it is.

    Args:
        record: the workspace.
        wait: seconds that running epochs get to save their checkpoint.
        report: called with a line whenever something new is known.

    Returns:
        Of the trainings that ran, those that did not come to their end; each can be resumed from its checkpoint.

    Raises:
        StillRunning: neither asking nor killing helped.
    """
    folder = record.state / "trainings"
    seen: dict[str, trainings.Training] = {}
    if look.lives(record):
        seen = {t.folder: t for t in trainings.recorded(folder) if not t.stopped}
        _leave_word(record.state / "stop", wait, report)
        _ask(record, wait)
        deadline = time.monotonic() + wait + _ENDING_SECONDS
        while look.lives(record):
            for training in trainings.recorded(folder):
                if training.folder in seen:
                    seen[training.folder] = training
                    report(_words(training, wait))
            if time.monotonic() > deadline:
                _kill(record)
            time.sleep(0.1)
    _remove(record)
    register.forget(record.name)
    return tuple(t for t in trainings.recorded(folder) if t.folder in seen)


def _words(training: trainings.Training, wait: float) -> str:
    if training.stopped:
        return f"{training.folder}: epoch {training.epoch} of {training.epochs} is saved"
    if training.epoch >= training.epochs:
        return f"{training.folder}: all epochs are done, its last validation runs"
    if not wait:
        return f"{training.folder}: not waited for; epoch {training.epoch} of {training.epochs} was saved last"
    return f"{training.folder}: waiting for the checkpoint of epoch {training.epoch + 1} of {training.epochs}"


def _leave_word(file: Path, wait: float, report: Callable[[str], None]) -> None:
    part = file.with_suffix(".part")
    try:
        part.write_text(json.dumps({"wait": wait}), encoding="utf-8")
        part.replace(file)
    except OSError as error:
        report(f"trainings cannot be told to save: {error}")


def _ask(record: Record, wait: float) -> None:
    if record.engine == "local":
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            os.kill(record.pid, signal.SIGTERM)
        return
    # `stop` waits for the end; `kill --signal` returns at once, and the policy "unless-stopped" would start it again.
    argv = [
        record.client,
        "stop",
        "--time",
        str(int(wait + _ENDING_SECONDS)),
        render_engine.container_name(record.name),
    ]
    subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)


def _kill(record: Record) -> None:
    if record.engine != "local":
        raise StillRunning(record, f"{record.engine} stop did not end it")
    import psutil

    try:
        family = [psutil.Process(record.pid), *psutil.Process(record.pid).children(recursive=True)]
        for process in family:
            process.kill()
    except psutil.NoSuchProcess:
        return  # it ended meanwhile
    if psutil.wait_procs(family, timeout=10)[1]:
        raise StillRunning(record, f"process {record.pid} outlives a kill")


def _remove(record: Record) -> None:
    if record.engine != "local":
        name = render_engine.container_name(record.name)
        subprocess.run([record.client, "rm", "--force", name], capture_output=True, check=False)
