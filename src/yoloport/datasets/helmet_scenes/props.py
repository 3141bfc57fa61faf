"""Things that stand about. Some are as round or as yellow as a helmet, some are helmets that nobody wears:
none is labelled, so a model has to look for the head."""

from __future__ import annotations

from collections.abc import Callable

from yoloport.datasets.helmet_scenes.canvas import Pen
from yoloport.datasets.helmet_scenes.helmets import draw_helmet
from yoloport.datasets.helmet_scenes.palette import darker, lighter, mix
from yoloport.datasets.helmet_scenes.scene import Kind, Prop

WOOD, STEEL = (90, 130, 170), (120, 118, 115)


def draw_prop(pen: Pen, prop: Prop) -> None:
    """Draws one thing. ``pen``: at pixel (0, 0), unit 1."""
    upright = prop.kind in ("post", "boxes", "table", "hook", "barrel")
    DRAWN[prop.kind](pen.at(prop.x, prop.y, unit=prop.size, angle=0 if upright else prop.angle), prop)


def _lamp(pen: Pen, prop: Prop) -> None:
    pen.stroke([(0, -12), (0, -0.5)], 0.06, (40, 40, 42))
    pen.oval(0, 0.1, 1.3, 1.3, (200, 240, 255), alpha=0.25, soft=0.35)
    pen.curve([(-0.2, -0.55), (0.2, -0.55), (0.62, 0.05), (-0.62, 0.05)], darker(prop.colour, 0.4), shade=0.3)
    pen.oval(0, 0.1, 0.42, 0.36, (215, 245, 255), shade=0.1)


def _ball(pen: Pen, prop: Prop) -> None:
    pen.oval(0, 0.5, 0.5, 0.12, (15, 15, 18), alpha=0.4, soft=0.06)
    pen.oval(0, 0, 0.5, 0.5, prop.colour, shade=0.35)
    pen.stroke([(-0.46, -0.1), (0, 0.08), (0.46, -0.1)], 0.04, darker(prop.colour, 0.4))
    pen.oval(pen.canvas.light[0] * 0.2, -0.2, 0.12, 0.1, (255, 255, 255), alpha=0.5, soft=0.06)


def _bucket(pen: Pen, prop: Prop) -> None:
    pen.oval(0, 0.6, 0.55, 0.14, (15, 15, 18), alpha=0.4, soft=0.06)
    pen.shape([(-0.5, -0.5), (0.5, -0.5), (0.38, 0.6), (-0.38, 0.6)], prop.colour, shade=0.35)
    pen.oval(0, -0.5, 0.5, 0.13, darker(prop.colour, 0.5))
    pen.oval(0, -0.47, 0.42, 0.09, darker(prop.colour, 0.7))
    pen.stroke([(-0.5, -0.5), (-0.35, -0.05), (0, 0.1), (0.35, -0.05), (0.5, -0.5)], 0.04, STEEL)


def _sign(pen: Pen, prop: Prop) -> None:
    pen.box(-0.06, 0, 0.06, 9, STEEL, shade=0.3)
    if prop.mirrored:
        pen.shape([(0, -0.7), (0.72, 0.55), (-0.72, 0.55)], (30, 30, 32))
        pen.shape([(0, -0.52), (0.57, 0.46), (-0.57, 0.46)], (40, 205, 245))
        pen.stroke([(0, -0.15), (0, 0.15)], 0.12, (30, 30, 32))
        pen.oval(0, 0.32, 0.07, 0.07, (30, 30, 32))
    else:
        pen.oval(0, 0, 0.6, 0.6, (235, 235, 235), shade=0.08)
        pen.oval(0, 0, 0.54, 0.54, prop.colour, shade=0.08)
        pen.box(-0.36, -0.1, 0.36, 0.1, (235, 235, 235))


def _cone(pen: Pen, prop: Prop) -> None:
    pen.shape([(-0.12, -1), (0.12, -1), (0.45, 0.7), (-0.45, 0.7)], (40, 95, 240), shade=0.3)
    pen.shape([(-0.23, -0.42), (0.23, -0.42), (0.32, 0.02), (-0.32, 0.02)], (232, 232, 235), shade=0.2)
    pen.shape([(-0.6, 0.65), (0.6, 0.65), (0.66, 0.8), (-0.66, 0.8)], (35, 75, 200))


def _barrel(pen: Pen, prop: Prop) -> None:
    pen.oval(0, 1.3, 0.75, 0.2, prop.colour, shade=0.35)
    pen.box(-0.75, -0.9, 0.75, 1.3, prop.colour, shade=0.35)
    for y in (-0.2, 0.55):
        pen.stroke([(-0.75, y), (0, y + 0.14), (0.75, y)], 0.07, darker(prop.colour, 0.25), shade=0.3)
    pen.oval(0, -0.9, 0.75, 0.2, lighter(prop.colour, 0.15), shade=0.1)
    pen.oval(0.3, -0.9, 0.1, 0.04, darker(prop.colour, 0.6))


def _boxes(pen: Pen, prop: Prop) -> None:
    for x, y, grow in ((-0.9, 0.3, 1.0), (0.3, 0.4, 0.9), (-0.4, -0.7, 1.0)):
        colour = mix(WOOD, prop.colour, 0.25 if x < 0 else 0.05)
        pen.box(x, y, x + grow * 1.15, y + grow, colour, shade=0.14)
        pen.box(x + grow * 0.5, y, x + grow * 0.65, y + grow, lighter(colour, 0.25))
        pen.stroke([(x, y), (x + grow * 1.15, y), (x + grow * 1.15, y + grow)], 0.03, darker(colour, 0.4))


def _pipe(pen: Pen, prop: Prop) -> None:
    bend = 9 if prop.mirrored else -9
    path = [(-bend, 0.0), (0.0, 0.0), (0.0, 12.0)]
    pen.stroke(path, 0.5, darker(prop.colour, 0.4))
    pen.stroke(path, 0.4, prop.colour)
    pen.stroke([(x - 0.06, y - 0.08) for x, y in path], 0.09, lighter(prop.colour, 0.5), alpha=0.6)
    pen.oval(0, 0, 0.36, 0.36, prop.colour, shade=0.35)


def _post(pen: Pen, prop: Prop) -> None:
    colour = mix(STEEL, prop.colour, 0.4)
    pen.box(-0.16, -14, 0.16, 14, colour, shade=0.4)
    pen.stroke([(-14, 1.2 + prop.angle * 0.1), (14, 1.2 - prop.angle * 0.1)], 0.17, darker(colour, 0.2))
    pen.box(-0.24, 0.95, 0.24, 1.45, darker(colour, 0.45), shade=0.3)


def _barrier(pen: Pen, prop: Prop) -> None:
    for x in (-1.6, 1.6):
        pen.box(x - 0.09, -0.3, x + 0.09, 1.6, STEEL, shade=0.3)
    pen.box(-2.2, -0.35, 2.2, 0.35, (230, 230, 232), shade=0.08)
    for x in (-2.0, -1.1, -0.2, 0.7, 1.6):
        pen.shape([(x, -0.35), (x + 0.42, -0.35), (x + 0.12, 0.35), (x - 0.3, 0.35)], (40, 45, 200))


def _table(pen: Pen, prop: Prop) -> None:
    """A bench with a helmet on it."""
    for x in (-1.3, 1.3):
        pen.box(x - 0.1, 0.1, x + 0.1, 2.4, darker(WOOD, 0.4), shade=0.2)
    pen.box(-1.6, -0.05, 1.6, 0.16, WOOD, shade=0.1)
    pen.oval(0.1, -0.03, 0.6, 0.07, (15, 15, 18), alpha=0.4, soft=0.05)
    flip = -1 if prop.mirrored else 1
    draw_helmet(pen.at(0, 0.0, flip=flip), prop.helmet, "right" if abs(prop.angle) > 3 else "front")


def _hook(pen: Pen, prop: Prop) -> None:
    """A rail with a helmet hung on it."""
    pen.box(-1.8, -1.15, 1.8, -0.95, WOOD, shade=0.1)
    pen.stroke([(0, -1.0), (0, -0.7)], 0.07, (60, 60, 62))
    draw_helmet(pen.at(0, 0, angle=prop.angle * 2), prop.helmet, "back" if prop.angle > 4 else "right")


def _board(pen: Pen, prop: Prop) -> None:
    pen.box(-0.9, -0.65, 0.9, 0.65, (225, 228, 230), shade=0.06)
    pen.box(-0.9, -0.65, 0.9, -0.3, prop.colour)
    for y in (-0.1, 0.12, 0.34):
        pen.stroke([(-0.7, y), (0.5 - y, y)], 0.07, (110, 105, 100))


DRAWN: dict[Kind, Callable[[Pen, Prop], None]] = {
    "lamp": _lamp, "ball": _ball, "bucket": _bucket, "sign": _sign, "cone": _cone, "barrel": _barrel, "boxes": _boxes,
    "pipe": _pipe, "post": _post, "barrier": _barrier, "table": _table, "hook": _hook, "board": _board,
}  # fmt: skip
