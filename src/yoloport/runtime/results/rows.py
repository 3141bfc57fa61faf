"""What boxes, masks, keypoints, rotated boxes and class scores have in common."""

from __future__ import annotations

from typing import Any, TypeVar

from numpy.typing import NDArray

from yoloport.runtime.results.array import Array, array

Kind = TypeVar("Kind", bound="Rows")


class Rows:
    """Detections of one kind in one picture: a row each.

    Args:
        data: the numbers, first axis the detections.
        orig_shape: height and width of the picture, in pixels.
    """

    def __init__(self, data: NDArray, orig_shape: tuple[int, int]) -> None:
        self.data: Array = array(data)
        self.orig_shape = orig_shape

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the numbers."""
        return tuple(self.data.shape)

    def cpu(self: Kind) -> Kind:
        """Itself; for code written for tensors."""
        return self

    def numpy(self: Kind) -> Kind:
        """Itself; for code written for tensors."""
        return self

    def __len__(self) -> int:
        return len(self.data)

    def __getitem__(self: Kind, index: Any) -> Kind:
        return type(self)(self.data[index], self.orig_shape)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)} in {self.orig_shape[1]} x {self.orig_shape[0]} pixels)"


def of_picture(points: NDArray, orig_shape: tuple[int, int]) -> Array:
    """Alternating x and y in pixels as fractions of the picture's width and height; last axis even."""
    height, width = orig_shape
    shares = points.astype(points.dtype if points.dtype.kind == "f" else float)
    shares[..., 0::2] /= width
    shares[..., 1::2] /= height
    return array(shares)
