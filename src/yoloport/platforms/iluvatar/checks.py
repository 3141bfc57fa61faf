"""Checks of Iluvatar CoreX machines."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import functions, nodes, paths, python_of, wants

NAME, VENDOR, LABEL = "iluvatar", "1e3e", "corex"
GRAPHICS = ("/usr/lib/*/libGL.so.1", "/usr/lib64/libGL.so.1", "/lib/*/libGL.so.1", "/usr/lib/libGL.so.1")


def graphics_library(case: Case) -> Iterator[Found]:
    """The vendor's YOLOv8 recipe asks for libGL, because opencv-python does."""
    ours = {p.environment for p in case.around.package("torch") if p.local.startswith(LABEL)}
    asking = [p for p in case.around.package("opencv-python") if p.environment in ours]
    if asking and not paths(case, *GRAPHICS):
        where = asking[0].environment
        yield Found({"where": where, "python": python_of(where)})


def two_dies(case: Case) -> Iterator[Found]:
    """A board with two chips is two devices."""
    boards, devices = len(functions(case, VENDOR)), len(nodes(case, "/dev/iluvatar[0-9]*"))
    if wants(case, NAME) and boards and devices == 2 * boards:
        yield Found({"boards": boards, "devices": devices})


CHECKS: dict[str, Look] = {"iluvatar-libgl": graphics_library, "iluvatar-two-dies": two_dies}
