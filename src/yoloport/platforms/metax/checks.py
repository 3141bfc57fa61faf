"""Checks of MetaX machines."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import listed, nodes, python_of, shut_out, together, version, wants

NAME = LABEL = "metax"


def vision_metadata(case: Case) -> Iterator[Found]:
    """A vendor's torchvision that bears the number of an older release: 0.15 goes with torch 2.0, 0.16 with 2.1."""
    for torch, vision in together(case, "torch", "torchvision"):
        major, minor = (*version(torch.version), 0, 0)[:2]
        if not vision.local.startswith(LABEL) or major != 2:
            continue
        if version(vision.version)[:2] != (0, minor + 15):
            values = {"torch": torch.version, "vision": vision.version, "where": vision.environment}
            yield Found({**values, "python": python_of(vision.environment)})


def video(case: Case) -> Iterator[Found]:
    """Nodes that only the group ``video`` may open."""
    shut = [node for node in nodes(case, "/dev/mxcd", "/dev/dri/renderD*") if shut_out(case, node)]
    if shut and wants(case, NAME):
        yield Found({"nodes": listed([node.path for node in shut]), "gid": shut[0].gid})


CHECKS: dict[str, Look] = {"metax-vision-metadata": vision_metadata, "metax-video-group": video}
