"""A whole person, from the boots up: the head is drawn last but for an arm that may be raised before it."""

from __future__ import annotations

from yoloport.datasets.helmet_scenes.canvas import Pen
from yoloport.datasets.helmet_scenes.heads import draw_head
from yoloport.datasets.helmet_scenes.helmets import draw_helmet
from yoloport.datasets.helmet_scenes.palette import darker, mix
from yoloport.datasets.helmet_scenes.scene import Arms, Colour, Person

REFLECTIVE: Colour = (222, 226, 226)
# elbow and hand of the right arm, from the shoulder; the left arm mirrors it
REACH: dict[Arms, tuple[tuple[float, float], tuple[float, float]]] = {
    "down": ((0.2, 1.3), (0.14, 2.5)),
    "hips": ((0.65, 1.1), (-0.2, 1.9)),
    "raised": ((0.7, 0.2), (0.5, -1.3)),
    "crossed": ((0.2, 1.25), (-0.9, 1.1)),
    "pointing": ((0.8, 0.9), (1.7, 0.3)),
}


def draw_person(pen: Pen, person: Person, number: int) -> None:
    """Draws ``person``; the pixels of its head (and helmet) become the property of head ``number``.

    Args:
        pen: at pixel (0, 0), unit 1.
        number: 1 or more.
    """
    flip = -1 if person.view == "left" else 1
    body = pen.at(person.x, person.y, unit=person.head, angle=person.lean, flip=flip)
    side = person.view in ("left", "right")
    wide = person.build * (0.62 if side else 1.0)
    _legs(body, person, wide)
    if not side:
        _arm(body, person, wide, -1)
    _torso(body, person, wide)
    if person.arms != "crossed":
        _arm(body, person, wide * (0.2 if side else 1), 1)
    body.stroke([(0, 0.3), (0, 0.8)], 0.42, darker(person.skin, 0.22), shade=0.2)
    if person.hair == "long" and person.view != "back":
        body.curve([(-0.5, -0.2), (-0.2, -0.6), (0.2, -0.6), (0.4, -0.1), (0.42, 0.8), (-0.5, 0.85)],
                   darker(person.hair_colour, 0.1), shade=0.3)  # fmt: skip
    head = pen.at(person.x, person.y, unit=person.head, angle=person.lean + person.tilt, flip=flip, owner=number)
    draw_head(head, person)
    if person.helmet:
        draw_helmet(head, person.helmet, person.view)
    if person.arms == "crossed":
        _arm(body, person, wide, 1)


def _legs(body: Pen, person: Person, wide: float) -> None:
    cloth = person.clothes.trousers
    body.oval(0, 7.25, 1.5, 0.22, (15, 15, 18), alpha=0.4, soft=0.12)
    for side in (-1, 1):
        hip, foot = side * 0.36 * wide, side * 0.42 * wide
        body.shape([(hip - 0.42, 3.4), (hip + 0.42, 3.4), (foot + 0.26, 7.0), (foot - 0.26, 7.0)], cloth, shade=0.3)
        body.oval(foot + 0.08, 7.08, 0.36, 0.2, (38, 42, 50), shade=0.2)
    body.stroke([(0, 3.9), (0, 6.8)], 0.05, darker(cloth, 0.45), alpha=0.5)


def _torso(body: Pen, person: Person, wide: float) -> None:
    shoulder, waist = 1.08 * wide, 0.84 * wide
    outline = [(-0.3, 0.6), (0.3, 0.6), (shoulder, 0.9), (shoulder, 1.5), (waist, 2.6), (waist * 1.06, 3.75),
               (-waist * 1.06, 3.75), (-waist, 2.6), (-shoulder, 1.5), (-shoulder, 0.9)]  # fmt: skip
    body.curve(outline, person.clothes.top, shade=0.3)
    vest = person.clothes.vest
    if vest is None:
        if person.view == "front":
            body.stroke([(0, 0.85), (0, 3.5)], 0.05, darker(person.clothes.top, 0.35), alpha=0.7)
        return
    body.curve([(x * 0.94, y + 0.06) for x, y in outline], vest, shade=0.26)
    if person.view == "front":
        body.curve([(-0.3, 0.6), (0.3, 0.6), (0.0, 1.7)], person.clothes.top)
        body.stroke([(0, 1.6), (0, 3.7)], 0.04, darker(vest, 0.5))
    for edge in (-0.55, 0.55):
        body.stroke([(edge * wide, 0.95), (edge * wide, 2.4)], 0.17, REFLECTIVE)
    for low in (2.45, 3.1):
        body.stroke([(-waist * 0.88, low), (0, low + 0.06), (waist * 0.88, low)], 0.19, REFLECTIVE)


def _arm(body: Pen, person: Person, wide: float, side: int) -> None:
    pose: Arms = person.arms if side == 1 or person.arms in ("hips", "crossed") else "down"
    (elbow_x, elbow_y), (hand_x, hand_y) = REACH[pose]
    x, y = 0.92 * wide, 1.15
    sleeve = darker(person.clothes.top, 0.12)
    path = [(side * x, y), (side * (x + elbow_x), y + elbow_y), (side * (x + hand_x), y + hand_y)]
    body.stroke(path, 0.44, darker(sleeve, 0.3))
    body.stroke(path, 0.38, mix(sleeve, person.clothes.top, 0.4), shade=0.25)
    body.oval(path[-1][0], path[-1][1], 0.2, 0.22, person.skin, shade=0.2)
