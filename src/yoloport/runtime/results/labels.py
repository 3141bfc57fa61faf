"""Results as lines of a label file, in the form that Ultralytics trains from and its ``save_txt`` writes (8.4.190)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from yoloport.runtime.results.results import Results

LEAST_POINTS = 3  # fewer are no polygon, and no loader would take the line


def lines(found: Results, conf: bool) -> list[str]:
    """A line a detection: class, then box, outline or corners as fractions of the picture's sides, then keypoints.

    Args:
        found: the results; a classified picture gives ``score name`` for its first five classes.
        conf: end each line with the confidence.
    """
    if found.probs is not None:
        return [f"{found.probs.data[one]:.2f} {found.names[one]}" for one in found.probs.top5]
    boxes = found.obb if found.obb is not None else found.boxes
    if boxes is None:
        return []
    written = []
    for place in range(len(boxes)):
        shape = _shape(found, place)
        if shape is None:
            continue
        parts = [float(boxes.cls[place]), *shape.ravel().tolist(), *_points(found, place)]
        parts += [float(boxes.conf[place])] if conf else []
        parts += [float(boxes.id[place])] if boxes.id is not None else []
        written.append(" ".join(f"{part:g}" for part in parts))
    return written


def _shape(found: Results, place: int) -> NDArray | None:
    """Outline, corners or box; ``None`` where an outline has too few points."""
    if found.masks is not None:
        points = found.masks.xyn[place]
        return points if len(points) >= LEAST_POINTS else None
    if found.obb is not None:
        return found.obb.xyxyxyxyn[place]
    return None if found.boxes is None else found.boxes.xywhn[place]


def _points(found: Results, place: int) -> list[float]:
    if found.keypoints is None:
        return []
    parts, seen = found.keypoints.xyn[place], found.keypoints.conf
    if seen is not None:
        parts = np.concatenate((parts, seen[place][:, None]), axis=1)
    return [float(part) for part in parts.ravel()]
