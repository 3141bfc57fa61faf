"""Letterbox: a picture scaled to fit the graph's input, its rest filled with grey.

The arithmetic is that of Ultralytics 8.4.190 (``data/augment.py``, ``LetterBox``; read 2026-11-24): both sides are
scaled by one gain and rounded on their own, half to even, at least one pixel; the padding is split with the odd pixel
below and to the right. ``rect`` pads each side to the next multiple of the stride only.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

GREY = 114


@dataclass(frozen=True)
class Fit:
    """Where a picture lies in the graph's input, all in pixels.

    Args:
        height, width: size of the picture after scaling.
        top, bottom, left, right: padding around it.
    """

    height: int
    width: int
    top: int
    bottom: int
    left: int
    right: int

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the whole input."""
        return self.top + self.height + self.bottom, self.left + self.width + self.right


def fit(
    picture: tuple[int, int],
    size: tuple[int, int],
    *,
    rect: bool = False,
    stride: int = 32,
    scaleup: bool = True,
    center: bool = True,
) -> Fit:
    """Where a picture goes.

    Args:
        picture: its height and width, each at least 1.
        size: height and width of the input, or their bounds with ``rect``.
        rect: pad to a multiple of ``stride`` instead of to ``size``.
        stride: of the model, in pixels.
        scaleup: whether a small picture is enlarged.
        center: whether padding goes on both sides, or below and to the right alone.
    """
    gain = min(size[0] / picture[0], size[1] / picture[1])
    gain = gain if scaleup else min(gain, 1.0)
    height, width = max(round(picture[0] * gain), 1), max(round(picture[1] * gain), 1)
    top, bottom = _split(size[0] - height, rect, stride, center)
    left, right = _split(size[1] - width, rect, stride, center)
    return Fit(height, width, top, bottom, left, right)


def _split(padding: int, rect: bool, stride: int, center: bool) -> tuple[int, int]:
    padding = padding % stride if rect else padding
    if not center:
        return 0, padding
    return round(padding / 2 - 0.1), round(padding / 2 + 0.1)


def scaled(picture: NDArray[np.uint8], place: Fit) -> NDArray[np.uint8]:
    """The picture at its place's size, ``(height, width, channels)``, without the padding; bilinear, as cv2 does it."""
    if picture.shape[:2] == (place.height, place.width):
        return picture
    small = cv2.resize(picture, (place.width, place.height), interpolation=cv2.INTER_LINEAR)
    return small if small.ndim == 3 else small[..., None]


def put(picture: NDArray[np.uint8], into: NDArray[np.uint8]) -> None:
    """The picture at the size of ``into``, ``(height, width, channels)`` of bytes, as :func:`scaled` makes it."""
    if picture.shape == into.shape:
        into[...] = picture
    else:
        cv2.resize(picture, (into.shape[1], into.shape[0]), dst=into, interpolation=cv2.INTER_LINEAR)


def letterbox(picture: NDArray[np.uint8], place: Fit, padding: int = GREY) -> NDArray[np.uint8]:
    """The picture scaled and padded: ``(H, W, C)`` of ``uint8``, colours in the order they came in.

    Args:
        picture: ``(h, w, c)``, any number of channels.
        place: from :func:`fit` for this picture's height and width.
        padding: value of every channel around the picture, 0..255.
    """
    whole = np.full((*place.shape, picture.shape[2]), padding, dtype=picture.dtype)
    rows = slice(place.top, place.top + place.height)
    whole[rows, place.left : place.left + place.width] = scaled(picture, place)
    return whole
