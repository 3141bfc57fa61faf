"""A classifier's input: the shorter side scaled to the input's size, then the middle cut out.

Ultralytics does it with torchvision on Pillow pictures (``data/augment.py``, ``classify_transforms``, 8.4.190); this is
the same arithmetic on arrays: Pillow's antialiased bilinear filter in fixed point (``src/libImaging/Resample.c``,
Pillow 13: 22 bits, a pass
across and a pass down, rounded to bytes between them), bit for bit for a square input. Only the rows
and columns that the cut keeps are computed, so a picture of 1 x 10000 pixels costs no more than any other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

BITS = 22  # Pillow: 32 bits less 8 of a pixel less 2 of headroom


def centre_crop(picture: NDArray[np.uint8], size: tuple[int, int]) -> NDArray[np.uint8]:
    """The middle of a picture, ``(size[0], size[1], channels)``.

    Args:
        picture: ``(h, w, c)`` of ``uint8``.
        size: height and width of the graph's input. A square keeps the picture's proportions; another size
            stretches the picture to it, as torchvision's ``Resize`` does with a pair.
    """
    height, width = _scaled_size(picture.shape[0], picture.shape[1], size)
    rows, columns = _middle(height, size[0]), _middle(width, size[1])
    if _down_first(picture.shape[0], picture.shape[1], height, width):
        return _resample(_resample(picture, 0, height, rows), 1, width, columns)
    return _resample(_resample(picture, 1, width, columns), 0, height, rows)


def _down_first(height: int, width: int, new_height: int, new_width: int) -> bool:
    """Whether Pillow 13 makes the pass down first; it rounds between the passes, so the order shows.

    Measured against Pillow 13.0.0 on 2026-11-24: pictures that shrink and are over twice as tall as wide. Older Pillow
    goes across first always; with a stretching, non-square input other cases differ, by one level of 255 at most.
    """
    return new_height < height and (height > 2 * width or new_width > width)


def _scaled_size(height: int, width: int, size: tuple[int, int]) -> tuple[int, int]:
    """Sides after ``Resize`` (torchvision 0.29, ``_compute_resized_output_size``): the longer one is not rounded."""
    if size[0] != size[1]:
        return size
    if height < width:
        return size[0], int(size[0] * width / height)
    return int(size[0] * height / width), size[0]


def _middle(length: int, kept: int) -> range:
    start = round((length - kept) / 2.0)
    return range(start, start + kept)


def _resample(picture: NDArray[np.uint8], axis: int, length: int, wanted: range) -> NDArray[np.uint8]:
    """One axis scaled to ``length``, of which the places in ``wanted`` are kept."""
    if picture.shape[axis] == length:
        return np.take(picture, np.arange(wanted.start, wanted.stop), axis)
    places, weights = taps(picture.shape[axis], length, wanted)
    shape = [1, 1, 1]
    shape[axis] = len(wanted)
    total: NDArray[np.int32] = np.int32(1 << (BITS - 1))
    for tap in range(places.shape[1]):
        total = total + np.take(picture, places[:, tap], axis).astype(np.int32) * weights[:, tap].reshape(shape)
    return np.clip(total >> BITS, 0, 255).astype(np.uint8)


def taps(before: int, after: int, wanted: range) -> tuple[NDArray[np.intp], NDArray[np.int32]]:
    """Which pixels of a line make each wanted one, and with what weight.

    Args:
        before: length of the line, in pixels.
        after: its length when scaled.
        wanted: the places of the scaled line to compute.

    Returns:
        Indices and fixed-point weights, both ``(len(wanted), taps)``; unused taps weigh nothing.
    """
    scale = before / after
    reach = max(scale, 1.0)
    centres = (np.arange(wanted.start, wanted.stop) + 0.5) * scale
    first = np.maximum((centres - reach + 0.5).astype(np.intp), 0)
    last = np.minimum((centres + reach + 0.5).astype(np.intp), before)
    places = first[:, None] + np.arange(int((last - first).max()))
    distance = np.abs((places - centres[:, None] + 0.5) * (1.0 / reach))
    weights = np.where((distance < 1.0) & (places < last[:, None]), 1.0 - distance, 0.0)
    # Pillow sums from the left; a pairwise sum would differ in the last bit.
    weights = weights / np.cumsum(weights, 1)[:, -1:]
    return np.minimum(places, before - 1), np.trunc(weights * (1 << BITS) + 0.5).astype(np.int32)
