"""``python -m fuzz --minutes 10``, with ``src`` and ``tests`` on PYTHONPATH: exit 1 where something was found."""

from __future__ import annotations

import argparse
import random
import sys
from pathlib import Path

from fuzz import campaign
from fuzz.targets import TARGETS


def main() -> int:
    """Fuzz, print a line for each target and each finding, and keep the inputs of findings."""
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--seed", type=int, help="of another run, to have its inputs again")
    parser.add_argument("--slice", type=float, default=5.0, help="seconds of one process")
    parser.add_argument("--keep", type=Path, default=Path("findings"), help="folder for inputs of findings")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help=", ".join(TARGETS))
    asked = parser.parse_args()
    seed = random.randrange(1 << 30) if asked.seed is None else asked.seed  # noqa: S311
    print(f"seed {seed}", flush=True)
    report = campaign.run(asked.targets or list(TARGETS), asked.minutes * 60, seed, asked.slice)
    for name, count in report.inputs.items():
        print(f"{name:15} {count:9} inputs, {report.problems[name]:9} refused, peak {report.peak_mb[name]} MB")
    print(f"{sum(report.inputs.values())} inputs in {report.seconds:.0f} s, {len(report.findings)} findings")
    for number, (place, finding) in enumerate(report.findings.items()):
        asked.keep.mkdir(exist_ok=True)
        (asked.keep / f"{number}.bin").write_bytes(bytes.fromhex(finding["input"]))
        print(f"  {number}: {place}: {finding['why']}")
    return 1 if report.findings else 0


if __name__ == "__main__":
    sys.exit(main())
