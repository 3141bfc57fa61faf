"""Doubles for tests of the runtime's arithmetic: metadata without a file, a session that gives what it was told to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from yoloport.runtime.session import Running

RUNNING = Running("double", "1", "cpu", "fp32", ())


@dataclass(frozen=True)
class Form:
    input: str = "float32"
    scale: float = 1 / 255
    layout: str = "NCHW"
    colour: str = "RGB"


@dataclass(frozen=True)
class Facts:
    """The shape of yoloport.runtime.metadata.Metadata, as far as the arithmetic reads it."""

    task: str = "detect"
    names: dict[int, str] = field(default_factory=lambda: {0: "helmet", 1: "head"})
    size: tuple[int, int] = (64, 64)
    dynamic: bool = False
    batch: int = 1
    stride: int = 32
    channels: int = 3
    end2end: bool = False
    raw_head: object = None
    kpt_shape: tuple[int, int] | None = None
    rect: bool = False
    preprocess: Form = field(default_factory=Form)


class Told:
    """A session that answers each batch with ``answer(batch)`` and remembers the batches' shapes."""

    def __init__(self, answer: Callable[[np.ndarray], tuple[np.ndarray, ...]]) -> None:
        self.answer, self.shapes, self.closed = answer, [], False

    def run(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        self.shapes.append(batch.shape)
        return self.answer(batch)

    def running(self) -> Running:
        return RUNNING

    def close(self) -> None:
        self.closed = True


def head(boxes: list[tuple[float, ...]], classes: int = 2, places: int = 8, batch: int = 1) -> np.ndarray:
    """A raw head: each of ``boxes`` is centre x, y, width, height, then a score for each class and what follows."""
    rows = max(len(boxes[0]) if boxes else 0, 4 + classes)
    raw = np.zeros((batch, rows, places), np.float32)
    for place, values in enumerate(boxes):
        raw[:, : len(values), place] = values
    return raw
