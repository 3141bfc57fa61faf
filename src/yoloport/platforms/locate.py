"""Find the line of a TOML file that a key stands on: the parser of Python's library does not tell."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from yoloport.platforms.toml_file import loads


def line_of(file: Path, loc: Sequence[str | int]) -> int:
    """The line, from 1, of the key that ``loc`` leads to, or of the nearest table above it; 0 where there is none.

    The key stands in the statement that ends the shortest beginning of the file in which the parser finds it. So
    nested tables, arrays over several lines and headers in strings are understood as the parser understands them.

    Args:
        file: a TOML file.
        loc: keys and places in lists, as pydantic gives them, such as ``("product", 0, "chips")``.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return 0
    for length in range(len(loc), 0, -1):
        if _holds(loads("\n".join(lines)), loc[:length]):
            begin, end = _statement(lines, loc[:length])
            return _within(lines, begin, end, loc[:length])
    return 0


def _statement(lines: Sequence[str], loc: Sequence[str | int]) -> tuple[int, int]:
    """First line, from 0, of the statement that brings ``loc``, and the line behind its last."""
    low, high = 0, len(lines)  # keys only ever come in addition: what a beginning holds, a longer one does
    while low < high:
        middle = (low + high) // 2
        end, told = _next_whole(lines, middle)
        low, high = (low, middle) if _holds(told, loc) else (end + 1, high)
    end, _ = _next_whole(lines, low)
    begin = end - 1
    while begin > 0 and loads("\n".join(lines[:begin])) is None:
        begin -= 1
    return begin, end


def _next_whole(lines: Sequence[str], count: int) -> tuple[int, dict[str, Any] | None]:
    """The shortest beginning of at least ``count`` lines that the parser takes, and what it holds."""
    for end in range(count, len(lines)):
        told = loads("\n".join(lines[:end]))
        if told is not None:
            return end, told
    return len(lines), loads("\n".join(lines))


def _holds(told: Any, loc: Sequence[str | int]) -> bool:
    for key in loc:
        there = key < len(told) if isinstance(told, list) and isinstance(key, int) else isinstance(told, dict)
        if not there or (isinstance(told, dict) and key not in told):
            return False
        told = told[key]
    return True


def _within(lines: Sequence[str], begin: int, end: int, loc: Sequence[str | int]) -> int:
    """The line of the last key in a statement of several lines, such as a list of inline tables."""
    names = [key for key in loc if isinstance(key, str)]
    before = loc[-2] if len(loc) > 1 and loc[-1] == names[-1] else 0
    said = re.compile(rf"(?<![\w-])[\"']?{re.escape(names[-1])}[\"']?\s*=")
    found = [number for number in range(begin, end) if said.search(lines[number])]
    nth = before if isinstance(before, int) else 0
    return (found[min(nth, len(found) - 1)] if found and end - begin > 1 else begin) + 1
