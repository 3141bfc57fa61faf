"""Cards that are plugged in and cannot be used: no driver, another driver, a driver that made no nodes."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Level, Look
from yoloport.doctor.general.there import (
    accelerators,
    board,
    card_nodes,
    driver_loaded,
    driver_words,
    known,
    listed,
    on_the_bus,
    severity,
    usable,
)
from yoloport.host.facts import PciDevice
from yoloport.platforms.schema import Platform

# Kernel drivers that hold a card for a virtual machine (Linux, drivers/vfio and drivers/xen).
RESERVED = frozenset(("vfio-pci", "pci-stub", "uio_pci_generic", "pciback", "xen-pciback"))


def card_without_driver(case: Case) -> Iterator[Found]:
    """On the bus, and bound to nothing."""
    for platform in accelerators(case):
        cards = on_the_bus(platform, case.host)
        idle = tuple(card for card in cards if not card.driver)
        if not idle or (card_nodes(platform, case.host) and len(idle) == len(cards)):
            continue  # nodes without a bound function: a driver that does not register on the bus
        variant = "some" if len(idle) < len(cards) else "refused" if driver_loaded(platform, case) else ""
        level: Level | None = "warning" if variant == "some" else None
        yield Found(_values(platform, idle), severity(case, platform) or level, variant)


def card_with_other_driver(case: Case) -> Iterator[Found]:
    """Held for a virtual machine, or by a display driver that does not compute."""
    for platform in accelerators(case):
        cards = on_the_bus(platform, case.host)
        there = bool(card_nodes(platform, case.host))
        reserved = tuple(card for card in cards if card.driver in RESERVED)
        others = () if there or driver_loaded(platform, case) else tuple(c for c in cards if _foreign(platform, c))
        for bound, variant in ((reserved, "reserved"), (others, "")):
            if bound:
                values = {**_values(platform, bound), "bound": listed(sorted({card.driver for card in bound}))}
                yield Found(values, "note" if there else severity(case, platform), variant)


def _foreign(platform: Platform, card: PciDevice) -> bool:
    own = known(platform.driver.modules) if platform.driver else ()
    same = {name.replace("-", "_") for name in own}
    return bool(card.driver and own) and card.driver not in RESERVED and card.driver.replace("-", "_") not in same


def driver_without_nodes(case: Case) -> Iterator[Found]:
    """The driver works on the machine, and there is no node to open."""
    for platform in accelerators(case):
        if card_nodes(platform, case.host):
            continue
        cards = tuple(c for c in on_the_bus(platform, case.host) if c.driver and c.driver not in RESERVED)
        loaded = driver_loaded(platform, case)
        bound = tuple(card for card in cards if loaded or not _foreign(platform, card))
        if not bound and not (board(platform, case.host) and loaded):
            continue
        wanted = case.asked and case.wanted is not None and case.wanted.name == platform.name
        values = {**_values(platform, bound), "nodes": " ".join(platform.match.nodes)}
        if case.around.container:
            # A container without the card's nodes is the usual container: it is a fault where the card was asked for.
            yield Found(values, None if wanted else "note", "container")
        elif platform.match.nodes:
            yield Found(values, severity(case, platform))


def companion_card(case: Case) -> Iterator[Found]:
    """A card for display or decoding, which people take for an accelerator."""
    seen: set[str] = set()
    for platform in case.platforms.values():
        for companion in platform.companion:
            here = [
                d.address
                for d in case.host.pci
                if d.vendor in companion.pci_vendors
                and (not companion.pci_devices or d.device in companion.pci_devices)
            ]
            if here and companion.name not in seen:
                seen.add(companion.name)
                yield Found({"companion": companion.name, "addresses": listed(here)})


def card_not_used(case: Case) -> Iterator[Found]:
    """The processor was asked for although a card is there."""
    if not case.asked or case.wanted is None or case.wanted.kind != "processor":
        return
    for platform in accelerators(case):
        cards = on_the_bus(platform, case.host)
        if cards or usable(platform, case.host):
            yield Found({"platform": platform.name, "wanted": case.wanted.name})


def _values(platform: Platform, cards: tuple[PciDevice, ...]) -> dict[str, object]:
    return {
        "platform": platform.name,
        "count": len(cards),
        "addresses": listed([card.address for card in cards]),
        "first": cards[0].address if cards else "",
        "ids": listed(sorted({f"{card.vendor}:{card.device}" for card in cards})),
        "driver": driver_words(platform),
    }


CHECKS: dict[str, Look] = {
    "card-without-driver": card_without_driver,
    "card-with-other-driver": card_with_other_driver,
    "driver-without-nodes": driver_without_nodes,
    "companion-card": companion_card,
    "card-not-used": card_not_used,
}
