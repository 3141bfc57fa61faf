"""What of a platform is on a machine: cards on the bus, nodes, a working engine."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from yoloport.doctor.check import Case, Level
from yoloport.host.facts import EngineFacts, Host, Node, Package, PciDevice
from yoloport.platforms.choose import cards, on_bus
from yoloport.platforms.schema import UNSOURCED, Platform


def accelerators(case: Case) -> Iterator[Platform]:
    """Platforms that are a card or a board, not the processor itself."""
    return (platform for platform in case.platforms.values() if platform.kind != "processor")


def on_the_bus(platform: Platform, host: Host) -> tuple[PciDevice, ...]:
    """The platform's functions on the PCI bus, with or without a driver."""
    return tuple(device for device in host.pci if on_bus(platform.match, device))


def card_nodes(platform: Platform, host: Host) -> tuple[Node, ...]:
    """Nodes by which the platform is recognised: one a card, for most."""
    return tuple(n for n in host.nodes if any(fnmatchcase(n.path, pattern) for pattern in platform.match.nodes))


def board(platform: Platform, host: Host) -> bool:
    """Whether the device tree names one of the platform's boards."""
    return any(name in platform.match.compatible for name in host.compatible)


def usable(platform: Platform | None, host: Host) -> bool:
    """Whether it is a card or a board whose nodes are there."""
    if platform is None or platform.kind == "processor":
        return False
    return bool(cards(platform.match, host)) or (board(platform, host) and bool(card_nodes(platform, host)))


def known(values: tuple[str, ...]) -> tuple[str, ...]:
    """Those for which there is a source."""
    return tuple(value for value in values if value and value != UNSOURCED)


def driver_words(platform: Platform) -> dict[str, str]:
    """What to install, in both languages: the folder's own words are English, the names of driver and tool are not."""
    name = platform.driver.name if platform.driver else ""
    named = known((platform.match.driver, name))
    said = f"（{name}）" if known((name,)) else ""
    return {
        "en": named[0] if named else f"the driver of {platform.title['en']}",
        "zh": f"{platform.title['zh']} 驱动{said}",
    }


def driver_loaded(platform: Platform, case: Case) -> bool:
    """Whether one of the driver's kernel modules is loaded."""
    return bool(platform.driver and case.around.modules.intersection(known(platform.driver.modules)))


def severity(case: Case, platform: Platform) -> Level | None:
    """How much a fault of this platform's cards matters; None leaves it to the check.

    A card that nobody asked for is worth a note, and beside another card that works, a warning.
    """
    if case.wanted is not None and case.wanted.name != platform.name:
        return "note" if case.asked else "warning" if usable(case.wanted, case.host) else None
    return None


def working_engine(case: Case) -> EngineFacts | None:
    """The first engine that answered; none inside a container, whose engine is not the machine's."""
    if case.around.container:
        return None
    return next((engine for engine in case.around.engines if not engine.fault), None)


def environments(case: Case) -> dict[str, dict[str, Package]]:
    """Python distributions by the folder they lie in and by their name in lower case with hyphens."""
    found: dict[str, dict[str, Package]] = {}
    for package in case.around.packages:
        found.setdefault(package.environment, {})[normal(package.name)] = package
    return found


def normal(name: str) -> str:
    """A distribution's name, written in one way."""
    return name.lower().replace("_", "-")


def listed(values: object, most: int = 8) -> str:
    """Names in one line; a server with sixteen cards does not fill the screen."""
    names = [str(value) for value in values] if isinstance(values, (list, tuple)) else [str(values)]
    return ", ".join(names[:most]) + (f" (+{len(names) - most})" if len(names) > most else "")
