"""``yoloport predict``: run a converted model over pictures, videos or a stream, without torch."""

from __future__ import annotations

import json as json_text
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from yoloport.cli.account import Account
    from yoloport.runtime.model import Run
    from yoloport.runtime.results.results import Results
    from yoloport.runtime.results.saving import Album


def command(
    artifact: Annotated[Path, typer.Argument(help="An .onnx from Ultralytics, or a folder with yoloport.json.")],
    sources: Annotated[
        list[str], typer.Argument(help="Pictures, a video, folder, 'glob', list.txt, rtsp://…, or camera number.")
    ],
    save: Annotated[Path | None, typer.Option(help="Folder for annotated pictures and videos.")] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON for each picture, and one at the end.")
    ] = False,
    conf: Annotated[float, typer.Option(help="Least confidence, 0 to 1.")] = 0.25,
    iou: Annotated[float, typer.Option(help="Overlap above which the weaker of two boxes goes, 0 to 1.")] = 0.7,
    classes: Annotated[str, typer.Option(help="Classes to keep: numbers or names, with commas. [all]")] = "",
    stride: Annotated[int, typer.Option(help="Of videos and streams, take every N-th frame.")] = 1,
    retries: Annotated[int, typer.Option(help="How often a stream that stopped is opened again.")] = 5,
    device: Annotated[str, typer.Option(help="As the engine calls it, such as cpu or vulkan:0. [its best]")] = "auto",
    precision: Annotated[str, typer.Option(help="fp32, bf16, fp16; auto leaves it to the engine.")] = "fp32",
    mode: Annotated[
        str, typer.Option(help="latency: one picture with all cores; throughput: several; auto: measured here once.")
    ] = "latency",
    show_speed: Annotated[bool, typer.Option("--show-speed", help="End with what each step took.")] = False,
) -> None:
    """Look for objects in pictures, a video or a stream. Ctrl-C ends it; the annotated video then plays up to there.

    Examples:

        yoloport predict helmet.onnx photos/ --save annotated

        yoloport predict helmet.onnx rtsp://camera.example/stream --stride 5 --classes head --json
    """
    from yoloport.cli import present
    from yoloport.cli.account import Account

    account = Account(json, show_speed)
    with present.problems(json, account.line):
        from yoloport.runtime import load

        with load(artifact, conf=conf, iou=iou, mode=mode, device=device, precision=precision) as model:
            running = model.running()
            if not json:
                present.say(f"{artifact}: {running.words()}", markup=False)
            source = sources[0] if len(sources) == 1 else sources
            run = model(source, classes=_numbers(classes, model.names), stride=stride, retries=retries)
            with account.told(", ".join(sources), run.tally, running), run:
                _show(run, save, stride, json, account)


def _numbers(text: str, names: dict[int, str]) -> list[int] | None:
    """Class numbers from numbers and names; an unknown one is left for the model to refuse with its own list."""
    from yoloport.runtime.model import BadChoice

    by_name = {name: number for number, name in names.items()}
    wanted: list[int] = []
    for word in filter(None, (part.strip() for part in text.split(","))):
        if not word.isdecimal() and word not in by_name:
            known = ", ".join(list(by_name)[:10])
            raise BadChoice("classes", word, f"a number or one of {known}" + (" …" if len(by_name) > 10 else ""))
        wanted.append(by_name.get(word, int(word) if word.isdecimal() else -1))
    return wanted or None


def _show(run: Run, save: Path | None, stride: int, as_json: bool, account: Account) -> None:
    """Print, draw and count each result."""
    # Rich takes sys.stdout over while its line moves, and would send a redirected list to the terminal.
    out = sys.stdout
    with _album(save, stride) if save else nullcontext() as album:
        for result in run if out.isatty() else _with_progress(run):
            file = album.add(result) if album else None
            print(_line(result, file, as_json), file=out, flush=True)
            account.add(result)


def _album(folder: Path, stride: int) -> Album:
    from yoloport.runtime.results.saving import Album

    return Album(folder, stride)


def _with_progress(run: Run) -> Iterator[Results]:
    """The results, while a line on standard error says how far it is; twice a second at most.

    Nothing is said before the first half second is over: a single picture is done by then, and rich not imported.
    """
    from yoloport.cli import present

    begin = said = time.monotonic()
    progress: Callable[..., None] | None = None
    with ExitStack() as at_the_end:
        for count, result in enumerate(run, 1):
            yield result
            now = time.monotonic()
            if now - said > 0.5:
                said = now
                progress = progress or at_the_end.enter_context(present.steps())
                of = f" of {run.tally.total}" if run.tally.total else ""
                progress("looking", f"{count}{of}, {count / (now - begin):.1f} a second")


def _line(result: Results, file: Path | None, as_json: bool) -> str:
    if as_json:
        speed = {step: round(spent, 2) for step, spent in result.speed.items()}
        said = {"path": result.path, "frame": result.frame, "shape": list(result.orig_shape),
                "detections": result.summary(), "speed": speed, "saved": file and str(file)}  # fmt: skip
        return json_text.dumps(said, ensure_ascii=False)
    frame = "" if result.frame is None else f" frame {result.frame}"
    return f"{result.path}{frame}: {result.verbose().rstrip(', ')}"
