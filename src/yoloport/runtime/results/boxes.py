"""Boxes, upright and rotated."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.results.array import Array, array
from yoloport.runtime.results.rows import Rows, of_picture


class _Labelled(Rows):
    """Rows that end in confidence and class; a number of the tracked object may come before those two."""

    PLACES = 4  # columns of the box itself

    def __init__(self, data: NDArray, orig_shape: tuple[int, int]) -> None:
        data = data[None] if data.ndim == 1 else data
        if data.shape[-1] not in (self.PLACES + 2, self.PLACES + 3):
            raise ValueError(f"{self.PLACES + 2} or {self.PLACES + 3} columns are expected, not {data.shape[-1]}")
        super().__init__(data, orig_shape)
        self.is_track = data.shape[-1] == self.PLACES + 3

    @property
    def conf(self) -> Array:
        """Confidences ``(n,)``, 0..1."""
        return array(self.data[:, -2])

    @property
    def cls(self) -> Array:
        """Class numbers ``(n,)``, as floats like the rest of the row."""
        return array(self.data[:, -1])

    @property
    def id(self) -> Array | None:
        """Numbers of tracked objects ``(n,)``; ``None`` without tracking."""
        return array(self.data[:, -3]) if self.is_track else None


class Boxes(_Labelled):
    """Upright boxes: rows of left, top, right, bottom in the picture's pixels, confidence, class."""

    @property
    def xyxy(self) -> Array:
        """Left, top, right, bottom ``(n, 4)`` in pixels."""
        return array(self.data[:, :4])

    @property
    def xywh(self) -> Array:
        """Centre, width, height ``(n, 4)`` in pixels."""
        low, high = self.data[:, :2], self.data[:, 2:4]
        return array(np.concatenate(((low + high) / 2, high - low), axis=1))

    @property
    def xyxyn(self) -> Array:
        """:attr:`xyxy` as fractions of the picture's width and height."""
        return of_picture(self.xyxy, self.orig_shape)

    @property
    def xywhn(self) -> Array:
        """:attr:`xywh` as fractions of the picture's width and height."""
        return of_picture(self.xywh, self.orig_shape)


class OBB(_Labelled):
    """Rotated boxes: rows of centre, width, height, angle in radians, confidence, class."""

    PLACES = 5

    @property
    def xywhr(self) -> Array:
        """Centre, width, height in pixels and angle in radians ``(n, 5)``, as the model gave them."""
        return array(self.data[:, :5])

    @property
    def xyxyxyxy(self) -> Array:
        """Corners ``(n, 4, 2)`` in pixels, going round from the one at +width/2, +height/2 in the box's own frame."""
        centre, wide, high = self.data[:, :2], self.data[:, 2:3], self.data[:, 3:4]
        cos, sin = np.cos(self.data[:, 4:5]), np.sin(self.data[:, 4:5])
        along = np.concatenate((wide / 2 * cos, wide / 2 * sin), axis=1)
        across = np.concatenate((-high / 2 * sin, high / 2 * cos), axis=1)
        turns = ((1, 1), (1, -1), (-1, -1), (-1, 1))
        return array(np.stack([centre + a * along + b * across for a, b in turns], axis=1))

    @property
    def xyxyxyxyn(self) -> Array:
        """:attr:`xyxyxyxy` as fractions of the picture's width and height."""
        return of_picture(self.xyxyxyxy, self.orig_shape)

    @property
    def xyxy(self) -> Array:
        """The upright boxes around them ``(n, 4)``, in pixels; they may reach over the picture's edge."""
        points = self.xyxyxyxy
        return array(np.concatenate((points.min(axis=1), points.max(axis=1)), axis=1))
