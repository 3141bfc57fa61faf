"""Masks of instances, and their outlines."""

from __future__ import annotations

from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.decode.boxes import back, points_into_picture
from yoloport.runtime.results.array import Array, array
from yoloport.runtime.results.rows import Rows, of_picture


class Masks(Rows):
    """Masks ``(n, h, w)`` of 0 and 1, at the size of the graph's input (padding included) or of the picture."""

    def __init__(self, data: NDArray, orig_shape: tuple[int, int]) -> None:
        super().__init__(data[None] if data.ndim == 2 else data, orig_shape)

    @cached_property
    def xy(self) -> list[Array]:
        """The outline of each mask as points ``(k, 2)`` in the picture's pixels; no point where it is empty.

        The parts of a mask in pieces are joined into one outline where they come closest.
        """
        return [self._in_picture(outline(mask)) for mask in np.ascontiguousarray(self.data, dtype=np.uint8)]

    @cached_property
    def xyn(self) -> list[Array]:
        """:attr:`xy` as fractions of the picture's width and height."""
        return [of_picture(points, self.orig_shape) for points in self.xy]

    def _in_picture(self, points: NDArray[np.float32]) -> Array:
        height, width = self.orig_shape
        if self.data.shape[1:] != self.orig_shape:
            points = points_into_picture(points, back(self.data.shape[1:], self.orig_shape))
        return array(np.clip(points, 0, np.array([width, height], np.float32)))

    @cached_property
    def full(self) -> Array:
        """The masks at the picture's own size ``(n, height, width)``, of ``bool``."""
        height, width = self.orig_shape
        if self.data.shape[1:] == self.orig_shape:
            return array(self.data.astype(bool))
        way = back(self.data.shape[1:], self.orig_shape)
        rows, columns = max(round(height * way.gain_y), 1), max(round(width * way.gain_x), 1)
        whole: NDArray[np.bool_] = np.zeros((len(self), height, width), bool)
        for target, mask in zip(whole, self.data, strict=True):
            inner = np.ascontiguousarray(mask[way.top : way.top + rows, way.left : way.left + columns], dtype=np.uint8)
            target[...] = cv2.resize(inner, (width, height), interpolation=cv2.INTER_NEAREST)
        return array(whole)


def outline(mask: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The outer contour of a mask ``(h, w)`` as points ``(k, 2)``, pieces joined where they come closest."""
    contours = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]
    pieces = [contour.reshape(-1, 2) for contour in contours]
    if not pieces:
        return np.zeros((0, 2), np.float32)
    return (pieces[0] if len(pieces) == 1 else joined(pieces)).astype(np.float32)


def joined(pieces: list[NDArray]) -> NDArray:
    """One closed line through all pieces: out along a bridge from each to the next, and back on the other side.

    Each piece is entered and left at the points nearest to its neighbours; the way out takes one side of a piece, the
    way back the other (the idea of Ultralytics' ``merge_multi_segment`` and of COCO's converters before it).
    """
    bridges = [_nearest(*pieces[place : place + 2]) for place in range(len(pieces) - 1)]
    out, home = [], []
    for number, piece in enumerate(pieces):
        enter = bridges[number - 1][1] if number else None
        leave = bridges[number][0] if number < len(bridges) else None
        if enter is None or leave is None:
            turned = np.roll(piece, -(enter or leave or 0), axis=0)
            out.append(np.concatenate((turned, turned[:1])))
            continue
        turned, share = np.roll(piece, -enter, axis=0), (leave - enter) % len(piece)
        out.append(turned[: share + 1])
        home.append(np.concatenate((turned[share:], turned[:1])))
    return np.concatenate(out + home[::-1])


def _nearest(one: NDArray, other: NDArray) -> tuple[int, int]:
    """Indices of the two points, one of each piece, that are closest."""
    gaps = ((one[:, None].astype(np.int64) - other[None]) ** 2).sum(-1)
    place = np.unravel_index(int(gaps.argmin()), gaps.shape)
    return int(place[0]), int(place[1])
