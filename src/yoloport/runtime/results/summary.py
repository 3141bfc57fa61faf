"""Results in words and as plain data, in the form that Ultralytics' ``verbose`` and ``summary`` have (8.4.190)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from yoloport.runtime.results.results import Results


def line(found: Results) -> str:
    """What was found: classes counted, in the order of their numbers; ends in a comma and a space."""
    if found.probs is not None:
        return "".join(f"{found.names[one]} {found.probs.data[one]:.2f}, " for one in found.probs.top5)
    boxes = found.obb if found.obb is not None else found.boxes
    if boxes is None or not len(boxes):
        return "(no detections), "
    counts = sorted(Counter(boxes.cls.astype(int).tolist()).items())
    return "".join(f"{count} {found.names[one]}{'s' * (count > 1)}, " for one, count in counts)


def rows(found: Results, normalize: bool, decimals: int) -> list[dict[str, Any]]:
    """A mapping a detection: ``name``, ``class``, ``confidence``, ``box``, and ``segments`` or ``keypoints``."""
    if found.probs is not None:
        return [_labelled(found, one, float(found.probs.data[one]), decimals) for one in found.probs.top5]
    boxes = found.obb if found.obb is not None else found.boxes
    if boxes is None:
        return []
    scale = np.array(found.orig_shape[::-1] if normalize else (1, 1), float)
    corners = found.obb.xyxyxyxy if found.obb is not None else boxes.xyxy.reshape(-1, 2, 2)
    listed = []
    for place in range(len(boxes)):
        row = _labelled(found, int(boxes.cls[place]), float(boxes.conf[place]), decimals)
        points = _rounded(corners[place] / scale, decimals)
        row["box"] = {f"{axis}{n + 1}": point[i] for n, point in enumerate(points) for i, axis in enumerate("xy")}
        if boxes.id is not None:
            row["track_id"] = int(boxes.id[place])
        row |= _shape_of(found, place, scale, decimals)
        listed.append(row)
    return listed


def _labelled(found: Results, number: int, confidence: float, decimals: int) -> dict[str, Any]:
    return {"name": found.names[number], "class": number, "confidence": round(confidence, decimals)}


def _shape_of(found: Results, place: int, scale: NDArray, decimals: int) -> dict[str, Any]:
    """Outline and keypoints of a detection, as lists of x and of y."""
    shape: dict[str, Any] = {}
    if found.masks is not None:
        shape["segments"] = _by_axis(found.masks.xy[place] / scale, decimals)
    if found.keypoints is not None:
        shape["keypoints"] = _by_axis(found.keypoints.xy[place] / scale, decimals)
        seen = found.keypoints.conf
        if seen is not None:
            shape["keypoints"]["visible"] = _rounded(seen[place], decimals)
    return shape


def _by_axis(points: NDArray, decimals: int) -> dict[str, Any]:
    return {"x": _rounded(points[:, 0], decimals), "y": _rounded(points[:, 1], decimals)}


def _rounded(values: NDArray, decimals: int) -> Any:
    return np.asarray(values, dtype=float).round(decimals).tolist()
