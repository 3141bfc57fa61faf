"""Boxes: from centre and size to corners, and from the graph's input back into the picture.

The arithmetic is that of Ultralytics 8.4.190, ``utils/ops.py`` (``scale_boxes``, ``scale_coords``, ``clip_boxes``; read
2026-11-24), in float32: each axis has a gain of its own, because letterboxing rounds each side. One gain for both costs
0.34 pixels on the test pictures.

The padding is worked out again from the two sizes, as upstream does it, not taken from the letterbox: with ``rect`` and
a long, low picture whose scaled height is rounded down (822 x 165) that is a pixel of the input off. Equal detections
were promised, so it is off here too.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Back:
    """The way from the graph's input to the picture: subtract the padding, divide by the gain.

    Args:
        gain_x, gain_y: input pixels per picture pixel on each axis.
        left, top: padding in input pixels.
        picture: height and width of the picture.
    """

    gain_x: float
    gain_y: float
    left: int
    top: int
    picture: tuple[int, int]


def back(given: tuple[int, int], picture: tuple[int, int]) -> Back:
    """The way back.

    Args:
        given: height and width of the graph's input, padding included.
        picture: height and width of the picture.
    """
    gain = min(given[0] / picture[0], given[1] / picture[1])
    height, width = (max(round(side * gain), 1) for side in picture)
    left, top = round((given[1] - width) / 2 - 0.1), round((given[0] - height) / 2 - 0.1)
    return Back(width / picture[1], height / picture[0], left, top, picture)


def corners(boxes: NDArray[np.float32]) -> NDArray[np.float32]:
    """Boxes ``(n, 4)`` of centre, width and height as left, top, right, bottom."""
    half = boxes[:, 2:4] / np.float32(2)
    return np.concatenate((boxes[:, :2] - half, boxes[:, :2] + half), axis=1)


def into_picture(boxes: NDArray[np.float32], way: Back) -> NDArray[np.float32]:
    """Corners ``(n, 4)`` in pixels of the input as corners in the picture, cut at its edges."""
    height, width = way.picture
    moved = points_into_picture(boxes.reshape(-1, 2, 2), way).reshape(-1, 4)
    edges = np.array([width, height, width, height], np.float32)
    return np.minimum(np.maximum(moved, np.float32(0)), edges)


def centres_into_picture(boxes: NDArray[np.float32], way: Back) -> NDArray[np.float32]:
    """Boxes ``(n, 4)`` of centre, width and height in the picture's pixels; not cut, since they may be rotated."""
    moved = boxes.copy()
    moved[:, :2] = points_into_picture(boxes[:, :2], way)
    moved[:, 2:] /= np.array([way.gain_x, way.gain_y], np.float32)
    return moved


def points_into_picture(points: NDArray[np.float32], way: Back) -> NDArray[np.float32]:
    """Points ``(..., 2)`` of x and y in the picture's pixels; not cut."""
    moved = points - np.array([way.left, way.top], np.float32)
    moved /= np.array([way.gain_x, way.gain_y], np.float32)
    return moved
