"""The command line of the selftest."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext, redirect_stdout
from datetime import datetime, timezone
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.inside import device_facts, upstream
from yoloport.inside.selftest import table
from yoloport.inside.selftest.check import perform
from yoloport.inside.selftest.checks import CHECKS
from yoloport.inside.selftest.evidence import Evidence, default_file, write
from yoloport.inside.selftest.rung import Ground, cells


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(
        prog="yoloport selftest",
        description="Check that the device computes, trains, predicts and converts, and write an evidence file.",
    )
    options.add_argument("--device", metavar="D", help="cpu, 0, npu:0 ...; chosen for you without it")
    options.add_argument("--platform", metavar="NAME", help="the platform the evidence is for")
    options.add_argument("--out", type=Path, metavar="FILE", help="where to write the evidence")
    options.add_argument("--json", action="store_true", help="print the evidence, or the problem, as JSON")
    return options


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the checks; returns the exit code, which is ``CHECK_FAILED`` where one failed."""
    given = parser().parse_args(arguments)
    try:
        with redirect_stdout(sys.stderr) if given.json else nullcontext():  # Ultralytics logs and prints to stdout
            evidence = gather(given.device, given.platform, quiet=given.json)
        file = write(evidence, given.out or default_file(evidence.machine.platform, evidence.date, os.environ))
    except KeyboardInterrupt:
        print("yoloport: stopped before all checks had run; no evidence was written", file=sys.stderr)
        return int(Exit.INTERRUPTED)
    except Problem as problem:
        return _fail(problem, given.json)
    if given.json:
        print(json.dumps({"file": str(file), **evidence.to_json()}, ensure_ascii=False))
    else:
        print(f"\n{table.verdict(evidence)}\nEvidence: {file}")
    return int(Exit.OK if evidence.passed() else Exit.CHECK_FAILED)


def gather(requested: str | None, platform: str | None, quiet: bool) -> Evidence:
    """Runs every check on the device and puts together what they found.

    Args:
        requested: device in Ultralytics' words; its own choice for ``None``.
        platform: platform name; ``YOLOPORT_PLATFORM`` or the device's type for ``None``.
        quiet: print no line for each check.
    """
    date = datetime.now(timezone.utc).isoformat(timespec="seconds")
    named = device_facts.named_platform(platform, os.environ)
    before = os.environ.get("OMP_NUM_THREADS")
    upstream.prepare()
    import torch

    upstream.hush()
    device = device_facts.select(requested)
    threads = upstream.cpu_threads(before)
    torch.set_num_threads(threads)
    machine = device_facts.describe(device, requested, named, threads)
    emulated, simulated = device_facts.emulator(), device_facts.is_simulated(device)
    ground = Ground(named.device or device.type, device.type, simulated, emulated)
    if not quiet:
        print(table.header(machine.platform, machine.device, machine.device_name), flush=True)
    outcomes = []
    for check in CHECKS:
        outcomes.append(perform(check, device))
        if not quiet:
            print(table.line(outcomes[-1]), flush=True)
    return Evidence(date, machine, ground, tuple(outcomes), cells(ground, outcomes))


def _fail(problem: Problem, as_json: bool) -> int:
    if as_json:
        print(json.dumps(problem.fields(), ensure_ascii=False))
    else:
        print(problem.words(), file=sys.stderr)
    return int(problem.exit)
