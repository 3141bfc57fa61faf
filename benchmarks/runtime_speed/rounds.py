"""Rounds: every contestant does the same pictures, one at a time, in an order that changes from round to round."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

WORKER = Path(__file__).with_name("worker.py")


@dataclass(frozen=True)
class Contestant:
    """What is measured.

    Args:
        name: of its row.
        kind: a key of ``worker.CONTESTANTS``.
        artifact: what it loads.
        settings: for it.
        work: ``stream`` (throughput) or ``single`` (latency).
    """

    name: str
    kind: str
    artifact: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    work: str = "stream"


@dataclass
class Measured:
    """What a contestant took, a value for each round; ``each`` are seconds of each picture of a ``single`` round."""

    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    each: list[list[float]] = field(default_factory=list)
    boxes: set[int] = field(default_factory=set)
    peak_mb: float = 0.0


class Worker:
    """A contestant's process."""

    def __init__(self, contestant: Contestant) -> None:
        argv = [sys.executable, str(WORKER), contestant.kind, str(contestant.artifact), json.dumps(contestant.settings)]
        self.contestant = contestant
        self._process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environ())
        self._answer()

    def ask(self, pictures: Path) -> dict[str, Any]:
        """Do the pictures of a list file."""
        assert self._process.stdin is not None
        print(json.dumps([self.contestant.work, str(pictures)]), file=self._process.stdin, flush=True)
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.contestant.name} ended with {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """Its input ends, and so does it."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()


def _environ() -> dict[str, str]:
    """No network, no installs, and the kernels that a user's machine would take."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OPENBLAS_")}
    return {**kept, "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false", "YOLO_VERBOSE": "false"}


def measure(contestants: list[Contestant], pictures: Path, rounds: int) -> dict[str, Measured]:
    """Load all, let each do the pictures once to be warm, then the rounds, each starting with another contestant."""
    found = {one.name: Measured() for one in contestants}
    with ExitStack() as loaded:
        workers = [loaded.enter_context(closing(Worker(one))) for one in contestants]
        for worker in workers:
            worker.ask(pictures)
        for number in range(rounds):
            turn = number % len(workers)
            for worker in workers[turn:] + workers[:turn]:
                _keep(found[worker.contestant.name], worker.ask(pictures))
            print(f"round {number + 1} of {rounds}, load {os.getloadavg()[0]:.1f}", file=sys.stderr, flush=True)
    return found


def _keep(into: Measured, answer: dict[str, Any]) -> None:
    into.wall.append(answer["wall"])
    into.cpu.append(answer["cpu"])
    into.each.append(answer["each"])
    into.boxes.add(answer["boxes"])
    into.peak_mb = answer["peak_mb"]
