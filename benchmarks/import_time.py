"""What the adapter adds to ``import torch``, in the environment of a workspace.

    python3 benchmarks/import_time.py --python ENVIRONMENT/bin/python [--rounds N] [--json FILE]

The first line is ``import torch`` without entry points; the second is the adapter's own part, timed inside the same
kind of process: a whole import varies by more than it adds. Target: 20 ms.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Mapping

from interleaved import ROOT, measure, options, report, run

LIMIT_S = 0.020
WHAT = {
    "import torch": "import time; t = time.perf_counter(); import torch; print(time.perf_counter() - t)",
    "the adapter": "import torch, time; t = time.perf_counter(); from yoloport.inside.activate import autoload; "
    "autoload(); print(time.perf_counter() - t)",
}


def timed(python: str, code: str, environ: Mapping[str, str]) -> Callable[[], float]:
    """Seconds that a process says a part of it took."""
    return lambda: float(run([python, "-c", code], environ).stdout)


def main() -> None:
    """Time both in turns, and hold the adapter's part against the target."""
    if "--python" not in sys.argv:
        raise SystemExit("--python: the Python of an environment with torch ('yoloport up --dry-run' names it)")
    at = sys.argv.index("--python")
    python = sys.argv[at + 1]
    del sys.argv[at : at + 2]
    given = options("What the adapter adds to import torch.", rounds=9, least=5)
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}
    load = os.getloadavg()[0]
    timings = measure({name: timed(python, code, environ) for name, code in WHAT.items()}, given.rounds)
    report(timings, {}, load, given.json)
    median = statistics.median(timings.seconds["the adapter"])
    print(f"the adapter: {median * 1000:.1f} ms, target {LIMIT_S * 1000:.0f} ms {_verdict(median)}")


def _verdict(median: float) -> str:
    return "met" if median < LIMIT_S else "MISSED"


if __name__ == "__main__":
    main()
