"""torch, its vendor's plug-in and torchvision: built for each other, or not."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.general import requirements
from yoloport.doctor.general.there import accelerators, environments, known, listed, normal, on_the_bus, usable
from yoloport.doctor.questions import python_of
from yoloport.host.facts import Package
from yoloport.platforms.schema import Platform

Environment = dict[str, Package]


def plugin_and_torch_apart(case: Case) -> Iterator[Found]:
    """A plug-in that was built for another torch than the one beside it."""
    plugins = {normal(p.torch.plugin) for p in accelerators(case) if p.torch.plugin}
    for place, found in environments(case).items():
        for name in sorted(plugins & set(found)):
            yield from _apart(found[name], found.get("torch"), place)


def torch_and_torchvision_apart(case: Case) -> Iterator[Found]:
    """A torchvision that was built for another torch than the one beside it."""
    for place, found in environments(case).items():
        if "torchvision" in found:
            yield from _apart(found["torchvision"], found.get("torch"), place)


def _apart(package: Package, torch: Package | None, place: str) -> Iterator[Found]:
    if torch is None:
        return
    wanted = requirements.unmet(package.requires, "torch", torch.version)
    if wanted:
        values = {"package": package.name, "version": package.version, "torch": torch.version, "place": place}
        yield Found({**values, "wanted": wanted, "requirement": f"torch{wanted}", "python": python_of(place)})


def torchvision_without_label(case: Case) -> Iterator[Found]:
    """A vendor's torch beside a torchvision from the public index, which lacks the vendor's operators."""
    labels = {label: p for p in accelerators(case) for label in known(p.torch.local)}
    for place, found in environments(case).items():
        torch, vision = found.get("torch"), found.get("torchvision")
        if torch is None or vision is None:
            continue
        label = next((label for label in labels if torch.local.startswith(label)), "")
        if label and not vision.local.startswith(label):
            values = {"torch": torch.version, "torchvision": vision.version, "label": label, "place": place}
            yield Found({**values, "platform": labels[label].name, "python": python_of(place)})


def torch_without_card(case: Case) -> Iterator[Found]:
    """The card is there, and no environment has a torch that reaches it: everything runs on the processor."""
    platform = case.wanted
    if platform is None or platform.kind != "accelerator" or not usable(platform, case.host):
        return
    plugin, labels = normal(platform.torch.plugin), known(platform.torch.local)
    having = {place: found for place, found in environments(case).items() if "torch" in found}
    if not (plugin or labels) or any(_reaches(found, plugin, labels) for found in having.values()):
        return
    for place, found in having.items():
        variant = "" if plugin else "label"
        values = {
            "torch": found["torch"].version,
            "place": place,
            "platform": platform.name,
            "python": python_of(place),
        }
        yield Found({**values, "plugin": platform.torch.plugin, "labels": listed(list(labels))}, variant=variant)


def _reaches(found: Environment, plugin: str, labels: tuple[str, ...]) -> bool:
    return plugin in found or bool(labels and found["torch"].local.startswith(labels))


def torch_for_another_accelerator(case: Case) -> Iterator[Found]:
    """On Arm, a torch that brings the libraries of an accelerator which is not here: big, and no use.

    It is told by the names of what it requires, which begin as the other platform's own names do.
    """
    if case.host.architecture != "aarch64":
        return
    for place, found in environments(case).items():
        torch = found.get("torch")
        if torch is None or torch.local:
            continue
        required = requirements.names(torch.requires)
        for platform in accelerators(case):
            brought = [name for name in required if name.startswith(_beginnings(platform))]
            here = on_the_bus(platform, case.host) or usable(platform, case.host)
            if len(brought) >= 3 and not here:
                values = {"torch": torch.version, "place": place, "count": len(brought), "brought": listed(brought, 3)}
                values["exactly"] = f"torch=={torch.version}"
                other = case.wanted is not None and case.wanted.kind == "accelerator"
                yield Found(
                    {**values, "platform": platform.name, "python": python_of(place)}, None if other else "note"
                )
                break


def _beginnings(platform: Platform) -> tuple[str, ...]:
    """How distributions of this platform's libraries begin: its name, and the maker's as CDI has it."""
    makers = (kind.split(".")[0] for kind in known((platform.container.cdi, *platform.container.cdi_also)))
    return tuple(f"{word}-" for word in dict.fromkeys((normal(platform.name), *makers)) if len(word) > 2)


CHECKS: dict[str, Look] = {
    "plugin-and-torch-apart": plugin_and_torch_apart,
    "torch-and-torchvision-apart": torch_and_torchvision_apart,
    "torchvision-without-label": torchvision_without_label,
    "torch-without-card": torch_without_card,
    "torch-for-another-accelerator": torch_for_another_accelerator,
}
