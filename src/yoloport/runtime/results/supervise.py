"""Results for the library ``supervision`` (Roboflow), if it is installed."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from yoloport.runtime.results.results import Results


def converted(found: Results) -> Any:
    """``Detections`` with class names, masks at the picture's size and corners of rotated boxes; ``KeyPoints`` for
    poses; ``Classifications`` for a classified picture.

    Names and shapes are those of supervision 0.31.2, ``from_ultralytics`` in ``detection/core.py`` and
    ``key_points/core.py`` (read 2026-11-24); ``keypoint_confidence`` is there from 0.29 on.
    """
    try:
        supervision: Any = import_module("supervision")
    except ImportError:
        raise ImportError("to_supervision() needs the library supervision: pip install supervision") from None
    if found.probs is not None:
        scores = found.probs.data.numpy()
        return supervision.Classifications(class_id=np.arange(len(scores)), confidence=scores)
    boxes = found.obb if found.obb is not None else found.boxes
    if boxes is None:
        return supervision.Detections.empty()
    classes = boxes.cls.numpy().astype(int)
    labels = np.array([found.names[one] for one in classes], dtype=str)
    if found.keypoints is not None:
        seen = found.keypoints.conf
        return supervision.KeyPoints(
            xy=found.keypoints.xy.numpy(),
            class_id=classes,
            keypoint_confidence=None if seen is None else seen.numpy(),
            detection_confidence=boxes.conf.numpy(),
            data={"class_name": labels},
        )
    extra = {"class_name": labels}
    if found.obb is not None:
        extra["xyxyxyxy"] = found.obb.xyxyxyxy.numpy()
    return supervision.Detections(
        xyxy=boxes.xyxy.numpy(),
        mask=None if found.masks is None else found.masks.full.numpy(),
        confidence=boxes.conf.numpy(),
        class_id=classes,
        tracker_id=None if boxes.id is None else boxes.id.numpy().astype(int),
        data=extra,
    )
