"""A scene on paper: background, then people and things from far to near, then light."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoloport.datasets.helmet_scenes.compose import compose
from yoloport.datasets.helmet_scenes.labels import Box, visible_box
from yoloport.datasets.helmet_scenes.scene import Person, Prop, Scene

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from yoloport.datasets.helmet_scenes.canvas import Pen, Pixels


def draw_scene(seed: int, index: int, size: tuple[int, int]) -> tuple[NDArray[np.uint8], list[Box]]:
    """Draws picture ``index`` of the series ``seed``: always the same one, however many are drawn.

    Args:
        size: (width, height) in pixels.

    Returns:
        The picture (BGR, uint8, [height, width, 3]) and the boxes of the heads that can be seen in it.
    """
    return render(compose(seed, index, size))


def render(scene: Scene) -> tuple[NDArray[np.uint8], list[Box]]:
    """Draws ``scene``; returns what :func:`draw_scene` does."""
    import numpy as np

    from yoloport.datasets.helmet_scenes.backgrounds import draw_background
    from yoloport.datasets.helmet_scenes.canvas import Canvas, Pen
    from yoloport.datasets.helmet_scenes.light import expose

    rng = np.random.default_rng(scene.texture)
    width, height = scene.size
    picture: Pixels = np.zeros((height, width, 3), np.float32)
    owner: NDArray[np.int16] = np.zeros((height, width), np.int16)
    canvas = Canvas(picture, owner, scene.light.towards)
    draw_background(Pen(canvas), scene, rng)
    drawn = _draw_far_to_near(Pen(canvas), scene)
    boxes = [visible_box(owner, i, drawn[i], person.label) for i, person in enumerate(scene.people, 1)]
    return expose(picture, scene.light, rng), [box for box in boxes if box]


def _draw_far_to_near(pen: Pen, scene: Scene) -> dict[int, int]:
    """Draws people and things; returns how many pixels each head (1, 2, ...) had when it was drawn."""
    from yoloport.datasets.helmet_scenes.people import draw_person
    from yoloport.datasets.helmet_scenes.props import draw_prop

    drawn = {}
    people: list[tuple[float, int, Person | Prop]] = [(one.head, i, one) for i, one in enumerate(scene.people, 1)]
    things: list[tuple[float, int, Person | Prop]] = [(one.near, 0, one) for one in scene.props]
    for _, number, thing in sorted([*people, *things], key=lambda each: each[0]):
        if isinstance(thing, Person):
            draw_person(pen, thing, number)
            drawn[number] = int((pen.canvas.owner == number).sum())
        else:
            draw_prop(pen, thing)
    return drawn
