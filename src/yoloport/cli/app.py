"""The program ``yoloport``."""

from __future__ import annotations

import signal
import sys
from importlib import import_module
from typing import Any

import typer

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


def build(only: str = "") -> typer.Typer:
    """The program; with ``only`` that verb alone: to read the options of all verbs takes as long as `status` itself."""
    app = typer.Typer(
        name="yoloport",
        help="YOLOv8 on the hardware you have: a workspace on your chip with one command, and the proof that it ran.",
        no_args_is_help=True,
        rich_markup_mode=None,  # plain help: rich's panels cost more than the whole verb `status`
        pretty_exceptions_enable=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        epilog="Examples:  yoloport up   ·   yoloport demo --epochs 5   ·   Exit codes: docs/en/exit-codes.md",
    )
    for name, place in VERBS.items():
        if only in ("", name):
            app.command(name, context_settings={"ignore_unknown_options": name == "shell"})(_at(place))
    for name, place in GROUPS.items():
        if only in ("", name):
            app.add_typer(_at(place), name=name)
    app.callback(invoke_without_command=True)(version)
    return app


def _at(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(f"yoloport.cli.{module}"), name)


def version(show: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    # No docstring: Typer would print it as the program's help.
    if show:
        from yoloport import __version__

        print(f"yoloport {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of the console script and of ``python src``."""
    # A closed terminal, or `kill`: end as after Ctrl-C, with nothing left behind; what nohup set stays.
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler)
    asked = sys.argv[1] if len(sys.argv) > 1 else ""
    build(asked if asked in (*VERBS, *GROUPS) else "")(prog_name="yoloport")
