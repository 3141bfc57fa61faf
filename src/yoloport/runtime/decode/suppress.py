"""Non-maximum suppression: of boxes that overlap too much, the most confident stays.

The result is that of ``torchvision.ops.nms`` (0.29, CPU kernel; read 2026-11-24), which Ultralytics uses: confidence
falling, ties in the order they came in; overlap in float32, compared with the threshold in float64. Classes are kept
apart by moving each 7680 pixels further (Ultralytics 8.4.190, ``utils/nms.py``), in float32 too, so that rounding is
the same.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.decode.candidates import Candidates, Choice

APART = np.float32(7680)
AT_ONCE = 512  # boxes whose overlaps fit into one small table


def suppress(found: Candidates, choice: Choice) -> NDArray[np.intp]:
    """Which of the candidates (boxes as corners) stay: indices, the most confident first, at most ``max_det``."""
    moved = found.boxes
    if not choice.agnostic:
        moved = moved + (found.classes.astype(np.float32) * APART)[:, None]
    return nms(moved, found.scores, choice.iou, choice.max_det)


def nms(boxes: NDArray[np.float32], scores: NDArray[np.float32], iou: float, most: int) -> NDArray[np.intp]:
    """Indices of the boxes that stay.

    Args:
        boxes: ``(n, 4)``: left, top, right, bottom.
        scores: ``(n,)``.
        iou: overlap above which the weaker goes, 0..1.
        most: stop when so many stay.
    """
    order = np.argsort(-scores, kind="stable")
    sides = np.ascontiguousarray(boxes[order].T)
    areas = (sides[2] - sides[0]) * (sides[3] - sides[1])
    kept: list[int] = []
    alive: NDArray[np.bool_] = np.ones(len(order), dtype=bool)
    for start in range(0, len(order), AT_ONCE):
        if len(kept) >= most:
            break
        stop = min(start + AT_ONCE, len(order))
        _against_kept(sides, areas, kept, alive, start, stop, iou)
        _among_themselves(sides, areas, kept, alive, start, stop, iou)
    return order[kept[:most]]


def _against_kept(
    sides: NDArray, areas: NDArray, kept: list[int], alive: NDArray, start: int, stop: int, iou: float
) -> None:
    """Boxes ``start`` to ``stop`` die that overlap one that stays already."""
    for first in range(0, len(kept), AT_ONCE):
        rows = np.array(kept[first : first + AT_ONCE])
        alive[start:stop] &= ~_overlapping(sides, areas, rows, np.arange(start, stop), iou).any(axis=0)


def _among_themselves(
    sides: NDArray, areas: NDArray, kept: list[int], alive: NDArray, start: int, stop: int, iou: float
) -> None:
    """Greedy suppression within one stretch of the sorted boxes; appends those that stay to ``kept``."""
    here: NDArray[np.intp] = start + np.flatnonzero(alive[start:stop])
    table = _overlapping(sides, areas, here, here, iou)
    table &= here[:, None] < here  # the stronger of two only suppresses the weaker
    living: NDArray[np.bool_] = np.ones(len(here), dtype=bool)
    for place in table.any(axis=1).nonzero()[0]:
        if living[place]:
            living &= ~table[place]
    kept += here[living].tolist()


def _overlapping(sides: NDArray, areas: NDArray, rows: NDArray, columns: NDArray, iou: float) -> NDArray[np.bool_]:
    """Whether each of ``rows`` overlaps each of ``columns`` by more than ``iou``."""
    one, other = sides[:, rows, None], sides[:, None, columns]
    zero = np.float32(0)
    wide = np.maximum(np.minimum(one[2], other[2]) - np.maximum(one[0], other[0]), zero)
    high = np.maximum(np.minimum(one[3], other[3]) - np.maximum(one[1], other[1]), zero)
    shared = wide * high
    with np.errstate(divide="ignore", invalid="ignore"):
        overlap = shared / (areas[rows][:, None] + areas[columns] - shared)
    return overlap.astype(np.float64) > iou
