"""Checks of Hygon DCU machines: what is easily left out of a container."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import listed, nodes, paths, shut_out, wants

NAME = "hygon"


def hyhal(case: Case) -> Iterator[Found]:
    """The host's low-level libraries, which every container needs beside the nodes."""
    if wants(case, NAME) and nodes(case, "/dev/kfd") and not paths(case, "/opt/hyhal"):
        yield Found(variant="container") if case.around.container else Found(level="warning")


def video(case: Case) -> Iterator[Found]:
    """Nodes that only the group ``video`` may open."""
    shut = [node for node in nodes(case, "/dev/kfd", "/dev/mkfd", "/dev/dri/renderD*") if shut_out(case, node)]
    if shut and wants(case, NAME):
        yield Found({"nodes": listed([node.path for node in shut]), "gid": shut[0].gid})


CHECKS: dict[str, Look] = {"hygon-hyhal": hyhal, "hygon-video-group": video}
