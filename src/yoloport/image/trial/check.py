"""A check of an image: what it proves, and how it went. The same words as the selftest's, so that evidence is alike."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yoloport.errors import Problem

if TYPE_CHECKING:
    from yoloport.image.trial.bench import Bench


class Failed(Exception):
    """Raised by a check that found a fault; the message says what is wrong and what was expected."""

    def __init__(self, why: str, figures: Mapping[str, object] | None = None) -> None:
        super().__init__(why)
        self.figures = dict(figures or {})


class NotHere(Exception):
    """Raised by a check that cannot be done on this machine; the message says why. It counts neither way."""


@dataclass(frozen=True)
class Check:
    """One thing to find out about an image.

    Args:
        id: its name in evidence files and for ``--skip``.
        title: what it does, for a table.
        kinds: of images that it is for.
        run: does it; returns figures, or raises :class:`Failed` or :class:`NotHere`.
    """

    id: str
    title: str
    run: Callable[[Bench], Mapping[str, object]]
    kinds: tuple[str, ...] = ("workspace", "runtime")


@dataclass(frozen=True)
class Outcome:
    """How a check went: ``passed`` is None where it was not done, and ``why`` says why."""

    id: str
    title: str
    passed: bool | None
    seconds: float
    figures: Mapping[str, object] = field(default_factory=dict)
    why: str = ""


def perform(check: Check, bench: Bench) -> Outcome:
    """Do a check. Its failure is an outcome, so that the checks after it are done too."""
    begin = time.perf_counter()
    figures: Mapping[str, object] = {}
    passed: bool | None = False
    why = ""
    try:
        figures, passed = check.run(bench), True
    except Failed as failure:
        figures, why = failure.figures, str(failure)
    except NotHere as reason:
        passed, why = None, str(reason)
    except Problem as problem:
        why = problem.cause
    return Outcome(check.id, check.title, passed, round(time.perf_counter() - begin, 3), figures, why)
