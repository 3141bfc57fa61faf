"""Checks of NVIDIA machines."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import nodes, wants

NAME = "cuda"


def memory_node_missing(case: Case) -> Iterator[Found]:
    """A node that appears only once something asked for it; torch finds no device without it."""
    if wants(case, NAME) and nodes(case, "/dev/nvidia[0-9]*") and not nodes(case, "/dev/nvidia-uvm"):
        yield Found(variant="container") if case.around.container else Found()


CHECKS: dict[str, Look] = {
    "cuda-memory-node-missing": memory_node_missing,
}
