"""Keypoints and class scores."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.results.array import Array, array
from yoloport.runtime.results.rows import Rows, of_picture


class Keypoints(Rows):
    """Keypoints ``(n, k, 2)`` of x and y in the picture's pixels, or ``(n, k, 3)`` with a confidence."""

    def __init__(self, data: NDArray, orig_shape: tuple[int, int]) -> None:
        super().__init__(data[None] if data.ndim == 2 else data, orig_shape)
        self.has_visible = self.data.shape[-1] == 3

    @property
    def xy(self) -> Array:
        """x and y ``(n, k, 2)`` in pixels."""
        return array(self.data[..., :2])

    @property
    def xyn(self) -> Array:
        """:attr:`xy` as fractions of the picture's width and height."""
        return of_picture(self.xy, self.orig_shape)

    @property
    def conf(self) -> Array | None:
        """Confidences ``(n, k)``; ``None`` where the model gives none."""
        return array(self.data[..., 2]) if self.has_visible else None


class Probs(Rows):
    """Scores of all classes ``(classes,)``."""

    def __init__(self, data: NDArray, orig_shape: tuple[int, int] = (0, 0)) -> None:
        super().__init__(data, orig_shape)

    @property
    def top1(self) -> int:
        """The class with the highest score."""
        return int(self.data.argmax())

    @property
    def top5(self) -> list[int]:
        """The five classes with the highest scores, the highest first."""
        return [int(place) for place in np.argsort(-self.data, kind="stable")[:5]]

    @property
    def top1conf(self) -> Array:
        """The highest score."""
        return array(self.data[self.top1])

    @property
    def top5conf(self) -> Array:
        """The five highest scores."""
        return array(self.data[self.top5])
