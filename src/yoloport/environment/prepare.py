"""From a platform and what the user named to an environment that is there."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from yoloport.compat.decide import Decision, decide, holds
from yoloport.environment import install, own_wheel, plan
from yoloport.environment.pip import Event
from yoloport.errors import Exit, Problem
from yoloport.host import folders, network
from yoloport.host.facts import Host
from yoloport.platforms.schema import Platform


@dataclass(frozen=True)
class Sources:
    """Where packages may come from besides the default index, as the user named it."""

    wheelhouse: Path | None = None
    mirror: str = ""


@dataclass(frozen=True)
class Prepared:
    """What an environment will be: decided, not yet made."""

    folder: Path
    decision: Decision
    sources: Sources
    ready: bool


class NoWheelhouse(Problem):
    """The folder of wheels is not there or has none."""

    exit = Exit.INSTALL

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"{folder} holds no wheels (*.whl)",
            "name a folder that pip download has filled: pip download -d DIR torch torchvision",
            "docs/en/install.md",
        )
        self.folder = folder


def look(platform: Platform, host: Host, sources: Sources) -> Prepared:
    """Decide which environment is wanted and whether it is there. Asks no network."""
    wheels = plan.wheel_names(sources.wheelhouse)
    if sources.wheelhouse and not wheels:
        raise NoWheelhouse(sources.wheelhouse)
    name = platform.toolkit.name if platform.toolkit else ""
    toolkit = f"{name} {host.toolkits[name]}" if name in host.toolkits else ""
    python = sys.version_info[:2]
    decision = decide(platform, python, host.architecture, toolkit, wheels, host.libc)
    folder = (
        folders.cache() / "envs" / plan.key(platform.name, decision.row, python, plan.LOCK.read_text(encoding="utf-8"))
    )
    return Prepared(folder, decision, sources, install.ready(folder, own_wheel.digest(folders.checkout())))


def torch_source(prepared: Prepared) -> plan.TorchSource:
    """Where torch will come from; asks the network whether the row's own index answers, if that matters."""
    row, sources = prepared.decision.row, prepared.sources
    in_wheelhouse = holds(row, plan.wheel_names(sources.wheelhouse))
    asked = bool(row.index) and not in_wheelhouse and not sources.mirror
    return plan.torch_source(
        row,
        in_wheelhouse=in_wheelhouse,
        mirror=sources.mirror,
        index_answers=asked and network.answers(f"{row.index}/torch/"),
    )


def make(prepared: Prepared, report: install.Report) -> install.Environment:
    """Make the environment, or finish it.

    Raises:
        the problems of :func:`yoloport.environment.install.make`.
    """
    if prepared.ready:
        return install.Environment(prepared.folder)
    # Where torch is in place already, only yoloport itself is renewed: no index is asked, and nothing is to be said.
    placed = (prepared.folder / install.STAMP).is_file()
    source = plan.TorchSource("default", ()) if placed else torch_source(prepared)
    if source.note:
        report("note", Event(source.note))
    checkout = folders.checkout()
    wheels = folders.cache() / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    pins = wheels / "pins.txt"
    pins.write_text(plan.pins(plan.LOCK.read_text(encoding="utf-8")), encoding="utf-8")
    places = plan.Places(
        lock=str(plan.LOCK),
        pins=str(pins),
        wheel=own_wheel.build(checkout, wheels),
        wheelhouse=str(prepared.sources.wheelhouse or ""),
        mirror=prepared.sources.mirror,
    )
    steps = plan.steps(prepared.decision.row, source, places)
    return install.make(prepared.folder, steps, install.needed_mb(source), own_wheel.digest(checkout), report)
