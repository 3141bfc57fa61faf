"""What a replacement is, and what became of one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

EVERY_PLATFORM = "*"


@dataclass(frozen=True)
class Tolerance:
    """How far a number may lie from the original's: ``absolute + relative * |original|``."""

    relative: float = 1e-3
    absolute: float = 1e-4

    def allows(self, original: float) -> float:
        """The largest permitted difference from this number."""
        return self.absolute + self.relative * abs(original)


@dataclass(frozen=True)
class Replacement:
    """Another ``forward`` for a class of Ultralytics or torch.

    Args:
        name: how users choose it in ``YOLOPORT_MODULES``; unique, without commas.
        target: the class, ``"ultralytics.nn.modules.block:DFL"``.
        forward: takes the module and the inputs; its parameters have the names and defaults of the original's.
        platforms: folders of the catalogue on which it is used by itself, or ``"*"``; empty for none.
        sample: builds a module of exactly that class and example inputs, small, and varied enough to show an error.
            Random numbers in it are the same at each call. The check runs it in training and in evaluation mode.
        source: why it helps on these platforms: a document, a measurement.
        tolerance: how far output and gradients may lie from the original's.
    """

    name: str
    target: str
    forward: Callable[..., Any]
    platforms: tuple[str, ...]
    sample: Callable[[], tuple[torch.nn.Module, tuple[Any, ...]]]
    source: str
    tolerance: Tolerance = Tolerance()

    def is_for(self, platform: str) -> bool:
        """Whether it is used on this platform without being asked for."""
        return EVERY_PLATFORM in self.platforms or platform in self.platforms


@dataclass(frozen=True)
class Difference:
    """The number that lies furthest from the original's, measured by what is permitted there.

    Args:
        found: its distance from the original's number.
        allowed: the distance that the tolerance permits there.
        where: which number, as ``training: output[0, 2, 5]`` or ``evaluation: gradient of input 0[1, 3]``.
    """

    found: float = 0.0
    allowed: float = 0.0
    where: str = ""

    @property
    def within(self) -> bool:
        """Whether the tolerance permits it; what is not a number is never permitted."""
        return self.found <= self.allowed

    @property
    def share(self) -> float:
        """The distance as a share of what is permitted."""
        if self.found == 0:
            return 0.0
        return self.found / self.allowed if self.allowed and self.found == self.found else float("inf")


@dataclass(frozen=True)
class Applied:
    """A replacement that is on, the device it was checked on, and the largest difference found there."""

    replacement: Replacement
    device: str
    difference: Difference

    def line(self) -> str:
        """For the log."""
        worst = self.difference
        return (
            f"yoloport: {self.replacement.target} computes with {self.replacement.name!r} (checked on {self.device}: "
            f"furthest from the original by {worst.found:.3g} of {worst.allowed:.3g} allowed)"
        )


@dataclass(frozen=True)
class Refused:
    """A replacement that is not used, and why; the original stays.

    Args:
        name: the replacement's, or the entry point's where there is none.
        reason: one line.
        difference: the largest difference, where numbers were the reason.
    """

    name: str
    reason: str
    difference: Difference | None = None

    def line(self) -> str:
        """For the log."""
        return f"yoloport: replacement {self.name!r} is not used: {self.reason}"
