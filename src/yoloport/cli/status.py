"""``yoloport status``: which workspaces there are, and how they are."""

from __future__ import annotations

from typing import Annotated

import typer


def status(
    name: Annotated[str, typer.Option(help="Only this workspace.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show workspaces: address, trainings that run, and those that can be resumed.

    Examples:

        yoloport status

        yoloport status --name line2 --json
    """
    from yoloport.cli import describe, present
    from yoloport.workspace import look, register

    with present.problems(json):
        records = (register.require(name),) if name else register.everything()
        found = [look.status(record) for record in records]
        if json:
            present.as_json({"ok": True, "workspaces": [describe.as_data(one) for one in found]})
            return
        for one in found:
            describe.card(one)
        if not found:
            print("no workspace; start one: yoloport up")
