"""Checks of Cambricon machines."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import nodes, python_of, together, wants

NAME = "cambricon"
CARDS = "/dev/cambricon_dev[0-9]*"


def between_cards(case: Case) -> Iterator[Found]:
    """Several cards in a container without the nodes through which they reach each other."""
    cards = nodes(case, CARDS)
    if wants(case, NAME) and case.around.container and len(cards) > 1 and not nodes(case, "/dev/cambricon_ipcm*"):
        yield Found({"count": len(cards)})


def torch_build(case: Case) -> Iterator[Found]:
    """The plug-in goes with a torch for the processor."""
    for torch, plugin in together(case, "torch", "torch_mlu"):
        if torch.local and torch.local.startswith(("cu", "rocm")):
            values = {"torch": torch.version, "plugin": plugin.version, "where": torch.environment}
            exactly = f"torch=={torch.version.partition('+')[0]}"
            yield Found({**values, "python": python_of(torch.environment), "exactly": exactly})


CHECKS: dict[str, Look] = {
    "cambricon-between-cards": between_cards,
    "cambricon-torch-build": torch_build,
}
