"""What was counted while steps were sampled, and the times of all steps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Tally:
    """Counts over all sampled steps of one kind.

    Args:
        calls: operators that reached a kernel, on the device or on the host.
        host_calls: those of them that the host computed.
        host_s: seconds these took, the device having finished before and after.
        to_device: copies from the host.
        from_device: copies to the host, single values (``item()``) included.
        fell_back: calls by name of operators that the device has no kernel for.
    """

    calls: int = 0
    host_calls: int = 0
    host_s: float = 0.0
    to_device: int = 0
    from_device: int = 0
    fell_back: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take in what one more step counted."""
        self.calls += other.calls
        self.host_calls += other.host_calls
        self.host_s += other.host_s
        self.to_device += other.to_device
        self.from_device += other.from_device
        self.fell_back.update(other.fell_back)


@dataclass
class Phase:
    """The steps of one kind in a run: those of the training, or those of its validation.

    Args:
        tally: what the sampled ones counted.
        first_s: seconds of the first step, if it was not sampled.
        ordinary_s: seconds of the other steps that were not sampled, together.
    """

    tally: Tally = field(default_factory=Tally)
    steps: int = 0
    sampled: int = 0
    sampled_s: float = 0.0
    first_s: float = 0.0
    ordinary_s: float = 0.0
    ordinary: int = 0

    def ordinary_step(self, seconds: float) -> None:
        """A step went by unwatched."""
        if self.steps == 0:
            self.first_s = seconds
        else:
            self.ordinary_s += seconds
            self.ordinary += 1
        self.steps += 1

    def sampled_step(self, seconds: float, counted: Tally) -> float:
        """A step was watched; returns the seconds it took beyond an ordinary one, or all where none is known."""
        self.steps += 1
        self.sampled += 1
        self.sampled_s += seconds
        self.tally.add(counted)
        return max(0.0, seconds - self.step_s()) if self.ordinary else seconds

    def step_s(self) -> float:
        """Seconds of an ordinary step: without the first one where there are others, sampled ones in need only."""
        if self.ordinary:
            return self.ordinary_s / self.ordinary
        return self.first_s or (self.sampled_s / self.sampled if self.sampled else 0.0)

    def each(self, count: int) -> int:
        """A count per sampled step, rounded; what happened at all is never rounded to nothing."""
        return max(1, round(count / self.sampled)) if count and self.sampled else 0

    def host_share_of_calls(self) -> float:
        """Between 0 and 1."""
        return self.tally.host_calls / self.tally.calls if self.tally.calls else 0.0

    def host_share_of_time(self) -> float:
        """Between 0 and 1: a sampled step's seconds on the host over those of an ordinary step."""
        whole = self.step_s() * self.sampled
        return min(1.0, self.tally.host_s / whole) if whole else 0.0
