"""Decide what goes into an image."""

from __future__ import annotations

import platform as this_machine
from pathlib import Path

from yoloport.compat.decide import decide, holds
from yoloport.environment import plan
from yoloport.environment.prepare import NoWheelhouse
from yoloport.host import network
from yoloport.image.render import Recipe
from yoloport.platforms.load import load


def recipe(name: str, wheelhouse: Path | None, mirror: str, ask_network: bool) -> Recipe:
    """The recipe for a platform, for this machine's architecture.

    Args:
        name: the platform.
        wheelhouse: folder of wheels; the row whose torch and torchvision lie there is taken.
        mirror: package index in place of pip's own.
        ask_network: whether to find out if the row's own torch index answers; without asking it is taken to.
    """
    platform = load(name)
    wheels = plan.wheel_names(wheelhouse)
    if wheelhouse and not wheels:
        raise NoWheelhouse(wheelhouse)
    major, minor = platform.image.python.split(".")
    row = decide(platform, (int(major), int(minor)), this_machine.machine(), "", wheels).row
    there = not ask_network or not row.index or network.answers(f"{row.index}/torch/")
    source = plan.torch_source(row, in_wheelhouse=holds(row, wheels), mirror=mirror, index_answers=there)
    return Recipe(platform, row, source, mirror)
