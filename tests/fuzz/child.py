"""One process that tries inputs of one target until its time is over; whatever happens to it, its parent is told."""

from __future__ import annotations

import json
import random
import resource
import time
import traceback
import warnings
from pathlib import Path
from typing import Any

from fuzz.targets import TARGETS
from yoloport.errors import Problem

MORE_MEMORY = 2 << 30
"""Bytes of address space beyond those that the imports took: the largest picture that is allowed takes 805 MB."""


def run(name: str, seed: int, seconds: float, folder: Path) -> dict[str, Any]:
    """Try inputs; returns counts and findings, one for each place in the source.

    Args:
        name: of the target.
        seed: of the inputs; the same seed gives the same ones.
        seconds: to go on.
        folder: an empty one; ``current`` in it is the input that is being tried.
    """
    target, rng = TARGETS[name], random.Random(seed)  # noqa: S311  the same inputs again are wanted
    current, work = folder / "current", folder / "work"
    work.mkdir()
    _limit()
    warnings.simplefilter("error")
    warnings.simplefilter("ignore", RuntimeWarning)  # numpy's, of numbers that are none
    findings: dict[str, dict[str, str]] = {}
    inputs = problems = 0
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        data = target.input(rng)
        current.write_bytes(data)
        inputs += 1
        try:
            target.attempt(data, work)
        except Problem:
            problems += 1
        except Exception as error:  # noqa: BLE001  that is what is looked for
            findings.setdefault(_place(error), {"why": repr(error)[:300], "input": data.hex()})
    return {"inputs": inputs, "problems": problems, "peak_mb": _peak(), "findings": findings}


def _limit() -> None:
    used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + MORE_MEMORY, used + MORE_MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _place(error: BaseException) -> str:
    """Where in the project it came from."""
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "/yoloport/" in frame.filename]
    last = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {last.filename.rpartition('/src/')[2]}:{last.lineno}"


def _peak() -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM"))


def main(words: list[str]) -> None:
    """``fuzz.child TARGET SEED SECONDS FOLDER``: prints what :func:`run` returns."""
    name, seed, seconds, folder = words
    print(json.dumps(run(name, int(seed), float(seconds), Path(folder))))
