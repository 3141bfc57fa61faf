"""Colours, as BGR: what skin, hair, cloth, helmets and painted steel look like under white light."""

from __future__ import annotations

from random import Random

from yoloport.datasets.helmet_scenes.scene import Colour

SKIN: tuple[Colour, ...] = (
    (190, 208, 238), (160, 188, 226), (134, 168, 212), (108, 142, 190), (78, 112, 164), (56, 84, 132), (40, 58, 92),
)  # fmt: skip
HAIR: tuple[Colour, ...] = (
    (28, 26, 26), (34, 38, 48), (36, 52, 78), (58, 88, 128), (96, 146, 186), (150, 150, 152), (40, 60, 120),
)  # fmt: skip
SHELLS: tuple[Colour, ...] = (
    (30, 200, 245), (30, 195, 240), (235, 238, 240), (238, 238, 238), (25, 120, 240), (40, 40, 205), (190, 95, 30),
    (70, 150, 50), (140, 140, 140), (45, 220, 190),
)  # fmt: skip
VESTS: tuple[Colour, ...] = ((40, 235, 205), (45, 240, 225), (20, 110, 250))
CLOTH: tuple[Colour, ...] = (
    (110, 70, 40), (70, 45, 30), (60, 60, 62), (120, 120, 122), (200, 205, 208), (60, 90, 120), (50, 80, 60),
    (50, 50, 140), (140, 120, 80), (80, 110, 150), (35, 35, 38), (170, 140, 110),
)  # fmt: skip
PAINT: tuple[Colour, ...] = (
    (30, 190, 240), (30, 190, 240), (40, 50, 190), (170, 100, 40), (90, 140, 60), (215, 215, 215), (90, 90, 95),
    (30, 110, 220), (70, 110, 160),
)  # fmt: skip


def varied(rng: Random, colour: Colour, spread: float, hue: float = 6) -> Colour:
    """``colour`` a little lighter or darker, and a little off in each channel (both are standard deviations)."""
    lightness = rng.gauss(0, spread)
    b, g, r = (min(max(round(c + lightness + rng.gauss(0, hue)), 5), 250) for c in colour)
    return b, g, r


def cloth(rng: Random) -> Colour:
    """A colour that working clothes have."""
    return varied(rng, rng.choice(CLOTH), 12)


def mix(colour: Colour, other: Colour, share: float) -> Colour:
    """``share`` (0-1) of ``other`` mixed into ``colour``."""
    b, g, r = (round(c + (o - c) * share) for c, o in zip(colour, other, strict=True))
    return b, g, r


def darker(colour: Colour, share: float = 0.3) -> Colour:
    """``colour`` with ``share`` (0-1) of black."""
    return mix(colour, (0, 0, 0), share)


def lighter(colour: Colour, share: float = 0.3) -> Colour:
    """``colour`` with ``share`` (0-1) of white."""
    return mix(colour, (255, 255, 255), share)
