"""``yoloport shell``: a shell where kernels run."""

from __future__ import annotations

from typing import Annotated

import typer


def shell(
    command: Annotated[list[str] | None, typer.Argument(help="A command to run instead of a shell.")] = None,
    name: Annotated[str, typer.Option(help="Which workspace.")] = "default",
) -> None:
    """Open a shell inside a workspace, or run one command there.

    Examples:

        yoloport shell

        yoloport shell -- yolo checks
    """
    from yoloport.cli import present
    from yoloport.workspace import look, register
    from yoloport.workspace.enter import enter

    with present.problems():
        record = register.require(name)
        if not look.lives(record):
            raise register.NoWorkspace(name, tuple(r.name for r in register.everything() if look.lives(r)))
        enter(record, command or [])
