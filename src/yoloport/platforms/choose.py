"""Which platform a machine is, and why."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch

from yoloport.errors import Exit, Problem
from yoloport.host.facts import Cpu, Host, PciDevice
from yoloport.platforms.schema import Match, Platform, Processor, Product


@dataclass(frozen=True)
class Choice:
    """A platform, the reason it was taken, and the physical ids of the cards that are there."""

    platform: Platform
    reason: str
    cards: tuple[int, ...] = ()
    product: Product | None = None


class AcceleratorNotUsable(Problem):
    """A card is on the bus, its driver is not there: the CPU would be a quiet fallback, so it has to be asked for."""

    exit = Exit.NO_DEVICE

    def __init__(self, platform: Platform, device: PciDevice) -> None:
        bound = f"bound to the driver {device.driver!r}" if device.driver else "without a driver"
        super().__init__(
            f"a card of {platform.title['en']} (PCI {device.vendor}:{device.device} at {device.address}) is {bound}, "
            f"and there is no device node {' or '.join(platform.match.nodes)}",
            f"install {platform.match.driver}, or go on without the card: --platform cpu; yoloport doctor says more",
            "docs/en/platforms.md",
        )
        self.platform, self.address = platform.name, device.address


class WrongArchitecture(Problem):
    """The platform does not exist on this processor architecture."""

    exit = Exit.NO_PLATFORM

    def __init__(self, platform: Platform, architecture: str) -> None:
        super().__init__(
            f"platform {platform.name!r} is for {' and '.join(platform.architectures)}, this machine is {architecture}",
            "leave --platform away to let yoloport choose",
            "docs/en/platforms.md",
        )


class NoCards(Problem):
    """The platform was asked for by name, and none of its device nodes is here."""

    exit = Exit.NO_DEVICE

    def __init__(self, platform: Platform) -> None:
        super().__init__(
            f"platform {platform.name!r} was asked for, and this machine has no device node "
            f"{' or '.join(platform.match.nodes)}",
            f"install {platform.match.driver}, or leave --platform away to let yoloport choose",
            "docs/en/platforms.md",
        )


def choose(platforms: Sequence[Platform], host: Host, asked: str = "auto") -> Choice:
    """Choose by name, or the first platform whose cards are usable, or the CPU where there is no card at all.

    Raises:
        AcceleratorNotUsable: a card is there, its driver is not.
        NoCards, WrongArchitecture: the platform asked for does not fit this machine.
    """
    if asked != "auto":
        return _named(next(p for p in platforms if p.name == asked), host)
    for platform in platforms:
        found = cards(platform.match, host)
        if found:
            return Choice(platform, f"found {_list(platform, found)}", found, _product(platform, host))
        board = _board(platform.match, host)
        if board:
            return Choice(platform, f"the device tree names {board}", (), _product(platform, host))
    for platform in platforms:
        idle = next((d for d in host.pci if on_bus(platform.match, d)), None)
        if idle:
            raise AcceleratorNotUsable(platform, idle)
    for platform in platforms:
        family = processor(platform, host)
        if family and not platform.match.always:
            return Choice(platform, f"no accelerator here; the processor is {family.name}, {host.cores} cores")
    plain = next(p for p in platforms if p.match.always)
    _check_architecture(plain, host)
    return Choice(plain, f"no accelerator on the PCI bus or under /dev; {host.processor}, {host.cores} cores")


def _named(platform: Platform, host: Host) -> Choice:
    _check_architecture(platform, host)
    found = cards(platform.match, host)
    if not (found or _board(platform.match, host) or platform.kind == "processor"):
        raise NoCards(platform)
    return Choice(platform, "asked for by name", found, _product(platform, host))


def _check_architecture(platform: Platform, host: Host) -> None:
    if host.architecture not in platform.architectures:
        raise WrongArchitecture(platform, host.architecture)


def cards(match: Match, host: Host) -> tuple[int, ...]:
    """Physical ids of the usable cards: the numbers in their nodes' names.

    Where nodes bear no number (``match.cards`` is ``pci``), a card's place among the platform's functions on the bus
    stands for it, and the cards count only while one of the nodes is there.
    """
    names = [n.path for n in host.nodes if any(fnmatch(n.path, pattern) for pattern in match.nodes)]
    if match.cards == "pci":
        # The nodes are this vendor's alone: a card whose id is not in the catalogue yet is still a card.
        return tuple(range(max(1, sum(on_bus(match, device) for device in host.pci)))) if names else ()
    return tuple(sorted({int(digits) for digits in (_digits(name) for name in names) if digits}))


def node_of(match: Match, host: Host, card: int) -> str:
    """The node by which ``cards`` found this card, as the machine names it; empty where there is none."""
    names = (n.path for n in host.nodes if any(fnmatch(n.path, pattern) for pattern in match.nodes))
    return next((name for name in names if _digits(name) == str(card)), "")


def _digits(name: str) -> str:
    tail = name.rstrip("0123456789")
    return name[len(tail) :]


def on_bus(match: Match, device: PciDevice) -> bool:
    """Whether this function on the bus is a card of the platform."""
    return (
        device.vendor in match.pci_vendors
        and (not match.pci_devices or device.device in match.pci_devices)
        and (not match.pci_classes or device.klass in match.pci_classes)
    )


def _board(match: Match, host: Host) -> str:
    """The string of the device tree by which a board is one of the platform's."""
    return next((name for name in host.compatible if name in match.compatible), "")


def processor(platform: Platform, host: Host) -> Processor | None:
    """The family of the platform's that this machine's processor belongs to."""
    return next((family for family in platform.processor if _is_of(family, host.cpu)), None)


def _is_of(family: Processor, cpu: Cpu) -> bool:
    if not (family.vendor or family.parts or family.model):
        return False
    return (
        (not family.vendor or family.vendor.lower() == cpu.vendor.lower())
        and (not family.parts or cpu.part.lower() in family.parts)
        and (not family.model or bool(re.search(family.model, cpu.model, re.IGNORECASE)))
    )


def _product(platform: Platform, host: Host) -> Product | None:
    return next((p for p in platform.product if host.node(p.detect)), None)


def _list(platform: Platform, cards: tuple[int, ...]) -> str:
    plural = "s" if len(cards) > 1 else ""
    return f"{len(cards)} card{plural} of {platform.title['en']} (physical id {', '.join(map(str, cards))})"
