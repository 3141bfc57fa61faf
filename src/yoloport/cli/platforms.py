"""``yoloport platforms``: which kinds of hardware are known."""

from __future__ import annotations

from typing import Annotated

import typer


def platforms(json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """List the platforms that yoloport knows, and how this machine is told from others.

    Examples:

        yoloport platforms

        yoloport platforms --json
    """
    from yoloport.cli import present
    from yoloport.platforms import load

    with present.problems(json):
        found = [load.load(name) for name in load.names()]
        if json:
            present.as_json({"ok": True, "platforms": [p.model_dump(mode="json") for p in found]})
            return
        for p in found:
            signs = "every machine" if p.match.always else ", ".join(p.match.nodes)
            print(
                f"{p.name:<8} {p.title['en']:<18} {'/'.join(p.architectures):<16} "
                f"torch device {p.torch.device:<5} found by {signs}"
            )
