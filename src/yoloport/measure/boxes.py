"""Boxes of objects in a picture, and how far two sets of them differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """One object.

    Args:
        name: its class in words.
        class_number: its class, from 0.
        corners: left, top, right, bottom in pixels of the picture.
        confidence: 0..1, or ``None`` for a label.
    """

    name: str
    class_number: int
    corners: tuple[float, float, float, float]
    confidence: float | None = None

    def to_json(self) -> dict[str, object]:
        """Rounded to a tenth of a pixel and four digits of confidence."""
        confidence = None if self.confidence is None else round(self.confidence, 4)
        return {"name": self.name, "corners": [round(edge, 1) for edge in self.corners], "confidence": confidence}


@dataclass(frozen=True)
class Difference:
    """How far two detectors differ on one picture.

    Args:
        first: boxes of the first.
        second: boxes of the second.
        paired: boxes that both found: same class, and overlapping by half or more.
        pixels: the largest distance between the edges of a pair, in pixels; ``None`` without a pair.
        confidence: the largest difference in confidence of a pair; ``None`` without a pair.
    """

    first: int
    second: int
    paired: int
    pixels: float | None
    confidence: float | None


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0..1."""
    width = min(a.corners[2], b.corners[2]) - max(a.corners[0], b.corners[0])
    height = min(a.corners[3], b.corners[3]) - max(a.corners[1], b.corners[1])
    if width <= 0 or height <= 0:
        return 0.0
    inner = width * height
    return inner / (_area(a) + _area(b) - inner)


def _area(box: Box) -> float:
    return (box.corners[2] - box.corners[0]) * (box.corners[3] - box.corners[1])


def difference(first: Sequence[Box], second: Sequence[Box]) -> Difference:
    """Pairs the boxes, most confident first, each with the free box it overlaps most, and measures the pairs."""
    free, pairs = list(second), []
    for box in sorted(first, key=lambda box: -(box.confidence or 0.0)):
        same = [other for other in free if other.class_number == box.class_number and overlap(box, other) >= 0.5]
        if same:
            best = max(same, key=lambda other: overlap(box, other))
            free.remove(best)
            pairs.append((box, best))
    pixels = [abs(x - y) for a, b in pairs for x, y in zip(a.corners, b.corners, strict=True)]
    confidence = [abs((a.confidence or 0.0) - (b.confidence or 0.0)) for a, b in pairs]
    return Difference(len(first), len(second), len(pairs), max(pixels, default=None), max(confidence, default=None))
