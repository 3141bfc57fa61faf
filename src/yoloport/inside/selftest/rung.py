"""The rung of the verification ladder that a selftest reaches: a pure function of what it ran on and how it went."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yoloport.inside.selftest.check import Outcome

SIMULATED, EMULATED, HARDWARE = 2, 3, 4


@dataclass(frozen=True)
class Ground:
    """What a selftest ran on.

    Args:
        expected: the torch device type of the platform, for example ``npu``.
        used: the torch device type that did the work.
        simulated: whether the accelerator is a simulated one.
        emulator: the program that emulates the processor; empty on a real one.
    """

    expected: str
    used: str
    simulated: bool
    emulator: str


@dataclass(frozen=True)
class Cell:
    """A cell of the matrix platform x capability: its rung (``None`` for none), and the checks it rests on."""

    capability: str
    rung: int | None
    checks: tuple[str, ...]


def ground_rung(ground: Ground) -> int | None:
    """The highest rung that this ground allows; ``None`` where the work was not done on the platform's device."""
    if ground.used != ground.expected:
        return None
    if ground.simulated:
        return SIMULATED
    return EMULATED if ground.emulator else HARDWARE


def cells(ground: Ground, outcomes: Sequence[Outcome]) -> tuple[Cell, ...]:
    """One cell for each capability that was checked, in order.

    A failed check gives its capability no rung, and neither does one whose arithmetic was not the platform's device's:
    an ONNX export checked on the CPU of an accelerator's machine says nothing about the accelerator.
    """
    rung = ground_rung(ground)
    found = []
    for capability in dict.fromkeys(outcome.proves for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.proves == capability]
        passed = all(outcome.passed and outcome.device == ground.expected for outcome in own)
        found.append(Cell(capability, rung if passed else None, tuple(outcome.id for outcome in own)))
    return tuple(found)
