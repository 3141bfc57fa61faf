"""Checks of Sophgo machines: a card in a server, or the chip as the board's own processor."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import nodes, paths, wants

NAME = "sophgo"
LIBRARIES = ("/opt/sophon/libsophon-current", "/opt/sophon/libsophon-current/lib")


def runtime_missing(case: Case) -> Iterator[Found]:
    """The runtime that every program of this chip loads."""
    if wants(case, NAME) and nodes(case, "/dev/bm-sophon[0-9]*", "/dev/bm-tpu0") and not paths(case, *LIBRARIES):
        yield Found(variant="container") if case.around.container else Found()


CHECKS: dict[str, Look] = {
    "sophgo-runtime-missing": runtime_missing,
}
