"""Bytes that are almost right: a seed with a few things broken in it."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF)
MOST = 1 << 16
"""Bytes of a mutated input; a seed may be longer."""


def mutated(seeds: Sequence[bytes], rng: random.Random) -> bytes:
    """One of the seeds, changed up to eight times; now and then noise."""
    if rng.random() < 0.02:
        return rng.randbytes(rng.randrange(400))
    data = bytearray(rng.choice(seeds))
    for _ in range(rng.randrange(1, 9)):
        if not data:
            break
        rng.choice(CHANGES)(data, rng)
    if rng.random() < 0.05:
        other = rng.choice(seeds)
        data += other[rng.randrange(len(other) + 1) :]
    return bytes(data[: max(MOST, len(seeds[0]))])


def _flip(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set(data: bytearray, rng: random.Random) -> None:
    data[rng.randrange(len(data))] = rng.randrange(256)


def _extreme(data: bytearray, rng: random.Random) -> None:
    """A whole number of one, two or four bytes in either order: sizes and offsets are such."""
    width = rng.choice((1, 2, 4))
    value = rng.choice(EXTREMES) & ((1 << 8 * width) - 1)
    place = rng.randrange(len(data))
    data[place : place + width] = value.to_bytes(width, rng.choice(("little", "big")))


def _cut(data: bytearray, rng: random.Random) -> None:
    del data[rng.randrange(len(data)) :]


def _lose(data: bytearray, rng: random.Random) -> None:
    place = rng.randrange(len(data))
    del data[place : place + rng.randrange(1, 64)]


def _repeat(data: bytearray, rng: random.Random) -> None:
    place = rng.randrange(len(data))
    data[place:place] = data[place : place + rng.randrange(1, 64)] * rng.randrange(1, 4)


def _insert(data: bytearray, rng: random.Random) -> None:
    place = rng.randrange(len(data))
    data[place:place] = rng.randbytes(rng.randrange(1, 16))


CHANGES: tuple[Callable[[bytearray, random.Random], None], ...] = (
    _flip, _flip, _set, _extreme, _extreme, _extreme, _cut, _lose, _repeat, _insert,
)  # fmt: skip
"""Those that keep the length stand more often: formats are full of offsets."""
