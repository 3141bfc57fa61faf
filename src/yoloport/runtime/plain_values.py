"""Plain values from an artifact's metadata, each checked by a function of its own.

By hand, since a first detection waits for it: importing pydantic and building two models took as long as importing
OpenCV, and 14 MB (measured 2026-11-28, pydantic 2.14).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

Reader = Callable[[Any], Any]


class Wrong(ValueError):
    """A value that cannot be.

    Attributes:
        key: where it stands, parted by points.
        why: what is wrong with it.
    """

    def __init__(self, why: str, key: str = "") -> None:
        super().__init__(why)
        self.key, self.why = key, why


def each(found: object, readers: Mapping[str, Reader], needed: Sequence[str] = ()) -> dict[str, Any]:
    """The values of a mapping, each read by its key's reader.

    Args:
        found: what a file said.
        readers: by key.
        needed: keys that must be there.

    Raises:
        Wrong: naming the key; also for one that is unknown or missing.
    """
    if not isinstance(found, Mapping):
        raise Wrong("is no list of keys and values")
    strange = [str(key) for key in found if key not in readers]
    if strange:
        raise Wrong("no such key is known", strange[0][:80])
    for key in needed:
        if key not in found:
            raise Wrong("is missing", key)
    return {key: _read(readers[key], value, key) for key, value in found.items()}


def whole(least: int, most: int) -> Reader:
    """Reads a whole number between two, also as text."""

    def read(value: Any) -> int:
        """The number, of an ``int``, a text or a ``float`` without a fraction."""
        if isinstance(value, str) and value.isdecimal() and len(value) < 20:
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if type(value) is not int or not least <= value <= most:
            raise Wrong(f"is a whole number from {least} to {most}")
        return value

    return read


def number(value: Any) -> float:
    """Reads a number that is finite."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _finite(value):
        raise Wrong("is a number")
    return float(value)


def text(value: Any) -> str:
    """Reads a text."""
    if not isinstance(value, str):
        raise Wrong("is a text")
    return value


def flag(value: Any) -> bool:
    """Reads true or false."""
    if value not in (True, False):  # 0 and 1 too
        raise Wrong("is true or false")
    return bool(value)


def one_of(allowed: Sequence[str]) -> Reader:
    """Reads one of these words."""

    def read(value: Any) -> str:
        """The word, as it is."""
        if not isinstance(value, str) or value not in allowed:
            raise Wrong(f"is one of {', '.join(allowed)}")
        return value

    return read


def several(reader: Reader, least: int, most: int = 0) -> Reader:
    """Reads a list of so many values, or of a number between two."""

    def read(value: Any) -> tuple[Any, ...]:
        """The values, each read; a wrong one is told with its place."""
        if not isinstance(value, (list, tuple)) or not least <= len(value) <= max(least, most):
            raise Wrong(f"is a list of {least}" + (f" to {most}" if most else ""))
        return tuple(_read(reader, one, str(place)) for place, one in enumerate(value))

    return read


def by_key(keys: Reader, values: Reader, least: int = 0) -> Reader:
    """Reads a mapping whose keys are all of one kind, and whose values are of one kind."""

    def read(value: Any) -> dict[Any, Any]:
        """The mapping, keys and values read; a wrong one is told with its key."""
        if not isinstance(value, Mapping) or len(value) < least:
            raise Wrong(f"is a list of at least {least} keys and values")
        return {_read(keys, key, str(key)[:80]): _read(values, one, str(key)[:80]) for key, one in value.items()}

    return read


def _read(reader: Reader, value: Any, key: str) -> Any:
    try:
        return reader(value)
    except Wrong as wrong:
        raise Wrong(wrong.why, f"{key}.{wrong.key}" if wrong.key else key) from None


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # a whole number of 400 digits
        return False
