"""The program ``yoloport``."""

from __future__ import annotations

import typer

from yoloport.cli import demo, down, image, logs, platforms, selftest, shell, status, up

app = typer.Typer(
    name="yoloport",
    help="YOLOv8 on the hardware you have: a workspace on your chip with one command, and the proof that it ran.",
    no_args_is_help=True,
    rich_markup_mode=None,  # plain help: rich's panels cost more than the whole verb `status`
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Examples:  yoloport up   ·   yoloport demo --epochs 5   ·   Exit codes: docs/en/exit-codes.md",
)
app.command()(up.up)
app.command()(status.status)
app.command()(logs.logs)
app.command(context_settings={"ignore_unknown_options": True})(shell.shell)
app.command()(down.down)
app.command()(demo.demo)
app.command()(selftest.selftest)
app.command()(platforms.platforms)
app.add_typer(image.app, name="image")


@app.callback(invoke_without_command=True)
def version(show: bool = typer.Option(False, "--version", help="Print the version and exit.")) -> None:
    if show:
        from yoloport import __version__

        print(f"yoloport {__version__}")
        raise typer.Exit


def main() -> None:
    """Entry point of the console script and of ``python src``."""
    app(prog_name="yoloport")
