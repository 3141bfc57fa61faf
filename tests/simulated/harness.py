"""Runs a user's script as it is, then tells what the simulated device counted: ``harness.py NAME FACTS SCRIPT``."""

from __future__ import annotations

import json
import runpy
import sys
from pathlib import Path


def main(facts: Path, script: str) -> None:
    """Run the script; write the device's counters, the project's report and what the script left in ``told``."""
    left = runpy.run_path(script, run_name="__main__")
    import simulated_accelerator
    from yoloport import inside

    found = {
        "counters": simulated_accelerator.counters(),
        "report": [run.to_dict() for run in inside.report()],
        "told": left.get("told", {}),
    }
    facts.write_text(json.dumps(found, default=str), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
