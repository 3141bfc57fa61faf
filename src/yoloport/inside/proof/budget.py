"""When a step is sampled, so that watching costs less than one hundredth of a training."""

from __future__ import annotations

from dataclasses import dataclass

SHARE = 0.005
"""Of the elapsed time, what may be spent on sampling; half of what is promised, as a step's cost varies."""


@dataclass(frozen=True)
class Spending:
    """What is known before a step.

    Args:
        steps: how many steps there were before this one.
        total: how many there will be; 0 where nobody knows, as in a stream.
        sampled: how many were sampled.
        elapsed_s: seconds since the first step began.
        spent_s: seconds by which the sampled steps took longer than ordinary ones.
        dearest_s: the largest of these.
    """

    steps: int
    total: int
    sampled: int
    elapsed_s: float
    spent_s: float
    dearest_s: float


def due(now: Spending) -> bool:
    """Whether to sample the next step: the second or the only one, and later ones when they are paid for.

    The first step loads kernels and fills caches; its operators are not those of an ordinary step.
    """
    if not now.sampled:
        return now.steps >= 1 or now.total == 1
    return now.spent_s + now.dearest_s <= SHARE * now.elapsed_s
