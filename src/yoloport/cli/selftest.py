"""``yoloport selftest``: does this device compute what a CPU computes, and does YOLOv8 run on it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def selftest(
    device: Annotated[str, typer.Option(help="Device as torch names it. [the platform's]")] = "",
    out: Annotated[Path | None, typer.Option(help="Where the evidence file goes. [data folder, or here]")] = None,
    platform: Annotated[str, typer.Option(help="Platform; auto finds out.")] = "auto",
    json: Annotated[bool, typer.Option("--json", help="Print the evidence as JSON.")] = False,
) -> None:
    """Check convolution, a training step, predict and export on the device; writes evidence for the ladder.

    Examples:

        yoloport selftest

        yoloport selftest --device cpu --out evidence.json --json
    """
    from yoloport.cli import beside_torch, present

    options = {"--device": device or None, "--out": out}
    with present.problems(json):
        arguments = [word for flag, value in options.items() if value is not None for word in (flag, str(value))]
        beside_torch.hand_over("yoloport.inside.selftest", arguments, platform, None, "", json)
