"""Random scenes: (seed, index, size) -> Scene. Python's own generator, so that a scene is the same everywhere."""

from __future__ import annotations

import math
from random import Random
from typing import get_args

from yoloport.datasets.helmet_scenes import palette
from yoloport.datasets.helmet_scenes.scene import (
    Arms,
    Clothes,
    Hair,
    Helmet,
    Kind,
    Light,
    Person,
    Place,
    Prop,
    Scene,
    View,
)

CROWDS = (1, 2, 3, 3, 4, 4, 5, 5, 6, 7, 8)
HAIR: tuple[Hair, ...] = ("bald", *("short",) * 5, "long", "long", "bun", "beanie", "scarf", "hood")
VIEWS: tuple[View, ...] = ("front", "front", "front", "back", "left", "right")


def compose(seed: int, index: int, size: tuple[int, int]) -> Scene:
    """The scene number ``index`` of the series ``seed``; ``size`` is (width, height)."""
    rng = Random(f"helmet-scenes/{seed}/{index}")  # noqa: S311 (pictures, not secrets)
    horizon = size[1] * rng.uniform(0.3, 0.55)
    return Scene(
        size=size,
        place=rng.choice(get_args(Place)),
        horizon=horizon,
        people=tuple(_people(rng, size, horizon)),
        props=tuple(_props(rng, size)),
        light=_light(rng),
        texture=rng.getrandbits(32),
    )


def _people(rng: Random, size: tuple[int, int], horizon: float) -> list[Person]:
    """A crowd, seen by a camera above or below its eyes: nearer heads then stand lower or higher in the picture."""
    count, drop = rng.choice(CROWDS), rng.uniform(-0.8, 1.2)
    largest = 0.27 if count <= 3 else 0.19
    people: list[Person] = []
    for _ in range(count * 4):
        head = size[1] * math.exp(rng.uniform(math.log(0.085), math.log(largest)))
        x = rng.uniform(0.02, 0.98) * size[0]
        y = min(max(horizon + head * (drop + rng.gauss(0, 0.7)), 0.45 * head), size[1] - 0.4 * head)
        if len(people) < count and all(abs(x - p.x) > 0.75 * max(head, p.head) for p in people):
            people.append(_person(rng, x, y, head))
    return sorted(people, key=lambda person: person.head)


def _person(rng: Random, x: float, y: float, head: float) -> Person:
    helmet = _helmet(rng) if rng.random() < 0.55 else None
    hair = rng.choice(HAIR)
    if helmet and hair in ("bun", "beanie", "scarf", "hood"):
        hair = "short"
    vest = rng.choice(palette.VESTS) if rng.random() < 0.45 else None
    return Person(
        x=x,
        y=y,
        head=head,
        view=rng.choice(VIEWS),
        turn=rng.uniform(-1, 1),
        tilt=rng.gauss(0, 9),
        lean=rng.gauss(0, 4),
        skin=palette.varied(rng, rng.choice(palette.SKIN), 7, hue=2),
        hair=hair,
        hair_colour=palette.varied(rng, rng.choice(palette.HAIR), 8),
        beard=rng.random() < 0.25,
        glasses=rng.random() < 0.2,
        mask=rng.random() < 0.07,
        arms=rng.choice(get_args(Arms)),
        build=rng.uniform(0.85, 1.2),
        clothes=Clothes(palette.cloth(rng), palette.cloth(rng), vest),
        helmet=helmet,
    )


def _helmet(rng: Random) -> Helmet:
    return Helmet(
        colour=palette.varied(rng, rng.choice(palette.SHELLS), 14),
        shape=rng.choice(("peak", "peak", "brim", "climber")),
        ridges=rng.choice((0, 1, 1, 3)),
        emblem=rng.random() < 0.4,
        strap=rng.random() < 0.4,
    )


def _props(rng: Random, size: tuple[int, int]) -> list[Prop]:
    return [_prop(rng, rng.choice(get_args(Kind)), size) for _ in range(rng.randint(2, 6))]


def _prop(rng: Random, kind: Kind, size: tuple[int, int]) -> Prop:
    """Round and yellow things are as big as heads and stand where heads do, or they would mislead nobody."""
    high = kind in ("lamp", "hook", "sign", "pipe")
    return Prop(
        kind=kind,
        x=rng.uniform(0.02, 0.98) * size[0],
        y=(rng.uniform(0.05, 0.45) if high else rng.uniform(0.45, 0.98)) * size[1],
        size=size[1] * rng.uniform(0.06, 0.17),
        colour=palette.varied(rng, rng.choice(palette.PAINT), 14),
        near=size[1] * rng.uniform(0.03, 0.2),
        angle=rng.gauss(0, 8),
        mirrored=rng.random() < 0.5,
        helmet=_helmet(rng),
    )


def _light(rng: Random) -> Light:
    warm = rng.gauss(0, 0.05)
    angle = rng.uniform(-math.pi, 0)
    bands = [
        (rng.uniform(-0.2, 1.0), rng.uniform(0.05, 0.35), rng.uniform(-0.4, 0.4)) for _ in range(rng.randint(1, 3))
    ]
    return Light(
        towards=(math.cos(angle), min(math.sin(angle), -0.3)),
        exposure=rng.uniform(0.8, 1.2),
        contrast=rng.uniform(0.85, 1.15),
        tint=(1 - warm, 1.0, 1 + warm),
        vignette=rng.uniform(0, 0.3),
        bands=tuple(bands) if rng.random() < 0.35 else (),
        blur=rng.uniform(0.3, 1.1),
        motion=rng.randint(3, 5) if rng.random() < 0.12 else 0,
        noise=rng.uniform(1, 7),
        jpeg=rng.randint(35, 80) if rng.random() < 0.4 else 0,
    )
