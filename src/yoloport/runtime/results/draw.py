"""Results drawn into a picture."""

from __future__ import annotations

import colorsys
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from yoloport.runtime.results.results import Results

Colour = tuple[int, int, int]
GOLDEN = 0.618033988749895  # steps of the golden ratio keep neighbouring class numbers apart in hue
SEEN = 0.25  # least confidence of a keypoint that is drawn, as upstream's
# The limbs of COCO's 17 keypoints, counted from 0 (COCO: person keypoints, "skeleton").
LIMBS = ((15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8), (7, 9), (8, 10),
         (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6))  # fmt: skip


def colour(number: int) -> Colour:
    """A colour for a class, BGR, the same for the same number always."""
    red, green, blue = colorsys.hsv_to_rgb((number * GOLDEN + 0.02) % 1.0, 0.85, 0.95)
    return int(blue * 255), int(green * 255), int(red * 255)


def drawn(found: Results, conf: bool, labels: bool, line_width: int | None) -> NDArray[np.uint8]:
    """A copy of the picture with masks, boxes, labels, keypoints or class scores in it."""
    picture = found.orig_img.copy()
    picture = np.repeat(picture, 3, axis=2) if picture.shape[2] == 1 else picture
    wide = line_width or max(round(sum(found.orig_shape) / 2 * 0.003), 2)
    if found.probs is not None:
        lines = [f"{found.names[one]} {found.probs.data[one]:.2f}" for one in found.probs.top5]
        for place, text in enumerate(lines):
            _label(picture, text, (4, (place + 1) * (_height(wide) + 4)), (64, 64, 64), wide)
        return picture
    _masks(picture, found)
    _boxes(picture, found, conf, labels, wide)
    if found.keypoints is not None:
        for points in found.keypoints.data:
            _person(picture, points, wide)
    return picture


def _masks(picture: NDArray[np.uint8], found: Results) -> None:
    if found.masks is None or found.boxes is None:
        return
    for mask, number in zip(found.masks.full, found.boxes.cls, strict=True):
        tint = np.array(colour(int(number)), np.uint16)
        picture[mask] = ((picture[mask].astype(np.uint16) + tint) // 2).astype(np.uint8)


def _boxes(picture: NDArray[np.uint8], found: Results, conf: bool, labels: bool, wide: int) -> None:
    boxes = found.obb if found.obb is not None else found.boxes
    if boxes is None:
        return
    corners = found.obb.xyxyxyxy if found.obb is not None else boxes.xyxy.reshape(-1, 2, 2)
    for place in reversed(range(len(boxes))):  # the most confident on top
        number, points = int(boxes.cls[place]), np.round(corners[place]).astype(np.int32)
        if found.obb is not None:
            cv2.polylines(picture, [points], True, colour(number), wide, cv2.LINE_AA)
        else:
            cv2.rectangle(picture, points[0].tolist(), points[1].tolist(), colour(number), wide, cv2.LINE_AA)
        words = [found.names[number]] if labels else []
        words += [f"{float(boxes.conf[place]):.2f}"] if conf else []
        if words:
            _label(picture, " ".join(words), (int(points[0, 0]), int(points[:, 1].min())), colour(number), wide)


def _label(picture: NDArray[np.uint8], text: str, corner: tuple[int, int], ground: Colour, wide: int) -> None:
    """Text on a ground, above the corner where there is room and below it where not."""
    high = _height(wide)
    across = _width(text, high)
    left = min(max(corner[0], 0), max(picture.shape[1] - across, 0))
    top = corner[1] - high if corner[1] >= high else max(corner[1], 0)
    cv2.rectangle(picture, (left, top), (left + across, top + high), ground, -1)
    bright = 0.114 * ground[0] + 0.587 * ground[1] + 0.299 * ground[2]
    ink = (0, 0, 0) if bright > 140 else (255, 255, 255)
    _write(picture, text, (left + 2, top + high - max(high // 4, 3)), ink, high)


def _height(wide: int) -> int:
    """Height of a label in pixels, for a line width."""
    return max(wide * 8, 16)


def _width(text: str, high: int) -> int:
    if hasattr(cv2, "FontFace"):
        return int(cv2.getTextSize((1, 1), text, (0, 0), cv2.FontFace("sans"), round(high * 0.75), 0)[2]) + 4
    return int(cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, high / 32, 1)[0][0]) + 4


def _write(picture: NDArray[np.uint8], text: str, at: tuple[int, int], ink: Colour, high: int) -> None:
    """OpenCV 5 brings a font with Chinese; what OpenCV 4 has is ASCII alone, and other letters become ``?``."""
    if hasattr(cv2, "FontFace"):
        cv2.putText(picture, text, at, ink, cv2.FontFace("sans"), round(high * 0.75))
    else:
        plain = text.encode("ascii", "replace").decode()
        cv2.putText(picture, plain, at, cv2.FONT_HERSHEY_SIMPLEX, high / 32, ink, max(high // 20, 1), cv2.LINE_AA)


def _person(picture: NDArray[np.uint8], points: NDArray[np.float32], wide: int) -> None:
    height, width = picture.shape[:2]
    inside = (points[:, 0] % width != 0) & (points[:, 1] % height != 0)  # on the very edge: cut there, not seen
    seen = inside & ((points[:, 2] >= SEEN) if points.shape[1] == 3 else True)
    places = np.round(points[:, :2]).astype(int).tolist()
    for one, other in LIMBS if len(points) == 17 else ():
        if seen[one] and seen[other]:
            cv2.line(picture, places[one], places[other], colour(one), max(wide // 2, 1), cv2.LINE_AA)
    for number, place in enumerate(places):
        if seen[number]:
            cv2.circle(picture, place, wide, colour(number), -1, cv2.LINE_AA)
