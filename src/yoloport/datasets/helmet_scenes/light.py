"""What light and a camera do to a finished drawing: shadows, tint, blur, sensor noise, JPEG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from yoloport.datasets.helmet_scenes.canvas import Pixels
from yoloport.datasets.helmet_scenes.scene import Light


def expose(picture: Pixels, light: Light, rng: Generator) -> NDArray[np.uint8]:
    """The photograph of ``picture`` (float32 BGR [height, width, 3]): uint8 of the same shape."""
    height, width = picture.shape[:2]
    shadow = _bands(light, width, height) * _vignette(light.vignette, width, height)
    gain = np.array(light.tint, np.float32) * np.float32(light.exposure * light.contrast)
    lit = picture * cv2.merge([shadow * level for level in gain]) + np.float32(118 * (1 - light.contrast))
    lit = cv2.GaussianBlur(lit, (0, 0), light.blur)
    if light.motion:
        lit = cv2.blur(lit, (light.motion, 1))
    noise = rng.standard_normal((height, width), dtype=np.float32) * np.float32(light.noise)
    photo = np.clip(lit + cv2.merge([noise] * 3), 0, 255).astype(np.uint8)
    return _compressed(photo, light.jpeg) if light.jpeg else photo


def _bands(light: Light, width: int, height: int) -> Pixels:
    """Slanting shadows of things outside the picture, with soft edges."""
    shade: Pixels = np.ones((height, width), np.float32)
    for left, wide, slant in light.bands:
        edges = [(left, 0.0), (left + wide, 0.0), (left + wide + slant, 1.0), (left + slant, 1.0)]
        cv2.fillPoly(shade, [np.round(np.array(edges) * (width, height)).astype(np.int32)], 0.62)
    return np.asarray(cv2.GaussianBlur(shade, (0, 0), 4) if light.bands else shade)


def _vignette(strength: float, width: int, height: int) -> Pixels:
    across = np.linspace(-1, 1, width, dtype=np.float32)
    down = np.linspace(-1, 1, height, dtype=np.float32)
    return 1 - np.float32(strength / 2) * (across[None, :] ** 2 + down[:, None] ** 2)


def _compressed(photo: NDArray[np.uint8], quality: int) -> NDArray[np.uint8]:
    _, data = cv2.imencode(".jpg", photo, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR))
