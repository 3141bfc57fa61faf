"""Four places to work in, drawn far to near, then put a little out of focus."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
from numpy.random import Generator

from yoloport.datasets.helmet_scenes.canvas import Pen, Pixels
from yoloport.datasets.helmet_scenes.palette import darker, lighter
from yoloport.datasets.helmet_scenes.scene import Colour, Place, Scene

Draw = Callable[[Pen, Scene, Generator], None]


def draw_background(pen: Pen, scene: Scene, rng: Generator) -> None:
    """Fills the whole canvas. ``pen``: at pixel (0, 0), unit 1."""
    DRAWN[scene.place](pen, scene, rng)
    picture = pen.canvas.picture
    cv2.GaussianBlur(picture, (0, 0), float(rng.uniform(0.6, 2.2)), dst=picture)
    picture *= cv2.merge([1 + _grain(rng, scene.size)] * 3)


def _grain(rng: Generator, size: tuple[int, int]) -> Pixels:
    """Stains and grain of walls and floors, coarse and fine, about -0.2 to 0.2."""
    total: Pixels = np.zeros((size[1], size[0]), np.float32)
    for cells, strength in ((6, 0.05), (24, 0.035), (96, 0.03)):
        noise = rng.standard_normal((cells * 3 // 4, cells)).astype(np.float32)
        total += strength * cv2.resize(noise, size, interpolation=cv2.INTER_CUBIC)
    return total


def _pick(rng: Generator, low: Colour, high: Colour) -> Colour:
    share = rng.uniform()
    b, g, r = (round(a + (z - a) * share) for a, z in zip(low, high, strict=True))
    return b, g, r


def _gradient(pen: Pen, top: float, bottom: float, upper: Colour, lower: Colour) -> None:
    height = pen.canvas.picture.shape[0]
    y0, y1 = round(max(top, 0)), round(min(bottom, height))
    ramp = np.linspace(0, 1, max(y1 - y0, 1), dtype=np.float32)[:, None, None]
    blend = (1 - ramp) * np.array(upper, np.float32) + ramp * np.array(lower, np.float32)
    pen.canvas.picture[y0:y1] = blend[: max(y1 - y0, 0)]


def _floor(pen: Pen, scene: Scene, rng: Generator, colour: Colour, lines: Colour) -> None:
    """A floor with joints running to a vanishing point."""
    width, height = scene.size
    _gradient(pen, scene.horizon, height, darker(colour, 0.2), lighter(colour, 0.12))
    vanish = rng.uniform(0.2, 0.8) * width
    for edge in np.linspace(-2, 3, 14):
        pen.stroke([(vanish, scene.horizon), (edge * width, height)], 1.5, lines, alpha=0.35)
    for step in (0.06, 0.16, 0.34, 0.65):
        y = scene.horizon + (height - scene.horizon) * step
        pen.stroke([(0, y), (width, y)], 1.5, lines, alpha=0.3)


def _site(pen: Pen, scene: Scene, rng: Generator) -> None:
    width, height = scene.size
    _gradient(pen, 0, scene.horizon, _pick(rng, (230, 170, 110), (205, 200, 195)), (230, 228, 222))
    _floor(pen, scene, rng, _pick(rng, (80, 110, 140), (130, 140, 150)), (70, 90, 110))
    _crane(pen, rng.uniform(0, 1) * width, scene.horizon, height * 0.5)
    left, concrete = rng.uniform(-0.2, 0.5) * width, _pick(rng, (120, 125, 130), (165, 170, 175))
    storey, bay = height * rng.uniform(0.13, 0.2), width * rng.uniform(0.1, 0.16)
    base = scene.horizon + height * 0.05
    pen.box(left, base - 4 * storey, left + 5 * bay, base, darker(concrete, 0.45), shade=0.2)
    for floor in range(5):
        pen.box(left - 8, base - floor * storey - 7, left + 5 * bay + 8, base - floor * storey + 3, concrete, shade=0.1)
    for column in range(6):
        x = left + column * bay
        pen.box(x - 5, base - 4 * storey, x + 5, base, lighter(concrete, 0.1), shade=0.2)
    _scaffold(pen, rng, rng.uniform(0, 0.7) * width, base + 10, bay * 0.8, storey * 0.9)
    for _ in range(3):
        _stack(pen, rng, rng.uniform(0, 1) * width, scene.horizon + rng.uniform(0.1, 0.4) * height, height * 0.05)


def _crane(pen: Pen, x: float, base: float, tall: float) -> None:
    yellow = (40, 170, 215)
    pen.stroke([(x, base), (x, base - tall)], 5, yellow)
    pen.stroke([(x - tall * 0.3, base - tall), (x + tall * 0.9, base - tall)], 4, yellow)
    stays = [(x - tall * 0.3, base - tall), (x, base - tall * 1.15), (x + tall * 0.9, base - tall)]
    pen.stroke(stays, 1.5, darker(yellow))
    pen.stroke([(x + tall * 0.7, base - tall), (x + tall * 0.7, base - tall * 0.5)], 1.2, (50, 50, 50))


def _scaffold(pen: Pen, rng: Generator, left: float, base: float, bay: float, storey: float) -> None:
    steel = _pick(rng, (90, 100, 105), (60, 160, 200))
    for column in range(4):
        pen.stroke([(left + column * bay, base), (left + column * bay, base - 4 * storey)], 4, steel, shade=0.3)
    for floor in range(1, 5):
        y = base - floor * storey
        pen.box(left - 6, y - 3, left + 3 * bay + 6, y + 3, (80, 125, 165))
        pen.stroke([(left, y - storey * 0.4), (left + 3 * bay, y - storey * 0.4)], 2, steel)
    for column in range(3):
        pen.stroke([(left + column * bay, base), (left + (column + 1) * bay, base - storey)], 2, darker(steel))


def _stack(pen: Pen, rng: Generator, x: float, y: float, unit: float) -> None:
    colour = _pick(rng, (50, 80, 150), (130, 150, 170))
    for row in range(4):
        for column in range(5):
            x0, y0 = x + column * unit * 1.1 + row % 2 * unit * 0.3, y - row * unit * 0.5
            pen.box(x0, y0, x0 + unit * 1.05, y0 + unit * 0.45, darker(colour, float(rng.uniform(0, 0.3))))


def _hall(pen: Pen, scene: Scene, rng: Generator) -> None:
    width, height = scene.size
    wall = _pick(rng, (150, 150, 140), (190, 200, 205))
    _gradient(pen, 0, scene.horizon, darker(wall, 0.35), wall)
    _floor(pen, scene, rng, _pick(rng, (100, 110, 100), (150, 150, 150)), (80, 85, 85))
    left = float(rng.uniform(-0.1, 0.1))
    for x in ((left + 0.16 * pane) * width for pane in range(7)):
        pen.box(x, scene.horizon * 0.25, x + width * 0.11, scene.horizon * 0.62, (240, 235, 225), alpha=0.85)
        pen.box(x + width * 0.05, scene.horizon * 0.25, x + width * 0.06, scene.horizon * 0.62, darker(wall, 0.3))
    _truss(pen, width, scene.horizon * float(rng.uniform(0.08, 0.18)), height * 0.06)
    pen.box(0, scene.horizon * 0.74, width, scene.horizon * 0.8, _pick(rng, (40, 170, 230), (60, 60, 160)), shade=0.3)
    for _ in range(int(rng.integers(2, 5))):
        _machine(pen, rng, rng.uniform(-0.05, 0.95) * width, scene.horizon + height * 0.12, height)
    pen.stroke([(0, height * 0.86), (width, height * rng.uniform(0.7, 0.98))], 7, (50, 190, 225), alpha=0.6)


def _truss(pen: Pen, width: float, y: float, tall: float) -> None:
    pen.stroke([(0, y), (width, y)], 5, (70, 70, 72))
    pen.stroke([(0, y + tall), (width, y + tall)], 5, (70, 70, 72))
    corners = [(x, y + tall * (i % 2)) for i, x in enumerate(np.arange(0, width + 40, 40))]
    pen.stroke(corners, 2.5, (85, 85, 88))


def _machine(pen: Pen, rng: Generator, x: float, base: float, height: float) -> None:
    colour = _pick(rng, (120, 90, 50), (130, 160, 130))
    wide, tall = height * rng.uniform(0.15, 0.35), height * rng.uniform(0.15, 0.32)
    pen.box(x, base - tall, x + wide, base, colour, shade=0.2)
    pen.box(x + wide * 0.1, base - tall * 0.85, x + wide * 0.5, base - tall * 0.5, (60, 55, 50), shade=0.2)
    for lamp in range(4):
        pen.oval(x + wide * (0.6 + 0.1 * lamp), base - tall * 0.75, 4, 4, _pick(rng, (40, 40, 220), (60, 220, 60)))
    pen.stroke([(x + wide * 0.8, base - tall), (x + wide * 0.8, base - tall * 1.5)], 9, darker(colour, 0.2), shade=0.3)


def _street(pen: Pen, scene: Scene, rng: Generator) -> None:
    width, height = scene.size
    _gradient(pen, 0, scene.horizon, _pick(rng, (235, 190, 140), (200, 195, 190)), (228, 225, 220))
    x = -float(rng.uniform(0, 60))
    while x < width:
        wide = width * float(rng.uniform(0.14, 0.3))
        _facade(pen, rng, x, scene.horizon * float(rng.uniform(0.0, 0.35)), x + wide, scene.horizon + 4)
        x += wide
    _gradient(pen, scene.horizon, height, (120, 120, 118), (85, 84, 84))
    pen.box(0, scene.horizon, width, scene.horizon + height * 0.07, (165, 168, 170))
    slant = rng.uniform(-0.15, 0.15) * height
    for left in np.arange(0, width, 110):
        y = height * 0.78 + slant * left / width
        dash = [(left, y), (left + 60, y + slant * 60 / width), (left + 56, y + 9), (left - 4, y + 9)]
        pen.shape(dash, (215, 215, 215))
    for _ in range(int(rng.integers(1, 4))):
        _car(pen, rng, rng.uniform(0, 1) * width, scene.horizon + height * 0.1, height * 0.11)


def _facade(pen: Pen, rng: Generator, x0: float, y0: float, x1: float, y1: float) -> None:
    colour = _pick(rng, (100, 130, 170), (190, 195, 195))
    pen.box(x0, y0, x1, y1, colour, shade=0.1)
    across, step = max(int((x1 - x0) // 26), 1), 30
    glass = _pick(rng, (70, 60, 50), (190, 170, 140))
    for y in range(int(y0) + 10, int(y1) - 18, step):
        for column in range(across):
            left = x0 + (column + 0.25) * (x1 - x0) / across
            pen.box(left, y, left + 13, y + 18, darker(glass, float(rng.uniform(0, 0.4))))


def _car(pen: Pen, rng: Generator, x: float, base: float, tall: float) -> None:
    colour = _pick(rng, (60, 50, 45), (210, 210, 215))
    pen.curve([(x, base), (x, base - tall * 0.5), (x + tall * 0.5, base - tall * 0.6), (x + tall * 0.9, base - tall),
               (x + tall * 2, base - tall), (x + tall * 2.5, base - tall * 0.55), (x + tall * 3, base - tall * 0.45),
               (x + tall * 3, base)], colour, shade=0.25)  # fmt: skip
    low, high = base - tall * 0.58, base - tall * 0.92
    glass = [(x + tall * 0.7, low), (x + tall, high), (x + tall * 1.9, high), (x + tall * 2.25, low)]
    pen.curve(glass, (85, 75, 65))
    for wheel in (0.6, 2.4):
        pen.oval(x + tall * wheel, base, tall * 0.28, tall * 0.28, (35, 35, 36))
        pen.oval(x + tall * wheel, base, tall * 0.14, tall * 0.14, (150, 150, 150))


def _warehouse(pen: Pen, scene: Scene, rng: Generator) -> None:
    width, height = scene.size
    wall = _pick(rng, (90, 95, 100), (160, 165, 170))
    _gradient(pen, 0, scene.horizon, darker(wall, 0.5), wall)
    _floor(pen, scene, rng, _pick(rng, (110, 120, 125), (160, 165, 168)), (90, 95, 98))
    for x in np.linspace(0.1, 0.9, 4) * width:
        pen.oval(x, scene.horizon * 0.08, 22, 6, (235, 250, 255))
    steel, base = _pick(rng, (160, 80, 30), (40, 110, 220)), scene.horizon + height * 0.08
    bay, storey = width * float(rng.uniform(0.14, 0.22)), base * float(rng.uniform(0.22, 0.32))
    for x in np.arange(-bay * rng.uniform(), width, bay):
        for floor in range(4):
            _shelf(pen, rng, float(x), base - floor * storey, bay, storey)
        pen.box(x - 4, base - 4 * storey, x + 4, base, steel, shade=0.3)
    for floor in range(5):
        pen.box(0, base - floor * storey, width, base - floor * storey + 6, (40, 110, 225), shade=0.2)


def _shelf(pen: Pen, rng: Generator, x: float, base: float, bay: float, storey: float) -> None:
    """Cartons on one shelf of a rack."""
    left = x + 6
    while left < x + bay - 12:
        wide, tall = bay * float(rng.uniform(0.18, 0.4)), storey * float(rng.uniform(0.35, 0.8))
        card = rng.uniform() < 0.75
        colour = _pick(rng, *(((70, 120, 165), (130, 170, 200)) if card else ((150, 90, 50), (70, 130, 60))))
        pen.box(left, base - tall, min(left + wide, x + bay - 6), base, colour, shade=0.15)
        pen.box(left + wide * 0.3, base - tall * 0.6, left + wide * 0.6, base - tall * 0.35, (220, 222, 222), alpha=0.8)
        left += wide + 3


DRAWN: dict[Place, Draw] = {"site": _site, "hall": _hall, "street": _street, "warehouse": _warehouse}
