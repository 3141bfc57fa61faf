"""What is in one picture: plain values, no drawing.

Lengths are pixels unless a name says otherwise; colours are BGR, 0-255. A person's parts are measured in head heights.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Colour = tuple[int, int, int]
View = Literal["front", "back", "left", "right"]
Place = Literal["site", "hall", "street", "warehouse"]
Shape = Literal["peak", "brim", "climber"]
Hair = Literal["bald", "short", "long", "bun", "beanie", "scarf", "hood"]
Arms = Literal["down", "hips", "raised", "crossed", "pointing"]
Kind = Literal[
    "lamp", "ball", "bucket", "sign", "cone", "barrel", "boxes", "pipe", "post", "barrier", "table", "hook", "board"
]

HELMET, HEAD = 0, 1
NAMES = {HELMET: "helmet", HEAD: "head"}


@dataclass(frozen=True)
class Helmet:
    """A safety helmet: its shell's colour and shape, and how many ridges run over it."""

    colour: Colour
    shape: Shape
    ridges: int
    emblem: bool
    strap: bool


@dataclass(frozen=True)
class Clothes:
    """``vest`` is the high-visibility vest's colour, or None."""

    top: Colour
    trousers: Colour
    vest: Colour | None


@dataclass(frozen=True)
class Person:
    """One person. ``x``, ``y`` is the head's centre, ``head`` its height; ``tilt`` turns the head, ``lean`` the body
    (degrees); ``turn`` in -1..1 shifts the face sideways on a front view."""

    x: float
    y: float
    head: float
    view: View
    turn: float
    tilt: float
    lean: float
    skin: Colour
    hair: Hair
    hair_colour: Colour
    beard: bool
    glasses: bool
    mask: bool
    arms: Arms
    build: float
    clothes: Clothes
    helmet: Helmet | None

    @property
    def label(self) -> int:
        """The class number of this person's head."""
        return HEAD if self.helmet is None else HELMET


@dataclass(frozen=True)
class Prop:
    """A thing that is not a head. ``near`` orders it among the people: it hides whoever has a smaller head.
    ``mirrored`` picks one of two forms where a thing has two."""

    kind: Kind
    x: float
    y: float
    size: float
    colour: Colour
    near: float
    angle: float
    mirrored: bool
    helmet: Helmet


@dataclass(frozen=True)
class Light:
    """Light and camera. ``towards`` points at the light; ``bands`` are shadows cast across the picture, as
    (left edge, width, slant) in picture widths; ``jpeg`` is a quality, 0 for none."""

    towards: tuple[float, float]
    exposure: float
    contrast: float
    tint: tuple[float, float, float]
    vignette: float
    bands: tuple[tuple[float, float, float], ...]
    blur: float
    motion: int
    noise: float
    jpeg: int


@dataclass(frozen=True)
class Scene:
    """Everything that decides a picture. ``texture`` seeds the patterns of the background and the sensor's noise."""

    size: tuple[int, int]
    place: Place
    horizon: float
    people: tuple[Person, ...]
    props: tuple[Prop, ...]
    light: Light
    texture: int
