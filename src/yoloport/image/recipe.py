"""Decide what goes into an image."""

from __future__ import annotations

import platform as this_machine
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yoloport.compat.decide import NoVersions, decide, holds
from yoloport.environment import plan
from yoloport.environment.prepare import NoWheelhouse
from yoloport.errors import Exit, Problem
from yoloport.host import network
from yoloport.image.base import base
from yoloport.image.mirrors import mirrors
from yoloport.image.render import Recipe
from yoloport.platforms.load import load
from yoloport.platforms.schema import Base, Platform, Row

ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}
"""What engines call an architecture, and what ``uname -m`` does."""


@dataclass(frozen=True)
class Wanted:
    """What the user asked for.

    Args:
        platform: its name.
        chip: one of its chips; empty for the usual base.
        system: ``debian``, ``ubuntu`` or ``openeuler``; empty for any.
        mirror: ``none``, ``cn``, a file or an address.
        wheelhouse: folder of wheels; the row whose torch and torchvision lie there is taken.
        architecture: as ``uname -m`` prints it; empty for this machine's, or the platform's first where it has none.
    """

    platform: str
    chip: str = ""
    system: str = ""
    mirror: str = ""
    wheelhouse: Path | None = None
    architecture: str = ""


def recipe(wanted: Wanted, ask_network: bool) -> Recipe:
    """The recipe for a platform's image.

    Args:
        wanted: what was asked for.
        ask_network: whether to find out if the row's own torch index answers; without asking it is taken to.
    """
    platform = load(wanted.platform)
    wheels = plan.wheel_names(wanted.wheelhouse)
    if wanted.wheelhouse and not wheels:
        raise NoWheelhouse(wanted.wheelhouse)
    chosen, places = base(platform, wanted.chip, wanted.system), mirrors(wanted.mirror, platform)
    row = _row(platform, chosen, _architecture(wanted, platform), wheels, ask_network)
    there = not ask_network or not row.index or network.answers(f"{row.index}/torch/")
    in_wheelhouse = holds(row, wheels) or (row.wheelhouse_only and not chosen.brings)
    source = plan.torch_source(row, in_wheelhouse=in_wheelhouse, mirror=places.packages, index_answers=there)
    return Recipe(platform, row, source, chosen, places, wanted.chip, wanted.system)


class NoSuchArchitecture(Problem):
    """A word for --arch that engines do not have."""

    exit = Exit.USAGE

    def __init__(self, said: str) -> None:
        self.said = said
        super().__init__(f"no image is built for architecture {said!r}", "use amd64 or arm64", "docs/en/images.md")


def machine_of(architecture: str) -> str:
    """What ``uname -m`` prints there; empty for empty.

    Raises:
        NoSuchArchitecture: the word is none that engines use.
    """
    if architecture and architecture not in ARCHITECTURES:
        raise NoSuchArchitecture(architecture)
    return ARCHITECTURES.get(architecture, "")


def _architecture(wanted: Wanted, platform: Platform) -> str:
    here = this_machine.machine()
    return wanted.architecture or (here if here in platform.architectures else platform.architectures[0])


def _row(platform: Platform, chosen: Base, architecture: str, wheels: Sequence[str], building: bool) -> Row:
    """The row that is installed; of a base that brings the vendor's own torch, the one that tells its versions."""
    version = chosen.python or platform.image.python
    major, minor = map(int, version.split("."))
    try:
        return decide(platform, (major, minor), architecture, chosen.toolkit, wheels).row
    except NoVersions:
        of_this_python = [row for row in platform.rows if row.torch and _covers(row, major, minor)]
        if (chosen.brings or not building) and of_this_python:
            return of_this_python[0]
        raise


def _covers(row: Row, major: int, minor: int) -> bool:
    first, last = (tuple(map(int, version.split("."))) for version in row.python)
    return first <= (major, minor) <= last
