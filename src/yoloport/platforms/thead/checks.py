"""Checks of T-Head PPU machines."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import listed, nodes, wants

NAME = "thead"


def node_numbers(case: Case) -> Iterator[Found]:
    """A card's number is the minor number of its node: it must not be renamed on its way into a container."""
    numbers = sorted(int(node.path.rpartition("ppu")[2]) for node in nodes(case, "/dev/alixpu_ppu[0-9]*"))
    if wants(case, NAME) and case.around.container and numbers and numbers != list(range(len(numbers))):
        yield Found({"numbers": listed(numbers)})


CHECKS: dict[str, Look] = {"thead-node-numbers": node_numbers}
