"""``yoloport logs``: what a workspace's servers say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from yoloport.workspace.register import Record


def logs(
    name: Annotated[str, typer.Option(help="Which workspace.")] = "default",
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as they grow, until Ctrl-C.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="The last so many lines of each log.")] = 40,
) -> None:
    """Show the logs of the workspace itself, of JupyterLab, and of sshd.

    Examples:

        yoloport logs

        yoloport logs --name line2 -f
    """
    from yoloport.cli import present
    from yoloport.workspace import register

    with present.problems():
        record = register.require(name)
        files = sorted((record.state / "logs").glob("*.log"))
        if record.engine != "local":
            _engine_log(record, lines)
        argv = [
            "tail",
            "-q" if len(files) == 1 else "-v",
            "-n",
            str(lines),
            *(["-F"] if follow else []),
            *map(str, files),
        ]
        if files:
            _tail(argv)


def _engine_log(record: Record, lines: int) -> None:
    import subprocess

    from yoloport.workspace.render_engine import container_name

    subprocess.run([record.client, "logs", "--tail", str(lines), container_name(record.name)], check=False)


def _tail(argv: list[str]) -> None:
    import subprocess

    try:
        subprocess.run(argv, check=False)
    except KeyboardInterrupt:  # the way to end --follow
        return
