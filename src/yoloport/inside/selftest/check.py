"""A check of the selftest: what it proves, and how it went."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

CAPABILITIES = ("image", "workspace", "train", "predict", "convert", "serve", "distributed")


class CheckFailed(Exception):
    """Raised by a check whose figures are out of its limits; the message names figure and limit."""

    def __init__(self, why: str, figures: Mapping[str, object]) -> None:
        super().__init__(why)
        self.figures = dict(figures)


@dataclass(frozen=True)
class Check:
    """One thing to find out.

    Args:
        id: its name in evidence files; never reused for another check.
        proves: the capability of the ladder that it is evidence for, one of ``CAPABILITIES``.
        title: what it does, for a table.
        run: does it on a device; returns figures, or raises :class:`CheckFailed`.
        always_on_cpu: whether its arithmetic is the CPU's whatever device is given.
    """

    id: str
    proves: str
    title: str
    run: Callable[[torch.device], Mapping[str, object]]
    always_on_cpu: bool = False


@dataclass(frozen=True)
class Outcome:
    """How a check went.

    Args:
        id: the check's.
        proves: the check's.
        title: the check's.
        device: the type of torch device that did its arithmetic.
        passed: whether all figures were within limits.
        seconds: wall time.
        figures: what was measured, with the limits.
        why: the reason where it failed; empty otherwise.
    """

    id: str
    proves: str
    title: str
    device: str
    passed: bool
    seconds: float
    figures: Mapping[str, object] = field(default_factory=dict)
    why: str = ""


def perform(check: Check, device: torch.device) -> Outcome:
    """Runs a check. Any failure of the check is an outcome, so that the checks after it still run."""
    start = time.perf_counter()
    figures: Mapping[str, object] = {}
    passed, why = False, ""
    try:
        figures, passed = check.run(device), True
    except CheckFailed as failure:
        figures, why = failure.figures, str(failure)
    except Exception as failure:  # noqa: BLE001 - vendors' back ends raise anything; the outcome keeps the words
        why = f"{type(failure).__name__}: {failure}".strip()
        figures = {"traceback": traceback.format_exc(limit=-6)}
    seconds = round(time.perf_counter() - start, 3)
    ran_on = "cpu" if check.always_on_cpu else device.type
    return Outcome(check.id, check.proves, check.title, ran_on, passed, seconds, figures, why)
