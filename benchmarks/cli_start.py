"""How long the command line takes to start: ``yoloport --help`` and ``status`` against importing typer and rich.

    python3 benchmarks/cli_start.py [--rounds N] [--json FILE]

Target: each within 1.5 times the import.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from interleaved import LAUNCHER, cli_python, environment, measure, options, report, run

TARGET = 1.5


def timed(argv: list[str], environ: Mapping[str, str]) -> Callable[[], float]:
    """Wall seconds from start to end of a program that has to succeed."""

    def once() -> float:
        begin = time.perf_counter()
        subprocess.run(argv, env=dict(environ), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
        return time.perf_counter() - begin

    return once


def main() -> None:
    """Time the four in turns, the last with a local workspace that answers."""
    given = options("Start of the command line.", rounds=15, least=7)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="yoloport-bench-") as temporary:
        empty, busy = (environment(Path(temporary) / name) for name in ("empty", "busy"))
        for environ in (empty, busy):
            Path(environ["HOME"]).mkdir()
        python = str(cli_python(empty))
        launcher = str(LAUNCHER)
        run([launcher, "up", "--engine", "local", "--name", "bench"], busy)
        try:
            cases = {
                'python -c "import typer, rich"': timed([python, "-c", "import typer, rich"], empty),
                "yoloport --help": timed([launcher, "--help"], empty),
                "yoloport status (no workspace)": timed([launcher, "status"], empty),
                "yoloport status (one that answers)": timed([launcher, "status"], busy),
            }
            timings = measure(cases, given.rounds)
        finally:
            run([launcher, "down", "--name", "bench", "--now"], busy)
    report(timings, dict.fromkeys(list(cases)[1:], TARGET), load, given.json)


if __name__ == "__main__":
    main()
