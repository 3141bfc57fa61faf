"""``yoloport down``: stop a workspace and lose nothing."""

from __future__ import annotations

from typing import Annotated

import typer


def down(
    name: Annotated[str, typer.Option(help="Which workspace.")] = "default",
    wait: Annotated[
        float, typer.Option(min=0, help="Seconds that a running epoch gets to save its checkpoint.")
    ] = 300.0,
    now: Annotated[bool, typer.Option("--now", help="Do not wait; the last saved checkpoint stays.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Stop a workspace. A running training saves the checkpoint of its epoch first. Data, token and keys stay.

    Examples:

        yoloport down

        yoloport down --name line2 --now
    """
    from yoloport.cli import describe, present
    from yoloport.workspace import register
    from yoloport.workspace.stop import stop

    with present.problems(json):
        record = register.require(name)
        stopped = stop(record, 0.0 if now else wait, present.lines_once())
        if json:
            present.as_json({"ok": True, "name": name, "data": record.data, "resumable": [vars(t) for t in stopped]})
            return
        print(f"workspace {name} is down; its data stays in {record.data}")
        for training in stopped:
            if training.checkpoint:
                print(f"  resume later: {describe.resume(training)}")
            else:
                print(f"  no checkpoint was saved yet: {training.folder}")
