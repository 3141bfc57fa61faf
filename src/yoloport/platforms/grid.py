"""A section's entries as columns and numbered sources, and text that stays aligned where Chinese stands in it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from yoloport.platforms.describe import Entry, Fact, Section
from yoloport.platforms.schema import Language, Words

_KEEP = ("torch", "torchvision", "decision", "rung", "format", "ref", "kind", "address")
"""Columns that stay in their table even where every row has the same."""


@dataclass(frozen=True)
class Grid:
    """``common``: what all entries share; ``columns``: keys with labels of the rest; ``sources``: distinct ones.

    ``numbers``: for each entry the place of its source, from 1; empty where there are fewer than two sources.
    """

    common: tuple[Fact, ...]
    columns: tuple[tuple[str, Words], ...]
    sources: tuple[tuple[str, dt.date | None], ...]
    numbers: tuple[int, ...]


def grid(section: Section) -> Grid:
    """How a section's entries are laid out as a table."""
    labels = {fact.key: fact.label for entry in section.entries for fact in entry.facts}
    common = _common(section.entries)
    shared = {fact.key for fact in common}
    sources = tuple(dict.fromkeys((entry.source, entry.date) for entry in section.entries if entry.source))
    numbers = tuple(sources.index((entry.source, entry.date)) + 1 if entry.source else 0 for entry in section.entries)
    columns = tuple((key, labels[key]) for key in _order(section.entries) if key not in shared)
    return Grid(common, columns, sources, numbers if len(sources) > 1 else ())


def cell(entry: Entry, key: str) -> Fact | None:
    """The entry's fact under this key."""
    return next((fact for fact in entry.facts if fact.key == key), None)


def _order(entries: Sequence[Entry]) -> list[str]:
    """Keys of all entries in the order that each of them keeps."""
    order: list[str] = []
    for entry in entries:
        place = 0
        for fact in entry.facts:
            if fact.key not in order:
                order.insert(place, fact.key)
            place = order.index(fact.key) + 1
    return order


def _common(entries: Sequence[Entry]) -> tuple[Fact, ...]:
    if len(entries) < 2:
        return ()
    first = entries[0].facts[0].key
    return tuple(
        fact
        for fact in entries[0].facts
        if fact.key not in (first, *_KEEP) and all(cell(entry, fact.key) == fact for entry in entries[1:])
    )


def width(text: str) -> int:
    """Columns of a terminal that the text takes; a Chinese character takes two."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def pad(text: str, columns: int) -> str:
    """The text with spaces after it, up to this many columns."""
    return text + " " * (columns - width(text))


def wrap(text: str, columns: int) -> list[str]:
    """Lines of at most this many columns, broken at spaces and between Chinese characters; a long word stays whole."""
    lines, line = [], ""
    for word in _words(text):
        if line and width(line + word.rstrip()) > columns:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def table(rows: Sequence[Sequence[str]], columns: Sequence[int], gap: int = 2) -> Iterator[str]:
    """Lines of a table whose cells are wrapped to these widths."""
    for row in rows:
        cells = [wrap(text, limit) for text, limit in zip(row, columns, strict=True)]
        for number in range(max(map(len, cells))):
            parts = [pad(c[number] if number < len(c) else "", limit) for c, limit in zip(cells, columns, strict=True)]
            yield (" " * gap).join(parts).rstrip()


def read_on(language: Language) -> str:
    """The words between a source and the day it was read."""
    return "，查阅于 " if language == "zh" else ", read "


def _words(text: str) -> list[str]:
    # A Chinese character with the punctuation after it, or anything up to a space or the next Chinese character.
    return re.findall(r"[\u2e80-\u9fff][\u3000-\u303f\uff00-\uffef]*\s*|[^\s\u2e80-\u9fff]+\s*", text)
