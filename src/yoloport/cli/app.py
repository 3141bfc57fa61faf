"""The program ``yoloport``."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn

import typer

from yoloport.errors import Exit, Problem

VERBS = {
    "up": "up:up",
    "status": "status:status",
    "logs": "logs:logs",
    "shell": "shell:shell",
    "down": "down:down",
    "demo": "demo:demo",
    "selftest": "selftest:selftest",
    "predict": "predict:command",
    "convert": "convert:convert",
    "doctor": "doctor:doctor",
    "ci": "ci:ci",
}
"""Module of this package and function of each verb; imported when it is called."""
GROUPS = {"image": "image:app", "platforms": "platforms:app", "render": "render:app"}

HELP = "YOLOv8 on the hardware you have: a workspace on your chip with one command, and the proof that it ran."
BEGINS = "yoloport up   ·   yoloport demo --epochs 5"
PREDICTS = "yoloport predict MODEL PICTURE --save DIR   ·   yoloport doctor"


class VerbLeftOut(Problem):
    """A verb that this image does not have."""

    exit = Exit.USAGE

    def __init__(self, verb: str, there: str) -> None:
        self.verb = verb
        super().__init__(
            f"`yoloport {verb}` is left out of this image; here there are: {there}",
            f"run it outside of the image, where yoloport is installed: yoloport {verb} --help",
            "docs/en/images.md",
        )


def build(only: str = "") -> typer.Typer:
    """The program; with ``only`` that verb alone: to read the options of all verbs takes as long as `status` itself."""
    app = typer.Typer(
        name="yoloport",
        help=HELP,
        no_args_is_help=True,
        rich_markup_mode=None,  # plain help: rich's panels cost more than the whole verb `status`
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog=f"Examples:  {PREDICTS if _left_out(VERBS['up']) else BEGINS}   ·   Exit codes: docs/en/exit-codes.md",
    )
    for name, place in VERBS.items():
        if only in ("", name) and not _left_out(place):
            app.command(name, context_settings={"ignore_unknown_options": name == "shell"})(_at(place))
    for name, place in GROUPS.items():
        if only in ("", name) and not _left_out(place):
            app.add_typer(_at(place), name=name)
    app.callback(invoke_without_command=True, help=HELP)(version)
    return app


def _at(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"yoloport.cli.{module}"), name)


def _left_out(place: str) -> bool:
    """Whether this yoloport is without that verb, as it is in an image."""
    return not Path(__file__).with_name(f"{place.partition(':')[0]}.py").is_file()


def version(show: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    """Print the version, where that was all that was asked for."""
    if show:
        from yoloport import __version__

        print(f"yoloport {__version__}")
        raise typer.Exit


def _refuse(problem: Problem) -> NoReturn:
    from yoloport.cli import present

    if "--json" in sys.argv:
        present.as_json(problem.fields())
    print(problem.words(), file=sys.stderr)
    sys.exit(int(problem.exit))


def main() -> None:
    """Entry point of the console script, of ``python -m yoloport`` and of ``python src``."""
    # A closed terminal, or `kill`: end as after Ctrl-C, with nothing left behind; what nohup set stays.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    known = {**VERBS, **GROUPS}
    if asked in known and _left_out(known[asked]):
        there = ", ".join(name for name, place in known.items() if not _left_out(place))
        _refuse(VerbLeftOut(asked, there))
    build(asked if asked in known else "")(prog_name="yoloport")
