"""Many short processes, one after the other: each target in turn, so that all have had their share at any time."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

HANGS_AFTER_S = 60.0
"""Seconds past its time after which a process counts as hanging; a slow machine must not look like one."""


@dataclass
class Report:
    """What came of a campaign.

    Args:
        seconds: that it took.
        inputs: tried, by target.
        problems: inputs that were refused with a ``Problem``, by target.
        peak_mb: largest memory of a process, by target.
        findings: what must not be: a place or a way to die, with why and the input in hexadecimal digits.
    """

    seconds: float = 0.0
    inputs: dict[str, int] = field(default_factory=dict)
    problems: dict[str, int] = field(default_factory=dict)
    peak_mb: dict[str, int] = field(default_factory=dict)
    findings: dict[str, dict[str, str]] = field(default_factory=dict)

    def add(self, name: str, told: dict[str, Any]) -> None:
        """One process's counts."""
        self.inputs[name] = self.inputs.get(name, 0) + told["inputs"]
        self.problems[name] = self.problems.get(name, 0) + told["problems"]
        self.peak_mb[name] = max(self.peak_mb.get(name, 0), told["peak_mb"])
        for place, finding in told["findings"].items():
            self.findings.setdefault(f"{name}: {place}", finding)


def run(names: list[str], seconds: float, seed: int, slice_s: float) -> Report:
    """Fuzz these targets in turns for so long, each for a slice at a time.

    Args:
        names: of targets.
        seconds: in all; every target has one slice at least.
        seed: the same gives the same inputs, as far as time lets them be reached.
        slice_s: seconds of one process.
    """
    report, begin = Report(), time.monotonic()
    for count, name in enumerate(_in_turns(names)):
        if count >= len(names) and time.monotonic() - begin >= seconds:
            break
        with tempfile.TemporaryDirectory(prefix="yoloport-fuzz-") as folder:
            report.add(name, _one(name, seed + count, slice_s, Path(folder)))
    report.seconds = time.monotonic() - begin
    return report


def _in_turns(names: list[str]) -> Iterator[str]:
    while True:
        yield from names


def _one(name: str, seed: int, seconds: float, folder: Path) -> dict[str, Any]:
    argv = [sys.executable, "-c", "import sys; from fuzz.child import main; main(sys.argv[1:])",
            name, str(seed), str(seconds), str(folder)]  # fmt: skip
    try:
        done = subprocess.run(
            argv, capture_output=True, text=True, errors="replace", timeout=seconds + HANGS_AFTER_S, check=False
        )
    except subprocess.TimeoutExpired:
        return _died("hangs", folder)
    if done.returncode:
        words = done.stderr.strip().splitlines()
        return _died(f"ended with {done.returncode}: {words[-1] if words else 'no word'}", folder)
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def _died(why: str, folder: Path) -> dict[str, Any]:
    current = folder / "current"
    tried = current.read_bytes().hex() if current.is_file() else ""
    return {"inputs": 0, "problems": 0, "peak_mb": 0, "findings": {why: {"why": why, "input": tried}}}
