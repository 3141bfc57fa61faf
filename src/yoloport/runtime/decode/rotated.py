"""Suppression of rotated boxes by the overlap of the Gaussians that stand for them.

Overlap: Llerena and others, Gaussian Bounding Boxes and Probabilistic IoU, arXiv:2106.06072. The suppression is the
"fast" one of Ultralytics 8.4.190 (``utils/nms.py``, ``TorchNMS.fast_nms``; ``utils/metrics.py``, ``batch_probiou``;
read 2026-11-24): a box goes if *any* better box overlaps it, even one that goes itself.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.decode.candidates import Candidates, Choice
from yoloport.runtime.decode.suppress import APART

EPS = np.float32(1e-7)
ROWS = 256  # rows of the overlap table at a time: 30,000 candidates would make one of 3.6 GB


def suppress(found: Candidates, choice: Choice) -> NDArray[np.intp]:
    """Which of the candidates (boxes as centre and size, the angle last in ``extra``) stay, most confident first."""
    apart = np.float32(0) if choice.agnostic else APART
    moved = found.boxes[:, :2] + (found.classes.astype(np.float32) * apart)[:, None]
    boxes = np.concatenate((moved, found.boxes[:, 2:4], found.extra[:, -1:]), axis=1)
    order = np.argsort(-found.scores, kind="stable")
    stays = fast_nms(boxes[order], choice.iou)
    return order[stays][: choice.max_det]


def fast_nms(boxes: NDArray[np.float32], iou: float) -> NDArray[np.intp]:
    """Indices that stay of boxes ``(n, 5)``: centre, width, height, angle in radians; the best box first."""
    covered: NDArray[np.bool_] = np.zeros(len(boxes), dtype=bool)
    threshold = np.float32(iou)
    for start in range(0, len(boxes), ROWS):
        rows = np.arange(start, min(start + ROWS, len(boxes)))
        overlap = overlaps(boxes[rows], boxes[start:]) > threshold
        later = np.arange(start, len(boxes)) > rows[:, None]
        covered[start:] |= (overlap & later).any(axis=0)
    return np.flatnonzero(~covered)


def overlaps(one: NDArray[np.float32], other: NDArray[np.float32]) -> NDArray[np.float32]:
    """Probabilistic overlap of each of ``one`` ``(n, 5)`` with each of ``other`` ``(m, 5)``: ``(n, m)``, 0..1."""
    a1, b1, c1 = (part[:, None] for part in _covariance(one))
    a2, b2, c2 = _covariance(other)
    across = one[:, 0][:, None] - other[:, 0]
    down = one[:, 1][:, None] - other[:, 1]
    a, b, c = a1 + a2, b1 + b2, c1 + c2
    spread = a * b - c**2
    first = (a * down**2 + b * across**2) / (spread + EPS) * np.float32(0.25)
    second = c * -across * down / (spread + EPS) * np.float32(0.5)
    own = np.maximum(a1 * b1 - c1**2, 0) * np.maximum(a2 * b2 - c2**2, 0)
    third = np.log(spread / (np.float32(4) * np.sqrt(own) + EPS) + EPS) * np.float32(0.5)
    distance = np.clip(first + second + third, EPS, np.float32(100))
    hellinger = np.sqrt(np.float32(1) - np.exp(-distance) + EPS)
    return np.float32(1) - hellinger


def _covariance(boxes: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """The Gaussian of each box: variance in x, in y, and covariance."""
    wide, high = boxes[:, 2] ** 2 / np.float32(12), boxes[:, 3] ** 2 / np.float32(12)
    cos, sin = np.cos(boxes[:, 4]), np.sin(boxes[:, 4])
    return wide * cos**2 + high * sin**2, wide * sin**2 + high * cos**2, (wide - high) * cos * sin
