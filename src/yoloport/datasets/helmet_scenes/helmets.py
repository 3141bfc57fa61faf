"""Safety helmets, worn and lying about. Measured in head heights; a side view looks along +x."""

from __future__ import annotations

from yoloport.datasets.helmet_scenes.canvas import Pen
from yoloport.datasets.helmet_scenes.palette import darker, lighter
from yoloport.datasets.helmet_scenes.scene import Helmet, View

DOME = [(-0.49, -0.06), (-0.51, -0.42), (-0.34, -0.72), (0, -0.81), (0.34, -0.72), (0.51, -0.42), (0.49, -0.06),
        (0.24, -0.08), (-0.24, -0.08)]  # fmt: skip
SIDE_DOME = [(-0.6, -0.02), (-0.63, -0.4), (-0.4, -0.72), (-0.02, -0.81), (0.34, -0.7), (0.56, -0.4), (0.58, -0.1),
             (0, -0.06)]  # fmt: skip
PEAK = [(-0.5, -0.16), (-0.28, -0.1), (0, -0.08), (0.28, -0.1), (0.5, -0.16), (0.4, 0.03), (0, 0.1), (-0.4, 0.03)]
SIDE_PEAK = [(0.3, -0.22), (0.62, -0.18), (0.94, 0.0), (0.86, 0.04), (0.55, -0.05), (0.3, -0.08)]
RIM = [(-0.64, -0.05), (-0.62, -0.13), (0.3, -0.14), (0.58, -0.16), (0.56, -0.05), (-0.3, 0.0)]


def draw_helmet(pen: Pen, helmet: Helmet, view: View) -> None:
    """The helmet as worn. ``pen`` stands at the head's centre."""
    side = view in ("left", "right")
    if helmet.strap and view != "back":
        _strap(pen, side)
    if side:
        _side(pen, helmet)
    else:
        _front(pen, helmet, view == "front")
    glint_x, glint_y = pen.canvas.light
    pen.oval(pen.flip * glint_x * 0.24, -0.45 + glint_y * 0.18, 0.12, 0.08, (255, 255, 255), alpha=0.5, soft=0.05)


def _strap(pen: Pen, side: bool) -> None:
    if side:
        pen.stroke([(-0.05, -0.08), (0.12, 0.4), (0.22, 0.5)], 0.045, (50, 50, 52))
        return
    for edge in (-1, 1):
        pen.stroke([(edge * 0.38, -0.1), (edge * 0.3, 0.36), (edge * 0.06, 0.54)], 0.045, (50, 50, 52))


def _front(pen: Pen, helmet: Helmet, facing: bool) -> None:
    shell = helmet.colour
    pen.oval(0, -0.04, 0.4, 0.12, (20, 22, 28), alpha=0.4, soft=0.04)
    if helmet.shape == "brim":
        pen.oval(0, -0.07, 0.7, 0.14, darker(shell, 0.22), shade=0.15)
    pen.curve(DOME, shell, shade=0.28)
    _ridges(pen, helmet)
    if facing and helmet.emblem:
        pen.oval(0, -0.38, 0.11, 0.1, darker(shell, 0.55))
        pen.oval(0, -0.38, 0.06, 0.05, lighter(shell, 0.5))
    if helmet.shape == "peak" and facing:
        pen.curve(PEAK, darker(shell, 0.12), shade=0.2)
    elif helmet.shape == "brim":
        pen.curve([(x * 1.38, y * 0.8 - 0.02) for x, y in PEAK], darker(shell, 0.08), shade=0.2)
    else:
        pen.stroke([(-0.47, -0.1), (-0.2, -0.06), (0.2, -0.06), (0.47, -0.1)], 0.07, darker(shell, 0.25))
    if not facing:
        pen.stroke([(-0.36, 0.1), (0.36, 0.1)], 0.07, (52, 50, 50))
        pen.oval(0, 0.1, 0.08, 0.07, (75, 72, 70), shade=0.3)


def _ridges(pen: Pen, helmet: Helmet) -> None:
    for number in range(helmet.ridges):
        x = (number - (helmet.ridges - 1) / 2) * 0.23
        top = -0.8 + abs(x) * 0.25
        pen.shape([(x * 0.7 - 0.045, top), (x * 0.7 + 0.045, top), (x + 0.05, -0.14), (x - 0.05, -0.14)],
                  lighter(helmet.colour, 0.28), shade=0.1)  # fmt: skip
        pen.stroke([(x * 0.7 + 0.05, top + 0.03), (x + 0.055, -0.14)], 0.022, darker(helmet.colour, 0.35), alpha=0.7)


def _side(pen: Pen, helmet: Helmet) -> None:
    shell = helmet.colour
    pen.oval(0.05, -0.04, 0.4, 0.08, (20, 22, 28), alpha=0.4, soft=0.04)
    pen.curve(SIDE_DOME, shell, shade=0.28)
    if helmet.ridges:
        arc = [(-0.52, -0.4), (-0.34, -0.66), (-0.02, -0.75), (0.28, -0.65), (0.48, -0.38)]
        pen.stroke(arc, 0.08, lighter(shell, 0.28))
        pen.stroke([(x * 0.88, y * 0.88 - 0.02) for x, y in arc], 0.022, darker(shell, 0.35), alpha=0.7)
    if helmet.shape == "climber":
        for x in (-0.2, 0.02, 0.24):
            pen.stroke([(x, -0.42), (x + 0.12, -0.36)], 0.05, darker(shell, 0.6))
    pen.curve(RIM, darker(shell, 0.25), shade=0.15)
    if helmet.shape == "brim":
        pen.curve(
            [(-0.9, 0.05), (-0.5, -0.14), (0.5, -0.2), (0.95, -0.04), (0.4, -0.05), (-0.4, 0.0)], darker(shell, 0.1)
        )
    elif helmet.shape == "peak":
        pen.curve(SIDE_PEAK, darker(shell, 0.1), shade=0.2)
