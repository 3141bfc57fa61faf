"""Small machines for the vendors' checks: only what a check looks at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from yoloport.doctor.check import Case, Found
from yoloport.host.facts import (
    Answer,
    Caller,
    Card,
    Cpu,
    EngineFacts,
    Host,
    Node,
    Package,
    PciDevice,
    Surroundings,
)
from yoloport.platforms.schema import Container, Image, Match, Platform, Product, Torch

PLACE = "/opt/venv"


def platform(name: str, products: tuple[Product, ...] = ()) -> Platform:
    """A platform of this name, without anything else."""
    return Platform(
        name=name,
        title={"en": name, "zh": name},
        kind="accelerator",
        architectures=("x86_64", "aarch64", "loongarch64"),
        match=Match(),
        torch=Torch(device=name),
        container=Container(),
        image=Image(base="", python="3.11"),
        product=products,
        rows=(),
    )


def card(name: str, health: str = "OK", number: int = 0) -> Card:
    return Card("any", number, number, number, name, health=health)


def case(
    name: str,
    *,
    nodes: Iterable[str | Node] = (),
    files: Iterable[str] = (),
    packages: Iterable[str] = (),
    pci: Iterable[str] = (),
    cards: Iterable[Card] = (),
    answers: Mapping[tuple[str, ...], str | None] | None = None,
    products: tuple[Product, ...] = (),
    compatible: Iterable[str] = (),
    architecture: str = "aarch64",
    libc: str = "2.34",
    toolkits: Mapping[str, str] | None = None,
    wanted: bool = True,
    uid: int = 0,
    capabilities: Iterable[str] = (),
    engines: tuple[EngineFacts, ...] = (),
    **around: object,
) -> Case:
    """A machine on which the platform is wanted. ``packages`` as ``name==version``, ``pci`` as ``vendor:device``.

    ``answers``: what a tool said, None where it is missing. ``around``: further fields of Surroundings.
    """
    host = Host(
        architecture=architecture,
        processor="",
        cores=8,
        memory_bytes=0,
        distribution="",
        libc=libc,
        nodes=tuple(one if isinstance(one, Node) else Node(one, 0, 0o666) for one in nodes),
        pci=tuple(PciDevice(f"0000:0{n}:00.0", *ids.split(":"), "1200", "") for n, ids in enumerate(pci)),
        files=frozenset(files),
        toolkits=dict(toolkits or {}),
        cdi_kinds=frozenset(),
        cpu=Cpu(),
        compatible=tuple(compatible),
    )
    said = tuple(
        Answer(argv, text or "", 0 if text is not None else None, "" if text is not None else "missing")
        for argv, text in (answers or {}).items()
    )
    surroundings = Surroundings(
        caller=Caller(uid, (uid,), frozenset(capabilities)),
        packages=tuple(Package(*one.split("=="), PLACE) for one in packages),
        answers=said,
        engines=engines,
        **around,  # type: ignore[arg-type]
    )
    known = platform(name, products)
    return Case(host, surroundings, {name: known}, known if wanted else None, cards={name: tuple(cards)})


def found(check: str, machine: Case) -> list[Found]:
    """What the check of this id says of the machine."""
    from yoloport.doctor import catalogue
    from yoloport.platforms.load import FOLDER

    name = check.partition("-")[0]
    return list(catalogue._looks(FOLDER / name, name)[check](machine))
