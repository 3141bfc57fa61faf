"""The guard: asked where a device would be the processor although nobody asked for it."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from yoloport.errors import Exit, Problem
from yoloport.inside.requirement.wish import VARIABLE, wish

if TYPE_CHECKING:
    from yoloport.inside.requirement.why import Reason


class OnProcessor(UserWarning):
    """A run is computed on the processor although it was meant for an accelerator."""


class WouldBeCpu(Problem):
    """A run would be computed on the processor.

    Attributes:
        requested: what the user gave as device; empty for nothing.
        finding: the id of doctor's finding, or of the log message that it recognised; empty where neither was.
    """

    exit = Exit.NO_DEVICE

    def __init__(self, requested: str, reason: Reason) -> None:
        self.requested, self.finding = requested, reason.finding
        cause = f"this would run on the processor, not on an accelerator: {reason.cause}"
        super().__init__(cause, f"{_ended(reason.remedy)} {ANYWAY}", reason.see)

    def __str__(self) -> str:
        return self.words()  # in a notebook or a script nobody prints the remedy for us


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "。")) else f"{sentence}."


ANYWAY = f"To compute on the processor all the same: device='cpu', or {VARIABLE}=off."


def check(requested: str, environ: Mapping[str, str] = os.environ) -> None:
    """Stop or warn as ``YOLOPORT_REQUIRE`` says; nothing where it says ``off``.

    Raises:
        WouldBeCpu: it says ``accelerator``.
        BadWish: it says something else than the three words.
    """
    asked = wish(environ)
    if asked == "off" or (asked == "warn" and _said.is_set()):
        return
    from yoloport.inside.requirement.why import why

    problem = WouldBeCpu(requested, why(environ))
    if asked == "accelerator":
        raise problem
    _said.set()
    warnings.warn(problem.words(), OnProcessor, stacklevel=2)


_said = threading.Event()
"""Once in a process: a training asks for its device many times, and doctor's answer costs the vendors' tools' time."""


def idle(chosen: Any) -> str:
    """A sentence for the log where the processor was asked for and an accelerator stands idle; else empty."""
    from yoloport.inside.accelerator import active

    found = active()
    if found is None or getattr(chosen, "type", "") != "cpu":
        return ""
    return f"yoloport: device='cpu' was asked for; the accelerator {found.type!r} stands idle"
