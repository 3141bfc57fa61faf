"""The command line of the demo: reads it, runs it, and ends with an address and three numbers, or with a problem."""

from __future__ import annotations

import argparse
import errno
import json
import os
import re
import shlex
import shutil
import signal
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.inside.demo.out_folder import DiskFull
from yoloport.inside.demo.progress import Progress
from yoloport.inside.demo.request import Request
from yoloport.inside.demo.run import STEPS, check, run
from yoloport.inside.demo.training import Position
from yoloport.measure.report import DemoReport
from yoloport.measure.words import duration, milliseconds_a_picture, score

DEVICE = re.compile(r"cpu|mps|\d+(,\d+)*|[a-z]+(:\d+(,\d+)*)?")
MOST_EPOCHS = 10_000


class Interrupted(Problem):
    """A demo that was stopped in the middle.

    Attributes:
        run_folder: the folder of the run, or ``None`` before training.
        checkpoint: the last saved checkpoint, or ``None``.
    """

    exit = Exit.INTERRUPTED

    def __init__(self, position: Position) -> None:
        self.run_folder, self.checkpoint = position.run_folder, position.checkpoint()
        super().__init__(*_interrupted_words(position, self.checkpoint))


def _interrupted_words(position: Position, checkpoint: Path | None) -> tuple[str, str]:
    if position.trained:
        return f"stopped after training; the weights are in {position.run_folder}", "Use them, or start the demo again."
    if checkpoint is not None:
        resume = shlex.join(["yolo", "detect", "train", "resume=True", f"model={checkpoint}"])
        return f"stopped during training; the last whole epoch is {checkpoint}", f"Go on with: {resume}"
    return "stopped before an epoch was saved; no report was written", "Start the demo again."


def parser() -> argparse.ArgumentParser:
    """The options."""
    options = argparse.ArgumentParser(
        prog="yoloport demo",
        description="Train YOLOv8n, validate it, show what it finds, export it, and write a report.",
    )
    options.add_argument("--data", type=Path, metavar="YAML", help="your dataset; helmet scenes are drawn without it")
    options.add_argument("--weights", type=Path, metavar="PT", help="weights to start from; random ones without it")
    options.add_argument("--epochs", type=_epochs, metavar="N", help="passes over the training pictures")
    options.add_argument("--out", type=Path, metavar="DIR", default=Path("yoloport-demo"), help="default: %(default)s")
    options.add_argument("--scenes", type=Path, metavar="DIR", help="where to draw the scenes")
    options.add_argument("--device", type=_device, metavar="D", help="cpu, 0, npu:0 ...; chosen for you without it")
    options.add_argument("--platform", metavar="NAME", help="the platform's name, for the report")
    options.add_argument("--json", action="store_true", help="print the result, or the problem, as JSON")
    return options


def _epochs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_EPOCHS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of epochs from 1 to {MOST_EPOCHS}")
    return int(text)


def _device(text: str) -> str:
    if not DEVICE.fullmatch(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a device; write cpu, 0, 0,1 or npu:0")
    return text


def request_of(arguments: Sequence[str] | None = None) -> tuple[Request, bool]:
    """The request on the command line, and whether the answer is wanted as JSON; ends the process on a wrong option."""
    options = parser()
    given = options.parse_args(arguments)
    if given.data is not None and given.scenes is not None:
        options.error("--scenes is where scenes are drawn; with --data none are")
    request = Request(given.out, given.data, given.weights, given.epochs, given.scenes, given.device, given.platform)
    return request, given.json


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the demo; returns the exit code."""
    request, as_json = request_of(arguments)
    # SIGTERM is how `docker stop` and a machine going down ask: same words, same exit as Ctrl-C.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    progress, position = Progress(sys.stderr, STEPS), Position()
    try:
        with redirect_stdout(sys.stderr):  # stdout is for the result alone; Ultralytics logs and prints there
            page, report = run(check(request, os.environ), progress, position)
    except KeyboardInterrupt:
        return _fail(Interrupted(position), progress, as_json)
    except Problem as problem:
        return _fail(problem, progress, as_json)
    except OSError as failure:
        if failure.errno != errno.ENOSPC:
            raise
        return _fail(DiskFull(request.out, shutil.disk_usage(request.out).free), progress, as_json)
    _print_result(page, report, as_json)
    return int(Exit.OK)


def _fail(problem: Problem, progress: Progress, as_json: bool) -> int:
    progress.leave_line()
    if as_json:
        print(json.dumps(problem.fields(), ensure_ascii=False))
    else:
        print(problem.words(), file=sys.stderr)
    return int(problem.exit)


def _print_result(page: Path, report: DemoReport, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"page": str(page), **report.to_json()}, ensure_ascii=False))
        return
    print(f"Report: {page.as_uri()}")
    print(
        f"mAP50 {score(report.scores.map50)}, "
        f"{milliseconds_a_picture(report):.0f} ms a picture, "
        f"trained in {duration(report.training_seconds())} on {report.machine.device_name}"
    )
    if not report.onnx.agrees:
        print("The exported ONNX model does not agree with PyTorch: see the report before using it.")
