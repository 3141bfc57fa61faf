"""Whether the platform that is wanted fits this machine at all."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.general.there import board, card_nodes, driver_words, on_the_bus
from yoloport.platforms.choose import processor


def platform_not_here(case: Case) -> Iterator[Found]:
    """Asked for by name, and nothing of it on the bus, under /dev or in the device tree."""
    platform = case.wanted
    if platform is None or not case.asked or platform.kind == "processor":
        return
    here = card_nodes(platform, case.host) or on_the_bus(platform, case.host) or board(platform, case.host)
    if not here:
        values = {
            "platform": platform.name,
            "nodes": " ".join(platform.match.nodes) or "/dev",
            "vendors": " ".join(platform.match.pci_vendors) or "-",
            "driver": driver_words(platform),
        }
        yield Found(values, variant="container" if case.around.container else "")


def processor_of_another_family(case: Case) -> Iterator[Found]:
    """A processor's platform was asked for, and this is another processor."""
    platform = case.wanted
    if platform is None or not case.asked or platform.kind != "processor" or platform.match.always:
        return
    cpu = case.host.cpu
    if platform.processor and (cpu.vendor or cpu.model) and processor(platform, case.host) is None:
        yield Found({"platform": platform.name, "processor": case.host.processor})


def architecture_does_not_fit(case: Case) -> Iterator[Found]:
    """The platform's software does not exist for this kind of processor."""
    here = case.host.architecture
    if not here:
        return
    if case.wanted is None:
        every = sorted({name for platform in case.platforms.values() for name in platform.architectures})
        if here not in every:
            yield Found({"here": here, "architectures": ", ".join(every)}, variant="none")
    elif here not in case.wanted.architectures:
        yield Found({"platform": case.wanted.name, "here": here, "architectures": ", ".join(case.wanted.architectures)})


CHECKS: dict[str, Look] = {
    "platform-not-here": platform_not_here,
    "processor-of-another-family": processor_of_another_family,
    "architecture-does-not-fit": architecture_does_not_fit,
}
