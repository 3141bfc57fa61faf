"""Checks of Moore Threads machines."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import functions, listed, nodes, wants

NAME, VENDOR = "mthreads", "1ed5"
WITHOUT_COLLECTIVE = ("0201", "0222")


def no_collective(case: Case) -> Iterator[Found]:
    """S80 and S3000 have no collective library: one card a training."""
    cards = functions(case, VENDOR, *WITHOUT_COLLECTIVE)
    if cards:
        yield Found({"count": len(cards)}, level="warning" if len(cards) > 1 else "note")


def node_names(case: Case) -> Iterator[Found]:
    """Drivers name the nodes with a dot, and some without."""
    plain = [node.path for node in nodes(case, "/dev/mtgpu[0-9]*")]
    if wants(case, NAME) and plain and not nodes(case, "/dev/mtgpu.[0-9]*"):
        yield Found({"nodes": listed(plain), "options": tuple(f"--device={path}" for path in plain)})


CHECKS: dict[str, Look] = {"mthreads-no-collective": no_collective, "mthreads-node-names": node_names}
