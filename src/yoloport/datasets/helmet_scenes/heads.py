"""A head: skull, face, hair. Measured in head heights from the head's centre; a side view looks along +x."""

from __future__ import annotations

from yoloport.datasets.helmet_scenes.canvas import Pen
from yoloport.datasets.helmet_scenes.palette import darker, lighter, mix
from yoloport.datasets.helmet_scenes.scene import Colour, Person

FRONT = [(0, -0.53), (0.3, -0.48), (0.4, -0.15), (0.37, 0.16), (0.26, 0.42), (0, 0.56),
         (-0.26, 0.42), (-0.37, 0.16), (-0.4, -0.15), (-0.3, -0.48)]  # fmt: skip
SIDE = [(-0.1, -0.54), (0.25, -0.5), (0.42, -0.25), (0.39, -0.08), (0.52, 0.1), (0.4, 0.17), (0.42, 0.3),
        (0.34, 0.5), (0.12, 0.46), (-0.05, 0.36), (-0.3, 0.3), (-0.5, 0.0), (-0.45, -0.38)]  # fmt: skip
FRINGE = [(-0.41, 0.06), (-0.45, -0.3), (-0.3, -0.56), (0, -0.63), (0.3, -0.56), (0.45, -0.3), (0.41, 0.06),
          (0.35, -0.1), (0.26, -0.26), (0, -0.27), (-0.26, -0.24), (-0.35, -0.1)]  # fmt: skip
SIDE_HAIR = [(0.4, -0.28), (0.22, -0.57), (-0.12, -0.62), (-0.48, -0.42), (-0.54, 0.0), (-0.42, 0.34), (-0.22, 0.3),
             (-0.1, 0.1), (-0.02, -0.08), (0.14, -0.12), (0.2, -0.3)]  # fmt: skip
CAP = [(-0.42, -0.12), (-0.45, -0.38), (-0.28, -0.62), (0, -0.68), (0.28, -0.62), (0.45, -0.38), (0.42, -0.12),
       (0.0, -0.05)]  # fmt: skip
SIDE_CAP = [(-0.54, 0.02), (-0.54, -0.38), (-0.3, -0.64), (0.05, -0.69), (0.35, -0.55), (0.46, -0.18), (-0.1, -0.08)]
HOOD = [(0, -0.74), (0.42, -0.6), (0.56, -0.1), (0.5, 0.4), (0.32, 0.62), (-0.32, 0.62), (-0.5, 0.4), (-0.56, -0.1),
        (-0.42, -0.6)]  # fmt: skip


def draw_head(pen: Pen, person: Person) -> None:
    """The head without a helmet. ``pen`` stands at its centre."""
    if person.hair == "hood":
        pen.curve(HOOD, darker(person.clothes.top, 0.15), shade=0.3)
    if person.view == "back":
        _back(pen, person)
    elif person.view == "front":
        _front(pen, person)
    else:
        _side(pen, person)
    _headwear(pen, person)


def _back(pen: Pen, person: Person) -> None:
    for side in (-1, 1):
        pen.oval(side * 0.39, 0.05, 0.07, 0.12, darker(person.skin, 0.12))
    pen.curve(FRONT, person.skin, shade=0.3)
    if person.hair == "bald":
        return
    low = 0.62 if person.hair == "long" else 0.28
    pen.curve([(0, -0.63), (0.36, -0.54), (0.46, -0.1), (0.36, low), (-0.36, low), (-0.46, -0.1), (-0.36, -0.54)],
              person.hair_colour, shade=0.35)  # fmt: skip


def _front(pen: Pen, person: Person) -> None:
    for side in (-1, 1):
        pen.oval(side * 0.39, 0.05, 0.07, 0.12, darker(person.skin, 0.15), shade=0.2)
    pen.curve(FRONT, person.skin, shade=0.26)
    if person.beard and not person.mask:
        pen.curve([(-0.37, 0.08), (-0.3, 0.25), (0, 0.22), (0.3, 0.25), (0.37, 0.08), (0.3, 0.45), (0, 0.6),
                   (-0.3, 0.45)], mix(person.hair_colour, person.skin, 0.15), shade=0.2)  # fmt: skip
    _face(pen.at(person.turn * 0.09, 0), person)
    if person.hair in ("short", "long", "bun"):
        pen.curve(FRINGE, person.hair_colour, shade=0.4)


def _face(pen: Pen, person: Person) -> None:
    dark = darker(person.skin, 0.42)
    for side in (-1, 1):
        pen.oval(side * 0.16, 0.0, 0.065, 0.032, (225, 228, 230))
        pen.oval(side * 0.16, 0.0, 0.034, 0.034, (40, 45, 55))
        pen.stroke([(side * 0.25, -0.08), (side * 0.09, -0.1)], 0.035, mix(person.hair_colour, person.skin, 0.2))
        if person.glasses:
            pen.oval(side * 0.16, 0.01, 0.13, 0.1, (60, 50, 45), alpha=0.55)
    if person.glasses:
        pen.stroke([(-0.38, -0.02), (0.38, -0.02)], 0.025, (45, 42, 40))
    if person.mask:
        pen.curve(
            [(-0.3, 0.12), (0, 0.06), (0.3, 0.12), (0.26, 0.4), (0, 0.52), (-0.26, 0.4)], (222, 214, 200), shade=0.2
        )
        return
    pen.curve([(-0.03, -0.02), (0.03, -0.02), (0.085, 0.18), (0, 0.21), (-0.085, 0.18)], dark, alpha=0.45)
    pen.curve([(-0.13, 0.32), (0, 0.29), (0.13, 0.32), (0, 0.37)], mix(dark, (70, 70, 170), 0.4), alpha=0.85)


def _side(pen: Pen, person: Person) -> None:
    pen.curve(SIDE, person.skin, shade=0.26)
    if person.beard:
        pen.curve([(0.44, 0.2), (0.44, 0.36), (0.34, 0.56), (0.1, 0.48), (-0.06, 0.3), (-0.02, 0.1), (0.16, 0.24)],
                  mix(person.hair_colour, person.skin, 0.15), shade=0.2)  # fmt: skip
    pen.oval(0.29, -0.03, 0.045, 0.03, (220, 224, 228))
    pen.oval(0.31, -0.03, 0.024, 0.03, (40, 45, 55))
    pen.stroke([(0.22, -0.12), (0.36, -0.12)], 0.035, mix(person.hair_colour, person.skin, 0.2))
    pen.stroke([(0.3, 0.3), (0.4, 0.29)], 0.03, darker(person.skin, 0.4))
    if person.hair in ("short", "long", "bun"):
        pen.curve(SIDE_HAIR, person.hair_colour, shade=0.4)
    pen.oval(-0.08, 0.08, 0.085, 0.13, darker(person.skin, 0.14), shade=0.3)
    if person.glasses:
        pen.stroke([(-0.08, -0.02), (0.34, -0.04)], 0.025, (45, 42, 40))
        pen.oval(0.32, 0.0, 0.09, 0.1, (60, 50, 45), alpha=0.6)


def _headwear(pen: Pen, person: Person) -> None:
    """Soft things on a head: none of them is a helmet."""
    wool = person.clothes.trousers
    cap = SIDE_CAP if person.view in ("left", "right") else CAP
    if person.hair == "bun":
        pen.oval(-0.42 if cap is SIDE_CAP else 0.0, -0.62, 0.17, 0.15, person.hair_colour, shade=0.4)
    if person.hair == "beanie":
        _knitted(pen, cap, wool)
    if person.hair == "scarf":
        pen.curve(cap, wool, shade=0.3)
        pen.curve([(-0.4, -0.3), (-0.5, 0.3), (-0.36, 0.62), (-0.26, 0.3), (-0.3, -0.2)], darker(wool, 0.1), shade=0.3)
        pen.curve([(0.4, -0.3), (0.5, 0.3), (0.36, 0.62), (0.26, 0.3), (0.3, -0.2)], darker(wool, 0.1), shade=0.3)
    if person.hair == "hood":
        arc = [(-0.36, 0.2), (-0.4, -0.2), (-0.24, -0.5), (0, -0.56), (0.24, -0.5), (0.4, -0.2), (0.36, 0.2)]
        pen.stroke(arc, 0.16, person.clothes.top)
        if person.view == "back":
            pen.curve(HOOD, person.clothes.top, shade=0.35)


def _knitted(pen: Pen, cap: list[tuple[float, float]], wool: Colour) -> None:
    pen.curve(cap, wool, shade=0.35)
    left, right = min(x for x, _ in cap), max(x for x, _ in cap)
    pen.stroke([(left + 0.05, -0.13), (0, -0.09), (right - 0.05, -0.16)], 0.15, lighter(wool, 0.12))
    for step in range(1, 6):
        x = left + (right - left) * step / 6
        pen.stroke([(x, -0.19), (x, -0.06)], 0.02, darker(wool, 0.25), alpha=0.5)
