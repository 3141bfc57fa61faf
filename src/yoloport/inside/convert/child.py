"""Start a helping process, hear its events, and end it with all that it started when we end."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from yoloport.inside.convert.problems import ConvertDiskFull, DoesNotLoad, ExportFailed, Told

HEARTBEAT = 2.0
LINES = 12
FULL = "No space left on device"


def exported(work: Mapping[str, Any], scratch: Path, step: Callable[[str], None]) -> dict[str, Any]:
    """Run ``exporting`` in ``scratch``, whose ``log`` takes what it prints; returns its result.

    Raises:
        Told: the problem it met.
        ConvertDiskFull: the disk ran full.
        ExportFailed: it ended without a result; killed for memory, or crashed.
    """
    reading, writing = os.pipe()
    command = [sys.executable, "-m", "yoloport.inside.convert.exporting"]
    log = scratch / "log"
    with log.open("w", encoding="utf-8") as said, os.fdopen(reading, encoding="utf-8") as events:
        process = subprocess.Popen(command, cwd=scratch, stdin=subprocess.PIPE, stdout=said, stderr=said,
                                   pass_fds=[writing], text=True, start_new_session=True)  # fmt: skip
        try:
            os.close(writing)
            if process.stdin is not None:
                process.stdin.write(json.dumps({**work, "events": writing}) + "\n")
                process.stdin.flush()
            last = _heard(events, step)
            # Its standard input stays open until its end: closing it is the word to stop.
            if not last:
                process.wait()
        finally:
            _end(process)
    return _result(last, process.returncode, str(work["to"]), log)


def _heard(events: Any, step: Callable[[str], None]) -> dict[str, Any]:
    """The last event; each step is passed on, and repeated while nothing is heard."""
    name = "loading"
    while True:
        if not select.select([events], [], [], HEARTBEAT)[0]:
            step(name)
            continue
        line = events.readline()
        if not line:
            return {}
        event: dict[str, Any] = json.loads(line)
        if "step" not in event:
            return event
        name = event["step"]
        step(name)


def _end(process: subprocess.Popen[str]) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def _result(last: dict[str, Any], code: int, target: str, log: Path) -> dict[str, Any]:
    if "result" in last:
        found: dict[str, Any] = last["result"]
        return found
    text = log.read_text(encoding="utf-8", errors="replace")
    if FULL in text or FULL in str(last):
        raise ConvertDiskFull(log.parent.parent, 0, 0)
    end = [line.rstrip() for line in text.splitlines() if line.strip()][-LINES:]
    if "problem" in last:
        problem = last["problem"]
        if problem["problem"] == "ExportFailed":
            raise ExportFailed(target, str(problem["cause"]).partition("failed: ")[2], end)
        raise Told(problem)
    why = f"its process ended with {code}"
    if code == -signal.SIGKILL:
        why = "its process was killed; too little memory is the usual reason"
    raise ExportFailed(target, why, end)


def tried(artifact: Path, picture: Path, target: str) -> dict[str, Any]:
    """Run ``trying``; returns what it says.

    Raises:
        DoesNotLoad: the runtime refuses the artifact, or the engine crashed on it.
    """
    command = [sys.executable, "-m", "yoloport.inside.convert.trying", str(artifact), str(picture)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                               text=True, errors="replace", start_new_session=True)  # fmt: skip
    try:
        out, said = process.communicate()
    finally:
        _end(process)
    line = next((line for line in reversed(out.splitlines()) if line.startswith("{")), "")
    if not line:
        end = (said.strip().splitlines() or ["it said nothing"])[-1]
        raise DoesNotLoad(target, f"the engine's process ended with {process.returncode}: {end}")
    told: dict[str, Any] = json.loads(line)
    if "refused" in told:
        raise DoesNotLoad(target, told["refused"])
    return told
