"""``run.sh``: what differs between platforms and images as plain data, then code that is the same for all."""

from __future__ import annotations

import shlex
from pathlib import Path

from yoloport.host.engine import MACHINES
from yoloport.image.bundle.contents import Archive, Base, Image
from yoloport.platforms.schema import Platform
from yoloport.workspace.checks import LEAST_MB
from yoloport.workspace.plan import SHM_MB, STOP_SECONDS

FOLDER = Path(__file__).parent / "script"


def script(platform: Platform, image: Image, archive: Archive, base: Base | None, more_bytes: int) -> str:
    """The text of ``run.sh``.

    Args:
        platform: its table ``container`` says what a workspace is given.
        image, archive, base: what is loaded.
        more_bytes: of weights and sample, which are copied into the data folder.
    """
    data = {**_image(image, archive, base, more_bytes), **_platform(platform)}
    lines = [f"{name}={shlex.quote(value)}" for name, value in data.items()]
    code = "\n".join(file.read_text(encoding="utf-8") for file in sorted(FOLDER.glob("*.sh")))
    return "\n".join([*_head(platform), *lines, "", code])


def _head(platform: Platform) -> list[str]:
    return [
        "#!/bin/sh",
        f"# Loads and starts the yoloport workspace for {platform.title['en']}: sh run.sh --help",
        f"# 载入并启动 yoloport 工作区（{platform.title['zh']}）：sh run.sh --help",
        "# Plain POSIX sh. The lists are split on purpose, and `A && B || C` means C after either.",
        "# shellcheck disable=SC2015,SC2046,SC2086",
        "",
    ]


def machine(architecture: str) -> str:
    """What ``uname -m`` says on a machine that runs images of this architecture."""
    return MACHINES.get(architecture, architecture)


def load_bytes(image: Image) -> int:
    """Room that loading takes at most: engines lay the archive out before they store its layers."""
    return 2 * image.unpacked_bytes


def _image(image: Image, archive: Archive, base: Base | None, more_bytes: int) -> dict[str, str]:
    old = base.archive.parts if base else ()
    return {
        "IMAGE": image.reference,
        "IMAGE_IDS": " ".join(image.ids),
        "IMAGE_MACHINE": machine(image.architecture),
        "HEALTH": " ".join(image.health),
        "FORMAT": archive.format,
        "COMPRESSION": archive.compression,
        "ARCHIVE_FILES": " ".join(part.name for part in archive.parts),
        "LOAD_KB": str(load_bytes(image) // 1024),
        "DATA_KB": str(LEAST_MB * 1000 + more_bytes // 1024),
        "OLD_NAME": base.name if base else "",
        "OLD_FILES": " ".join(part.name for part in old),
        "OLD_SUMS": "\n".join(f"{part.sha256}  {part.name}" for part in old),
        "OLD_LAYERS_BYTES": str(base.archive.layers_bytes if base else 0),
    }


def _platform(platform: Platform) -> dict[str, str]:
    container, limits, match = platform.container, platform.limits, platform.match
    note = platform.torch.note or {"en": "torch computes on the processor", "zh": "torch 在处理器上计算"}
    environment = (f"{name}={value}" for name, value in container.environment.items())
    visibility = (container.visibility, *container.visibility_also) if container.visibility else ()
    return {
        "PLATFORM": platform.name,
        "TITLE_EN": platform.title["en"],
        "TITLE_ZH": platform.title["zh"],
        "KIND": platform.kind,
        "DRIVER": match.driver or "its driver",
        "NOTE_EN": note["en"],
        "NOTE_ZH": note["zh"],
        "MATCH_NODES": " ".join(match.nodes),
        "MATCH_COMPATIBLE": " ".join(match.compatible),
        "CARDS_BY": match.cards,
        "PCI_VENDORS": " ".join(match.pci_vendors),
        "PCI_DEVICES": " ".join(match.pci_devices),
        "PCI_CLASSES": " ".join(match.pci_classes),
        "NODES_SUFFICE": _yes(container.nodes_suffice),
        "NODES_CARD": container.card,
        "NODES_SHARED": " ".join(container.shared),
        "NODES_OPTIONAL": " ".join(container.optional),
        "NODE_GROUP": _yes(container.node_group or bool(container.groups)),
        "MOUNTS": " ".join(container.mounts),
        "PRODUCTS": _products(platform),
        "CDI": container.cdi,
        "GPUS_FLAG": _yes(container.gpus_flag),
        "VISIBILITY": " ".join(visibility),
        "ENVIRONMENT": " ".join(environment),
        "OPTIONS": " ".join((*container.options, *(f"--ulimit={limit}" for limit in limits.ulimits))),
        "ROOT_CAPABILITIES": " ".join(limits.capabilities),
        "SHM_MB": str(max(SHM_MB, limits.shm_mb)),
        "STOP_SECONDS": str(STOP_SECONDS + 20),
    }


def _yes(value: bool) -> str:
    return "1" if value else ""


def _products(platform: Platform) -> str:
    """A line a board family: detect|card|shared|optional|mounts, where ``=`` stands for the platform's own card."""
    lines = (
        "|".join(
            (p.detect, "=" if p.card is None else p.card, " ".join(p.shared), " ".join(p.optional), " ".join(p.mounts))
        )
        for p in platform.product
    )
    return "\n".join(lines)
