"""A picture that knows whose head each pixel shows, and a pen that draws on it in a person's own measure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from yoloport.datasets.helmet_scenes.scene import Colour

Pixels: TypeAlias = NDArray[np.float32]
Points: TypeAlias = NDArray[np.float64]
Outline: TypeAlias = Sequence[tuple[float, float]] | Points
Window = tuple[int, int, int, int]  # left, top, right, bottom: pixels, right and bottom edge excluded
SHIFT = 4  # fractional bits of OpenCV's drawing coordinates: edges fall between pixels


@dataclass(frozen=True)
class Canvas:
    """``picture``: float32 [height, width, 3], BGR 0-255. ``owner``: int16 [height, width], 0 where no head shows,
    else the head's number. ``light`` points from the scene towards the light."""

    picture: Pixels
    owner: NDArray[np.int16]
    light: tuple[float, float]

    def fill(
        self, outlines: list[Points], colour: Colour, shade: float, alpha: float, soft: float, owner: int | None
    ) -> None:
        """Paints the union of closed outlines, anti-aliased.

        Args:
            outlines: each [n, 2], pixels.
            shade: how much lighter the side towards the light is (0 flat, 0.5 strong).
            alpha: opacity, 0-1. soft: edge blur in pixels.
            owner: whose pixels these become; None leaves them whose they were.
        """
        margin = 2 + 3 * soft
        every = np.concatenate(outlines)
        height, width = self.owner.shape
        x0, y0 = np.clip(np.floor(every.min(axis=0) - margin), 0, (width, height)).astype(int)
        x1, y1 = np.clip(np.ceil(every.max(axis=0) + margin), 0, (width, height)).astype(int)
        if x0 >= x1 or y0 >= y1:
            return
        mask = np.zeros((y1 - y0, x1 - x0), np.uint8)
        for outline in outlines:
            fixed = np.round((outline - (x0, y0)) * (1 << SHIFT)).astype(np.int32)
            cv2.fillPoly(mask, [fixed], 255, cv2.LINE_AA, SHIFT)
        if soft:
            mask = cv2.GaussianBlur(mask, (0, 0), soft)
        self._blend(mask, alpha, colour, self._shading(every, (x0, y0, x1, y1), shade), (x0, y0, x1, y1))
        if owner is not None:
            self.owner[y0:y1, x0:x1][mask > 127] = owner

    def _blend(self, mask: NDArray[np.uint8], alpha: float, colour: Colour, shading: Pixels, window: Window) -> None:
        """Mixes a colour into a window of the picture, channel by channel: numpy is slow on rows of three. A long thin
        shape touches few of its window's pixels, so only those are computed."""
        x0, y0, x1, y1 = window
        thin = cv2.countNonZero(mask) * 4 <= mask.size
        where = mask.nonzero() if thin else (slice(None), slice(None))
        weight, shading = mask[where].astype(np.float32) * np.float32(alpha / 255), shading[where]
        for channel, level in enumerate(colour):
            part = self.picture[y0:y1, x0:x1, channel]
            under = part[where]
            part[where] = under + (shading * np.float32(level) - under) * weight

    def _shading(self, every: Points, window: Window, shade: float) -> Pixels:
        """By how much a colour is multiplied over a window: above 1 on the side towards the light."""
        x0, y0, x1, y1 = window
        if not shade:
            return np.ones((y1 - y0, x1 - x0), np.float32)
        low, high = every.min(axis=0), every.max(axis=0)
        centre, half = (low + high) / 2, np.maximum((high - low) / 2, 1)
        across = ((np.arange(x0, x1) - centre[0]) / half[0] * self.light[0]).astype(np.float32)
        down = ((np.arange(y0, y1) - centre[1]) / half[1] * self.light[1]).astype(np.float32)
        return 1 + np.float32(shade) * np.clip(across[None, :] + down[:, None], -1, 1)


@dataclass(frozen=True)
class Pen:
    """Draws in its own measure: the point (0, 0) lies at pixel (x, y), 1 is ``unit`` pixels, turned by ``angle``
    degrees, mirrored where ``flip`` is -1. What it draws belongs to head ``owner`` (0: to none)."""

    canvas: Canvas
    x: float = 0.0
    y: float = 0.0
    unit: float = 1.0
    angle: float = 0.0
    flip: int = 1
    owner: int = 0

    def at(self, x: float, y: float, **changes: float | int) -> Pen:
        """The same pen with its origin moved to a point of its own measure."""
        px, py = self.pixels([(x, y)])[0]
        return replace(self, x=float(px), y=float(py), **changes)  # type: ignore[arg-type]

    def pixels(self, points: Outline) -> Points:
        """Points of this pen's measure as pixels, [n, 2]."""
        turn = math.radians(self.angle)
        cos, sin = math.cos(turn), math.sin(turn)
        local = np.asarray(points, np.float64) * (self.flip, 1)
        turned = local @ np.array([[cos, sin], [-sin, cos]])
        return turned * self.unit + (self.x, self.y)

    def shape(self, points: Outline, colour: Colour, shade: float = 0.0, alpha: float = 1.0, soft: float = 0.0) -> None:
        """A filled polygon. What is translucent hides nobody, so it leaves the owners alone."""
        owner = self.owner if alpha > 0.6 else None
        self.canvas.fill([self.pixels(points)], colour, shade, alpha, soft * self.unit, owner)

    def curve(self, points: Outline, colour: Colour, shade: float = 0.0, alpha: float = 1.0, soft: float = 0.0) -> None:
        """A filled outline with its corners rounded."""
        self.shape(rounded(points), colour, shade, alpha, soft)

    def oval(
        self,
        x: float,
        y: float,
        rx: float,
        ry: float,
        colour: Colour,
        shade: float = 0.0,
        alpha: float = 1.0,
        soft: float = 0,
    ) -> None:
        """A filled ellipse round (x, y)."""
        self.shape(ring(x, y, rx, ry), colour, shade, alpha, soft)

    def box(
        self, x0: float, y0: float, x1: float, y1: float, colour: Colour, shade: float = 0.0, alpha: float = 1.0
    ) -> None:
        """A filled rectangle."""
        self.shape([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, shade, alpha)

    def stroke(self, points: Outline, width: float, colour: Colour, shade: float = 0.0, alpha: float = 1.0) -> None:
        """A line through points with round joints and ends."""
        path = self.pixels(points)
        radius = width * self.unit / 2
        parts = [ring(x, y, radius, radius, 14) for x, y in path]
        for start, end in pairwise(path):
            along = (end - start) / max(float(np.hypot(*(end - start))), 1e-6)
            side = np.array([-along[1], along[0]]) * radius
            parts.append(np.array([start + side, end + side, end - side, start - side]))
        self.canvas.fill(parts, colour, shade, alpha, 0.0, self.owner if alpha > 0.6 else None)


def ring(x: float, y: float, rx: float, ry: float, corners: int = 40) -> Points:
    """An ellipse as a polygon, [corners, 2]."""
    turn = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return np.stack([x + rx * np.cos(turn), y + ry * np.sin(turn)], axis=1)


def rounded(points: Outline) -> Points:
    """A closed polygon with its corners cut three times (Chaikin's scheme), which leaves a smooth curve."""
    outline = np.asarray(points, np.float64)
    for _ in range(3):
        after = np.roll(outline, -1, axis=0)
        outline = np.stack([0.75 * outline + 0.25 * after, 0.25 * outline + 0.75 * after], axis=1).reshape(-1, 2)
    return outline
