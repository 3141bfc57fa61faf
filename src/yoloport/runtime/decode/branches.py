"""Branches of the head, worked out for the places that have a class above the threshold.

The box branch of yolov8n, two 3 x 3 convolutions and one of 1 x 1 at 8400 places, is a sixth of the model's arithmetic,
and a picture of COCO has some forty places whose box is wanted. A graph may leave it out, and give what goes into it.
Layers are those of Ultralytics 8.4.190, ``nn/modules/head.py`` (``cv2`` and ``cv4``), with SiLU between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.decode.one_thread import ONE_THREAD

AT_ONCE = 2048  # places of a layer: with 256 channels their neighbours take 19 MB

Indices: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True)
class Layer:
    """A convolution of stride 1, padded with zeros so that the size stays.

    Args:
        weights: ``(kernel * kernel * channels, out)``; rows go down, across, then through the channels.
        bias: ``(out,)``.
        kernel: its side, an odd number.
    """

    weights: NDArray[np.float32]
    bias: NDArray[np.float32]
    kernel: int

    @property
    def channels(self) -> int:
        """What goes in at a place."""
        return len(self.weights) // self.kernel**2


Branch: TypeAlias = tuple[Layer, ...]
"""Layers one after the other, with SiLU between two."""


@dataclass(frozen=True)
class Branches:
    """What a graph left out.

    Args:
        boxes: a branch for each level.
        extra: the same for mask coefficients, keypoints or an angle; empty where the task has none.
    """

    boxes: tuple[Branch, ...]
    extra: tuple[Branch, ...] = ()

    @property
    def channels(self) -> list[int]:
        """Of the features of each level."""
        return [branch[0].channels for branch in self.boxes]

    @property
    def extra_width(self) -> int:
        """Values of a place besides its box and class scores."""
        return self.extra[0][-1].weights.shape[1] if self.extra else 0

    def of_level(self, level: int) -> list[Branch]:
        """Boxes, and the extra where there is one."""
        return [self.boxes[level], *([self.extra[level]] if self.extra else [])]


def at_places(branches: list[Branch], features: NDArray, last: bool, places: Indices) -> list[NDArray[np.float32]]:
    """What each branch gives at some places of a level.

    Args:
        branches: of the level; they read the same features.
        features: ``(down, across, channels)``, or ``(channels, down, across)`` without ``last``.
        last: whether channels are the last axis.
        places: numbers of places, row by row.

    Returns:
        ``(places, out)`` for each branch.
    """
    if not len(places):
        return [np.empty((0, branch[-1].weights.shape[1]), np.float32) for branch in branches]
    down, across = features.shape[:2] if last else features.shape[1:]
    found: list[NDArray[np.float32]] = []
    ways: dict[tuple[int, ...], tuple[NDArray[np.float32], list[Indices]]] = {}
    with ONE_THREAD:
        for branch in branches:
            kernels = tuple(layer.kernel for layer in branch)
            if kernels not in ways:
                needed, around = _way(kernels, down, across, places)
                ways[kernels] = _rows(features, last, needed), around
            found.append(_through(branch, *ways[kernels]))
    return found


def _rows(features: NDArray, last: bool, needed: Indices) -> NDArray[np.float32]:
    """Features of some places, ``(n, channels)``."""
    if last:
        return features.reshape(-1, features.shape[2]).take(needed, 0).astype(np.float32, copy=False)
    return np.ascontiguousarray(features.reshape(len(features), -1).take(needed, 1).T, np.float32)


def _way(kernels: tuple[int, ...], down: int, across: int, places: Indices) -> tuple[Indices, list[Indices]]:
    """Backwards through the layers: which places each of them needs.

    Returns:
        Places of the features, and for each layer the rows of its input that lie around each row of its output,
        ``(rows, kernel * kernel)``; the row after the last stands for what lies outside of the picture.
    """
    margin = sum(kernel // 2 for kernel in kernels)
    wide = across + 2 * margin
    inside = _inside(down, across, margin)
    at = (places // across + margin) * wide + places % across + margin
    around: list[Indices] = []
    for kernel in reversed(kernels):
        near = at[:, None] + _offsets(kernel, wide)
        seen: NDArray[np.bool_] = np.zeros(len(inside), bool)
        seen[near] = True
        seen &= inside
        at = seen.nonzero()[0]
        row = np.full(len(inside), len(at))
        row[at] = np.arange(len(at))
        around.append(row[near])
    return (at // wide - margin) * across + at % wide - margin, around[::-1]


@lru_cache(maxsize=24)
def _inside(down: int, across: int, margin: int) -> NDArray[np.bool_]:
    """Which places of a level with a margin around it are the level's own, row by row."""
    return np.pad(np.ones((down, across), bool), margin).reshape(-1)


@lru_cache(maxsize=24)
def _offsets(kernel: int, wide: int) -> Indices:
    """From a place to those that its convolution reads."""
    reach: Indices = np.arange(kernel) - kernel // 2
    found: Indices = (reach[:, None] * wide + reach).reshape(-1)
    return found


def _through(branch: Branch, rows: NDArray[np.float32], around: list[Indices]) -> NDArray[np.float32]:
    """All layers, each on the rows that the one after it needs."""
    for number, (layer, near) in enumerate(zip(branch, around, strict=True)):
        rows = np.concatenate((rows, np.zeros((1, rows.shape[1]), np.float32)))
        done = [
            rows.take(near[start : start + AT_ONCE], 0).reshape(-1, len(layer.weights)) @ layer.weights
            for start in range(0, len(near), AT_ONCE)
        ]
        rows = done[0] if len(done) == 1 else np.concatenate(done)
        rows += layer.bias
        if number + 1 < len(branch):
            rows /= np.float32(1) + np.exp(-rows)
    return rows
