"""Decide what goes into an image."""

from __future__ import annotations

import platform as this_machine
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yoloport.compat.decide import NoVersions, decide, holds, lacking
from yoloport.environment import plan
from yoloport.environment.prepare import NoWheelhouse
from yoloport.errors import Exit, Problem
from yoloport.host import network
from yoloport.image import runtime
from yoloport.image.base import base
from yoloport.image.mirrors import mirrors
from yoloport.image.render import Recipe
from yoloport.platforms.load import load, load_all
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
        kind: ``workspace``, or ``runtime`` for the image without torch.
    """

    platform: str
    chip: str = ""
    system: str = ""
    mirror: str = ""
    wheelhouse: Path | None = None
    architecture: str = ""
    kind: str = "workspace"


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
    if wanted.kind == "runtime":
        _require_runtime(platform, chosen)
        source = plan.TorchSource("wheelhouse" if wheels else "default", ())
        return Recipe(platform, row, source, chosen, places, wanted.chip, wanted.system, wanted.kind)
    if wanted.wheelhouse and not chosen.brings and not holds(row, wheels):
        # The row that the folder has a half of, where there is one: that is what was meant.
        meant = next((one for one in platform.rows if one.torch and len(lacking(one, wheels)) == 1), row)
        lacks = lacking(meant, wheels)
        raise NotInWheelhouse(wanted.wheelhouse, lacks, _version(platform, chosen), _architecture(wanted, platform))
    in_wheelhouse = holds(row, wheels) or (row.wheelhouse_only and not chosen.brings)
    needless = not ask_network or not row.index or bool(chosen.brings) or in_wheelhouse
    there = needless or network.answers(f"{row.index}/torch/")
    source = plan.torch_source(row, in_wheelhouse=in_wheelhouse, mirror=places.packages, index_answers=there)
    return Recipe(platform, row, source, chosen, places, wanted.chip, wanted.system)


class NotInWheelhouse(Problem):
    """The folder of wheels lacks torch or torchvision for what is built; without them it would be of no use."""

    exit = Exit.INSTALL

    def __init__(self, folder: Path, lacks: tuple[str, ...], python: str, machine: str) -> None:
        self.folder, self.lacks, self.tag = folder, lacks, f"cp{python.replace('.', '')} and {machine}"
        wanted = " ".join(one.replace(" ", "==") for one in lacks)
        super().__init__(
            f"{folder} lacks {' and '.join(lacks)} for {self.tag}",
            f"fill it: pip download --no-deps -d {folder} {wanted}; or leave --wheelhouse away",
            "docs/en/images.md",
        )


def _require_runtime(platform: Platform, chosen: Base) -> None:
    if not runtime.has_image(platform, chosen):
        have = [one for one in load_all() if any(runtime.has_image(one, its) for its in one.base)]
        raise runtime.NoRuntimeImage(platform.name, tuple(one.name for one in have), chosen.ref)


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
    major, minor = map(int, _version(platform, chosen).split("."))
    try:
        return decide(platform, (major, minor), architecture, chosen.toolkit, wheels).row
    except NoVersions:
        of_this_python = [row for row in platform.rows if row.torch and _covers(row, major, minor)]
        if (chosen.brings or not building) and of_this_python:
            return of_this_python[0]
        raise


def _version(platform: Platform, chosen: Base) -> str:
    return chosen.python or platform.image.python


def _covers(row: Row, major: int, minor: int) -> bool:
    first, last = (tuple(map(int, version.split("."))) for version in row.python)
    return first <= (major, minor) <= last
