"""The command line of the conversion."""

from __future__ import annotations

import argparse
import errno
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

from yoloport.errors import Exit, Problem
from yoloport.inside.convert.problems import CannotConvert, ConvertDiskFull, Interrupted, OutputUnusable
from yoloport.inside.convert.request import GRAPHS, PRECISIONS, Request, size_of
from yoloport.inside.convert.run import STEPS, planned, run
from yoloport.inside.demo.progress import Progress

MOST_BATCH = 4096


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(prog="yoloport convert", description="Weights to what an engine runs.")
    options.add_argument("weights", type=Path, help="a .pt file of Ultralytics")
    options.add_argument("--to", required=True, metavar="FORMAT", help="the format")
    options.add_argument("--precision", choices=PRECISIONS, default="", help="the target's first without it")
    options.add_argument("--calibrate", type=Path, metavar="DATA", help="dataset YAML or picture folder, for int8")
    options.add_argument("--imgsz", default="640", metavar="N|H,W", help="size of the input; default: %(default)s")
    options.add_argument("--dynamic", action="store_true", help="other sizes and batches may go in")
    options.add_argument("--batch", type=int, default=1, metavar="N", help="pictures in one pass")
    options.add_argument("--output", type=Path, metavar="DIR", help="the artifact's folder")
    options.add_argument("--chip", default="", metavar="C", help="the chip it is for")
    options.add_argument("--graph", choices=GRAPHS, default="", help="plain: as the exporter makes it")
    options.add_argument("--force", action="store_true", help="replace an artifact that is there")
    options.add_argument("--skip-check", action="store_true", help="do not load the artifact afterwards")
    options.add_argument("--dry-run", action="store_true", help="say what would be done")
    options.add_argument("--platform", default="", help=argparse.SUPPRESS)
    options.add_argument("--json", action="store_true", help="print the result, or the problem, as JSON")
    return options


def request_of(given: argparse.Namespace) -> Request:
    """The request that was typed.

    Raises:
        CannotConvert: a number that makes no sense.
    """
    if not 1 <= given.batch <= MOST_BATCH:
        raise CannotConvert(f"--batch {given.batch}", "is no number of pictures", f"a number from 1 to {MOST_BATCH}")
    return Request(given.weights, given.to, given.precision, given.calibrate, size_of(given.imgsz), given.dynamic,
                   given.batch, given.output, given.chip, given.graph, given.force, not given.skip_check)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Converts; returns the exit code."""
    given = parser().parse_args(arguments)
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    progress = Progress(sys.stderr, STEPS)
    try:
        plan = planned(request_of(given))
        if given.dry_run:
            _show({"ok": True, "dry_run": True, **plan.to_json()}, given.json)
            return int(Exit.OK)
        with redirect_stdout(sys.stderr):
            told = run(plan, progress)
    except KeyboardInterrupt:
        return _fail(Interrupted(), progress, given.json)
    except Problem as problem:
        return _fail(problem, progress, given.json)
    except OSError as failure:
        place = Path(failure.filename or given.output or given.weights)
        full = failure.errno == errno.ENOSPC
        why = failure.strerror or str(failure)
        met: Problem = ConvertDiskFull(place, 0, 0) if full else OutputUnusable(place, why)
        return _fail(met, progress, given.json)
    _show({"ok": True, **told}, given.json)
    return int(Exit.OK)


def _fail(problem: Problem, progress: Progress, as_json: bool) -> int:
    progress.leave_line()
    if as_json:
        print(json.dumps(problem.fields(), ensure_ascii=False, default=str))
    print(problem.words(), file=sys.stderr)
    return int(problem.exit)


def _show(told: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print(json.dumps(told, ensure_ascii=False, default=str))
        return
    if told.get("dry_run"):
        print("\n".join(f"{key}: {value}" for key, value in told.items() if key not in ("ok", "dry_run")))
        return
    print(told["output"])
    print(f"{told['format']}, {told['precision'] or 'precision unknown'}, {told['megabytes']} MB, {told['seconds']} s")
    print(f"loaded and tried: {told['checked']}{_difference(told.get('difference'))}")
    for note in told["notes"]:
        print(f"note: {note}")


def _difference(gap: dict[str, Any] | None) -> str:
    if not gap:
        return ""
    if "classes" in gap:
        return f"; scores differ from torch's by {gap['confidence']:.2g} at most"
    words = f"; {gap['paired']} of torch's {gap['torch_boxes']} boxes found, {gap['artifact_boxes']} in all"
    return words if gap["pixels"] is None else f"{words}; {gap['pixels']:.2g} px, {gap['confidence']:.2g} confidence"
