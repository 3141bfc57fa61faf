"""Masks of instances: prototypes weighted by each detection's coefficients, enlarged, cut at its box.

The result is that of Ultralytics 8.4.190, ``utils/ops.py`` (``process_mask`` with ``upsample``, and
``process_mask_native`` for ``retina``; read 2026-11-24). What lies outside a box is thrown away there, so only the part
inside is enlarged here: the same numbers for a fraction of the work and memory.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Span = tuple[int, int]


def assemble(
    protos: NDArray, coefficients: NDArray[np.float32], boxes: NDArray[np.float32], given: tuple[int, int]
) -> NDArray[np.uint8]:
    """Masks at the size of the graph's input.

    Args:
        protos: ``(k, h, w)`` prototypes of one picture.
        coefficients: ``(n, k)``.
        boxes: ``(n, 4)`` corners in pixels of the input, not cut at its edges.
        given: height and width of the input.

    Returns:
        ``(n, *given)`` of 0 and 1.
    """
    masks: NDArray[np.uint8] = np.zeros((len(coefficients), *given), np.uint8)
    high, wide = protos.shape[1:]
    whole = given[0] % high == 0 and given[1] % wide == 0  # an enlargement by whole pixels can be cut beforehand
    for mask, logits, box in zip(masks, weighted(protos, coefficients), boxes, strict=True):
        rows, columns = _inside(box[1], box[3], given[0]), _inside(box[0], box[2], given[1])
        if rows[0] >= rows[1] or columns[0] >= columns[1]:
            continue
        if whole:
            part = _enlarged_part(logits, rows, columns, given[0] // high, given[1] // wide)
        else:
            part = _resized(logits, given)[slice(*rows), slice(*columns)]
        mask[slice(*rows), slice(*columns)] = part > 0
    return masks


def weighted(protos: NDArray, coefficients: NDArray[np.float32]) -> NDArray[np.float32]:
    """What each detection says of each place of the prototypes: ``(n, h, w)``, above 0 for its own."""
    count, high, wide = protos.shape
    flat = np.ascontiguousarray(protos, dtype=np.float32).reshape(count, -1)
    return (np.ascontiguousarray(coefficients) @ flat).reshape(-1, high, wide)


def _inside(first: float, last: float, length: int) -> Span:
    """Pixels at or past ``first`` and before ``last``, on a line of ``length``."""
    low, high = (min(max(float(edge), 0.0), float(length)) if edge == edge else 0.0 for edge in (first, last))
    return math.ceil(low), math.ceil(high)


def _enlarged_part(logits: NDArray[np.float32], rows: Span, columns: Span, down: int, across: int) -> NDArray:
    """Rows and columns of the enlarged logits. One place more on each side gives the edge its true neighbours."""
    top, bottom = max(rows[0] // down - 1, 0), min(-(-rows[1] // down) + 1, logits.shape[0])
    left, right = max(columns[0] // across - 1, 0), min(-(-columns[1] // across) + 1, logits.shape[1])
    part = logits[top:bottom, left:right]
    large = _resized(part, (part.shape[0] * down, part.shape[1] * across))
    return large[rows[0] - top * down : rows[1] - top * down, columns[0] - left * across : columns[1] - left * across]


def _resized(plane: NDArray[np.float32], size: tuple[int, int]) -> NDArray[np.float32]:
    """Bilinear, pixel centres at halves, edges repeated: what torch calls ``align_corners=False``."""
    if plane.shape == size:
        return plane
    return cv2.resize(np.ascontiguousarray(plane), (size[1], size[0]), interpolation=cv2.INTER_LINEAR)


def assemble_native(
    protos: NDArray, coefficients: NDArray[np.float32], boxes: NDArray[np.float32], picture: tuple[int, int]
) -> NDArray[np.uint8]:
    """Masks at the size of the picture.

    Args:
        protos: ``(k, h, w)`` prototypes of one picture.
        coefficients: ``(n, k)``.
        boxes: ``(n, 4)`` corners in the picture's pixels.
        picture: its height and width.
    """
    masks: NDArray[np.uint8] = np.zeros((len(coefficients), *picture), np.uint8)
    high, wide = protos.shape[1:]
    times = _least_enlargement(high, wide, picture)
    top, bottom, left, right = _content(high * times, wide * times, picture)
    for mask, logits, box in zip(masks, weighted(protos, coefficients), boxes, strict=True):
        large = _resized(logits, (high * times, wide * times))
        fitted = _resized(large[top:bottom, left:right], picture)
        rows, columns = _inside(box[1], box[3], picture[0]), _inside(box[0], box[2], picture[1])
        mask[slice(*rows), slice(*columns)] = fitted[slice(*rows), slice(*columns)] > 0
    return masks


def _least_enlargement(high: int, wide: int, picture: tuple[int, int]) -> int:
    """1, 2 or 4: the least after which the letterbox's padding ends on a whole pixel (prototypes are at a quarter)."""
    gain = min(4 * high / picture[0], 4 * wide / picture[1])
    down = 4 * high - max(round(picture[0] * gain), 1)
    across = 4 * wide - max(round(picture[1] * gain), 1)
    padding = down | across
    return 4 // math.gcd(4, padding | padding // 2)


def _content(high: int, wide: int, picture: tuple[int, int]) -> tuple[int, int, int, int]:
    """Where the picture lies in an area of ``high`` x ``wide``: top, bottom, left, right."""
    gain = min(high / picture[0], wide / picture[1])
    rows, columns = max(round(picture[0] * gain), 1), max(round(picture[1] * gain), 1)
    top, left = round((high - rows) / 2 - 0.1), round((wide - columns) / 2 - 0.1)
    return top, top + rows, left, left + columns
