"""How long ``yoloport doctor`` takes, on this machine and on a recorded server with eight cards.

    python3 benchmarks/doctor_time.py [--rounds N] [--json FILE]

Target: 1.5 seconds each; the first line is what any program of this environment costs before it does anything.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from interleaved import LAUNCHER, ROOT, cli_python, environment, measure, options, report

LIMIT_S = 1.5
SERVER = ROOT / "tests/machines/ascend-910b.toml"


def timed(argv: list[str], environ: Mapping[str, str]) -> Callable[[], float]:
    """Wall seconds from start to end; doctor's exit code speaks of the machine, not of its own work."""

    def once() -> float:
        begin = time.perf_counter()
        done = subprocess.run(argv, env=dict(environ), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
        assert done.returncode in (0, 1, 2) and not done.stderr, done.stderr
        return time.perf_counter() - begin

    return once


def main() -> None:
    """Time the three in turns."""
    given = options("How long a diagnosis takes.", rounds=15, least=5)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="yoloport-bench-") as home:
        environ = environment(Path(home))
        python, launcher = str(cli_python(environ)), str(LAUNCHER)
        cases = {
            'python -c "import typer, rich, pydantic"': timed([python, "-c", "import typer, rich, pydantic"], environ),
            "yoloport doctor": timed([launcher, "doctor"], environ),
            f"yoloport doctor --from {SERVER.name}": timed([launcher, "doctor", "--from", str(SERVER)], environ),
        }
        timings = measure(cases, given.rounds)
    report(timings, {}, load, given.json)
    for name in list(cases)[1:]:
        median = statistics.median(timings.seconds[name])
        print(f"{name}: {median:.2f} s, target {LIMIT_S} s {'met' if median < LIMIT_S else 'MISSED'}")


if __name__ == "__main__":
    main()
