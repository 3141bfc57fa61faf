"""Checks of Kunpeng servers."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.questions import together, variable, wants

NAME = "kunpeng"


def thread_library(case: Case) -> Iterator[Found]:
    """Wheels that bring a libgomp of their own, which finds no room in the static TLS block when loaded late."""
    for _, other in together(case, "torch", "scikit-learn"):
        if case.host.architecture == "aarch64" and wants(case, NAME) and not variable(case, "LD_PRELOAD"):
            yield Found({"package": other.name, "where": other.environment})


CHECKS: dict[str, Look] = {"kunpeng-thread-library": thread_library}
