"""Who can be seen, and where: from the owners of pixels to boxes and Ultralytics' label lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SEEN = 0.3  # a head of which less is seen is not labelled
SMALLEST = 8  # pixels: nor one whose visible part is narrower or lower than this


@dataclass(frozen=True)
class Box:
    """The visible part of one head: class number and corners in pixels, right and bottom edge excluded."""

    label: int
    left: int
    top: int
    right: int
    bottom: int


def visible_box(owner: NDArray[np.int16], number: int, drawn: int, label: int) -> Box | None:
    """The box round what is seen of head ``number``, or None where it is mostly hidden.

    Args:
        owner: whose head each pixel shows, [height, width].
        drawn: how many pixels the head had before anything was drawn over it.
    """
    mine = owner == number
    if drawn == 0 or int(mine.sum()) < SEEN * drawn:
        return None
    columns, rows = mine.any(axis=0).nonzero()[0], mine.any(axis=1).nonzero()[0]
    box = Box(label, int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1)
    return box if min(box.right - box.left, box.bottom - box.top) >= SMALLEST else None


def label_line(box: Box, size: tuple[int, int]) -> str:
    """``class x-centre y-centre width height``, as shares of the picture (width, height): one line of a label file.
    Format: https://docs.ultralytics.com/datasets/detect/"""
    width, height = size
    x, y = (box.left + box.right) / 2 / width, (box.top + box.bottom) / 2 / height
    return f"{box.label} {x:.6f} {y:.6f} {(box.right - box.left) / width:.6f} {(box.bottom - box.top) / height:.6f}"
