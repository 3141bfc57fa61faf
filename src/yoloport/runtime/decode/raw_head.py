"""Boxes from the head's last convolutions, for those places that have a class above the threshold.

A graph that works out all 8400 boxes does so for the handful that is kept. The arithmetic is that of Ultralytics
8.4.190, ``nn/modules/head.py`` (Detect, Segment, Pose, OBB), ``utils/tal.py`` (``dist2bbox``, ``dist2rbox``) and
``nn/modules/block.py`` (``DFL``); read 2026-11-28.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.decode.branches import at_places
from yoloport.runtime.decode.candidates import hit

if TYPE_CHECKING:
    from yoloport.runtime.decode.branches import Branch, Branches
    from yoloport.runtime.metadata import Metadata, RawHead

MARGIN = 1e-3  # logits are compared first, and scores, exactly, afterwards


class Places(NamedTuple):
    """Places of one level, or of several one after the other.

    Args:
        sides: ``(n, 4 * reg_max)``.
        logits: ``(n, classes)``.
        extra: ``(n, extra)``, as the graph gives it.
        grid: ``(n, 3)``: x and y of the middle, in places of the level, and the stride, in pixels of the input.
    """

    sides: NDArray[np.float32]
    logits: NDArray[np.float32]
    extra: NDArray[np.float32]
    grid: NDArray[np.float32]

    @property
    def centre(self) -> NDArray[np.float32]:
        """``(n, 2)``."""
        return self.grid[:, :2]

    @property
    def stride(self) -> NDArray[np.float32]:
        """``(n, 1)``."""
        return self.grid[:, 2:]


def expected(
    metadata: Metadata, head: RawHead, given: tuple[int, int], extra: int, branches: Branches | None = None
) -> list[tuple[int, ...]]:
    """Shapes of the outputs for one picture, without prototypes.

    Args:
        metadata: of the artifact.
        head: its ``raw_head``.
        given: height and width of the input.
        extra: values of a place besides its box and class scores.
        branches: what the graph lacks.
    """
    grids = [(given[0] // stride, given[1] // stride) for stride in head.strides]
    same = [len(metadata.names)] if branches else [4 * head.reg_max, len(metadata.names), *([extra] if extra else [])]
    widths = [width for width in same for _ in grids] + (branches.channels if branches else [])
    pairs = zip(widths, grids * (len(widths) // len(grids)), strict=True)
    return [(*grid, width) if head.layout == "NHWC" else (width, *grid) for width, grid in pairs]


def rows(
    outputs: list[NDArray], metadata: Metadata, head: RawHead, conf: float, branches: Branches | None = None
) -> NDArray[np.float32]:
    """Places with a class above the threshold, as a graph that works boxes out would give them.

    Args:
        outputs: of one picture, in the shapes of :func:`expected`.
        metadata: of the artifact.
        head: its ``raw_head``.
        conf: least confidence, 0..1.
        branches: what the graph lacks; it is worked out here.

    Returns:
        ``(n, 4 + classes + extra)``: centre, width and height in pixels of the input, class scores, and the rest.
    """
    limit = _logit(conf) - MARGIN
    count, last = len(head.strides), head.layout == "NHWC"
    with np.errstate(invalid="ignore", over="ignore"):
        levels = [
            _level(outputs[level::count], stride, last, limit, branches.of_level(level) if branches else None)
            for level, stride in enumerate(head.strides)
        ]
        found = Places(*map(np.concatenate, zip(*levels, strict=True)))
        scores, extra = _sigmoid(found.logits), _extra(found, metadata)
        boxes = _boxes(_distances(found.sides, head.reg_max), found, extra[:, -1:] if metadata.task == "obb" else None)
        few = np.concatenate((boxes, scores, extra), axis=1)
        return few[scores.max(axis=1, initial=0) > np.float32(conf)]


def _level(outputs: list[NDArray], stride: int, last: bool, limit: float, branches: list[Branch] | None) -> Places:
    """Of one level the places above the limit."""
    down, across = outputs[0].shape[:2] if last else outputs[0].shape[1:]
    mine = [one.reshape(down * across, -1) if last else one.reshape(-1, down * across) for one in outputs]
    places = hit(mine[0 if branches else 1], limit, last)
    grid = _grid(down, across, stride).take(places, 0)
    if branches:
        sides, *rest = at_places(branches, outputs[1], last, places)
        logits = _taken(mine[0], places, last)
    else:
        sides, logits, *rest = (_taken(one, places, last) for one in mine)
    return Places(sides, logits, rest[0] if rest else sides[:, :0], grid)


def _taken(values: NDArray, places: NDArray[np.intp], last: bool) -> NDArray[np.float32]:
    """Values of some places, ``(n, width)``."""
    return np.ascontiguousarray(values.take(places, 0) if last else values.take(places, 1).T, np.float32)


@lru_cache(maxsize=24)
def _grid(down: int, across: int, stride: int) -> NDArray[np.float32]:
    """``Places.grid`` of a whole level."""
    made: NDArray[np.float32] = np.empty((down, across, 3), np.float32)
    made[..., 0] = np.arange(across) + 0.5
    made[..., 1] = np.arange(down)[:, None] + 0.5
    made[..., 2] = stride
    return made.reshape(-1, 3)


def _distances(sides: NDArray[np.float32], reg_max: int) -> NDArray[np.float32]:
    """Left, top, right, bottom in places: the mean of each side's distribution."""
    if reg_max == 1:
        return sides
    bins = sides.reshape(len(sides), 4, reg_max)
    weights = np.exp(bins - bins.max(axis=2, keepdims=True))
    found: NDArray[np.float32] = weights @ np.arange(reg_max, dtype=np.float32) / weights.sum(axis=2)
    return found


def _boxes(distance: NDArray[np.float32], found: Places, angle: NDArray[np.float32] | None) -> NDArray[np.float32]:
    """Centre, width and height in pixels of the input; with an angle the distances are along the turned sides."""
    before, after = distance[:, :2], distance[:, 2:]
    if angle is None:
        low, high = found.centre - before, found.centre + after
        middle, size = (low + high) / np.float32(2), high - low
    else:
        off, size = (after - before) / np.float32(2), before + after
        cos, sin = np.cos(angle), np.sin(angle)
        x, y = off[:, :1], off[:, 1:]
        middle = np.concatenate((x * cos - y * sin, x * sin + y * cos), axis=1) + found.centre
    return np.concatenate((middle, size), axis=1) * found.stride


def _extra(found: Places, metadata: Metadata) -> NDArray[np.float32]:
    """Keypoints in pixels of the input, or angles in radians; mask coefficients are what they are."""
    if metadata.task == "obb":
        return (_sigmoid(found.extra) - np.float32(0.25)) * np.float32(math.pi)
    if metadata.task != "pose" or metadata.kpt_shape is None:
        return found.extra
    points = found.extra.reshape(len(found.extra), *metadata.kpt_shape)
    where = (points[..., :2] * np.float32(2) + (found.centre - np.float32(0.5))[:, None]) * found.stride[:, None]
    return np.concatenate((where, _sigmoid(points[..., 2:])), axis=2).reshape(found.extra.shape)


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    found: NDArray[np.float32] = np.float32(1) / (np.float32(1) + np.exp(-values))
    return found


def _logit(conf: float) -> float:
    if conf <= 0:
        return -math.inf
    return math.log(conf / (1 - conf)) if conf < 1 else math.inf
