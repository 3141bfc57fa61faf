"""Known lines in a log: what they mean, and what to do. A log of gigabytes is read piece by piece."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from pydantic import Field, ValidationError, field_validator, model_validator

from yoloport.doctor.clues import clues
from yoloport.platforms.load import BadPlatformFolder, folder_of, names, toml
from yoloport.platforms.schema import Strict, Words

GENERAL = Path(__file__).parent / "general"
LONGEST = 10_000
"""Characters of a line that are looked at: of a longer one its beginning and its end."""
SHOWN = 300
PIECE = 1 << 17
"""Characters that a pattern is tried on at once; only where it fits are the lines looked at one by one."""


@dataclass(frozen=True)
class Message:
    """A line that is known, or a family of lines that differ in a code.

    Args:
        id: stable, so that documents and issues can name it.
        pattern: put to each line; a family has a group named ``code``.
        numbers: by code, what this member of the family says.
        platform: whose folder it is from; empty where it belongs to no vendor.
        clues: plain texts of which at least one is in every such line; empty where there are none.
    """

    id: str
    pattern: re.Pattern[str]
    numbers: Mapping[str, Words]
    meaning: Words
    remedy: Words
    command: str
    source: str
    date: dt.date
    see: str
    platform: str
    example: str
    clues: tuple[str, ...] = ()

    def may_be_in(self, text: str) -> bool:
        """A quick look, before the lines of the text are looked at one by one."""
        return (not self.clues or any(clue in text for clue in self.clues)) and bool(self.pattern.search(text))


@dataclass(frozen=True)
class Explanation:
    """A known line that stands in the log: where it stands first, how often, and what is known of it.

    ``line`` is cut to 300 characters around what was recognised, without colours and control characters.
    """

    message: str
    number: int
    line: str
    meaning: Words
    remedy: Words
    command: str
    source: str
    see: str
    platform: str
    code: str = ""
    count: int = 1


class Entry(Strict):
    """One ``[[message]]`` of a ``messages.toml``. ``example``: a line as it is found in logs."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    pattern: str
    numbers: dict[str, Words] = Field(default_factory=dict)
    meaning: Words
    remedy: Words
    command: str = ""
    source: str = Field(min_length=1)
    date: dt.date
    see: str = ""
    example: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return pattern

    @model_validator(mode="after")
    def _names_its_code(self) -> Entry:
        if self.numbers and "code" not in re.compile(self.pattern).groupindex:
            raise ValueError("has numbers, and its pattern has no group named code")
        return self


def messages() -> tuple[Message, ...]:
    """All known messages: those of no vendor first, then the platforms' in alphabetical order.

    Raises:
        BadPlatformFolder: a file is not TOML, has a wrong key or a bad pattern, or an id stands there twice.
    """
    found = list(_in_folder(GENERAL, "", "docs/en/doctor.md"))
    for name in names():
        found += _in_folder(folder_of(name), name, f"docs/en/platforms/{name}.md")
    return tuple(found)


def _in_folder(folder: Path, platform: str, see: str) -> Iterator[Message]:
    seen: set[str] = set()
    for file in sorted(folder.glob("messages*.toml")):
        for told in toml(file).get("message", []):
            entry = _entry(file, told)
            if entry.id in seen:
                raise BadPlatformFolder(file, entry.id, "stands there twice")
            seen.add(entry.id)
            values: dict[str, Any] = {name: getattr(entry, name) for name in Entry.model_fields}
            values |= {"pattern": re.compile(entry.pattern, re.MULTILINE), "see": entry.see or see}
            yield Message(platform=platform, clues=clues(entry.pattern), **values)


def _entry(file: Path, told: object) -> Entry:
    try:
        return Entry.model_validate(told)
    except ValidationError as error:
        # A misspelt key is told before the right one that is therefore missing.
        first = min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")
        name = told.get("id", "message") if isinstance(told, dict) else "message"
        raise BadPlatformFolder(file, ".".join(map(str, (name, *first["loc"]))), first["msg"]) from error


def lines_of(stream: BinaryIO) -> Iterator[str]:
    """The lines of a log, whatever its bytes; of a line without end no more than a piece is held at a time."""
    while start := stream.readline(LONGEST * 4):
        end = start
        while end and not end.endswith(b"\n"):
            end = stream.readline(LONGEST * 4)
            start += end[-LONGEST:] if end else b""
            start = start if len(start) <= LONGEST * 8 else start[:LONGEST] + b" ... " + start[-LONGEST:]
        yield start.decode("utf-8", "replace")


def explain(lines: Iterable[str], messages: Sequence[Message]) -> tuple[Explanation, ...]:
    """What is known in this log, in the order in which it appears; each message once, with a count.

    Args:
        lines: the log, line by line; an open file will do. Only what was found is kept in memory.
        messages: what to look for (:func:`messages`).
    """
    found: dict[tuple[str, str, str], Explanation] = {}
    for first, piece in _pieces(lines):
        text = "\n".join(piece)
        for message in messages:
            if message.may_be_in(text):
                _note(found, message, first, piece)
    return tuple(sorted(found.values(), key=lambda one: one.number))


def _note(found: dict[tuple[str, str, str], Explanation], message: Message, first: int, piece: Sequence[str]) -> None:
    for number, line in enumerate(piece, first):
        fit = message.pattern.search(line)
        if fit is None:
            continue
        said = fit.groupdict().get("code") or ""
        code = said if said in message.numbers else ""
        key = (message.platform, message.id, code)
        seen = found.get(key)
        found[key] = replace(seen, count=seen.count + 1) if seen else _explanation(message, code, number, line, fit)


def _explanation(message: Message, code: str, number: int, line: str, fit: re.Match[str]) -> Explanation:
    return Explanation(
        message=message.id,
        number=number,
        line=_shown(line, fit.start()),
        meaning=message.numbers.get(code, message.meaning),
        remedy=message.remedy,
        command=message.command,
        source=message.source,
        see=message.see,
        platform=message.platform,
        code=code,
    )


def _pieces(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    """Lines in bundles of about ``PIECE`` characters, each with the number of its first line."""
    piece: list[str] = []
    size, first = 0, 1
    for number, line in enumerate(lines, 1):
        short = _cut(line.rstrip("\r\n"))
        piece.append(short)
        size += len(short) + 1
        if size >= PIECE:
            yield first, piece
            piece, size, first = [], 0, number + 1
    if piece:
        yield first, piece


def _cut(line: str) -> str:
    """At most ``LONGEST`` characters: a progress bar's line holds what matters at its end."""
    return line if len(line) <= LONGEST else f"{line[: LONGEST // 2 - 3]} ... {line[3 - LONGEST // 2 :]}"


def _shown(line: str, place: int) -> str:
    start = max(0, min(place - SHOWN // 4, len(line) - SHOWN))
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[\x00-\x1f\x7f-\x9f]", " ", line[start : start + SHOWN]).strip()
