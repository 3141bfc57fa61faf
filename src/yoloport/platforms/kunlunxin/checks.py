"""Checks of Kunlunxin machines."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import listed, nodes, shut_out, wants

NAME = "kunlunxin"
TOOL = ("xpu-smi",)
# Words of the other vendor's tool of the same name; its answers speak of Level Zero and its own maker.
FOREIGN = ("Intel", "Level Zero", "level-zero", "discovery")


def foreign_tool(case: Case) -> Iterator[Found]:
    """Another vendor's tool has the same name."""
    for answer in case.around.answers:
        if wants(case, NAME) and answer.argv[:1] == TOOL and any(word in answer.text for word in FOREIGN):
            yield Found(raw=answer.text)
            return


def node_modes(case: Case) -> Iterator[Found]:
    """Nodes that the driver made for root alone."""
    shut = [node.path for node in nodes(case, "/dev/xpu[0-9]*", "/dev/xpuctrl") if shut_out(case, node)]
    if shut and wants(case, NAME):
        yield Found({"nodes": listed(shut), "paths": tuple(shut)})


CHECKS: dict[str, Look] = {"kunlunxin-foreign-tool": foreign_tool, "kunlunxin-node-modes": node_modes}
