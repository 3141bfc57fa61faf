"""What was found in one picture as plain numbers, and how far two such findings differ."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yoloport.measure.boxes import Box, difference


def found(result: Any) -> dict[str, Any]:
    """Boxes (left, top, right, bottom, confidence, class) or class scores of a result, ours or Ultralytics'."""
    if result.probs is not None:
        return {"scores": [float(score) for score in result.probs.data]}
    rows = result.obb if result.obb is not None else result.boxes
    numbers = zip(rows.xyxy.tolist(), rows.conf.tolist(), rows.cls.tolist(), strict=True)
    return {"boxes": [[*corners, conf, number] for corners, conf, number in numbers]}


def differ(torch: Mapping[str, Any], artifact: Mapping[str, Any]) -> dict[str, Any]:
    """The largest differences, in pixels of the picture and in confidence; of rotated boxes, their upright frames'."""
    if "scores" in torch:
        gaps = [abs(a - b) for a, b in zip(torch["scores"], artifact["scores"], strict=True)]
        return {"confidence": max(gaps, default=0.0), "classes": len(gaps)}
    gap = difference(_boxes(torch), _boxes(artifact))
    counts = {"torch_boxes": gap.first, "artifact_boxes": gap.second, "paired": gap.paired}
    return {**counts, "pixels": gap.pixels, "confidence": gap.confidence}


def _boxes(told: Mapping[str, Any]) -> list[Box]:
    return [Box("", int(row[5]), (row[0], row[1], row[2], row[3]), row[4]) for row in told["boxes"]]
