"""A check: one question to the facts, and what is said where the answer is bad.

The question is a function that yields a :class:`Found` for each fault; the words, in two languages, stand in
``checks.toml`` beside it. So a check is tested on facts, and its text is read like a document.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from yoloport.host.facts import Answer, Card, Host, NotUnderstood, Surroundings
from yoloport.platforms.schema import Platform, Words

Level = Literal["blocked", "warning", "note"]
LEVELS: tuple[Level, ...] = ("blocked", "warning", "note")


@dataclass(frozen=True)
class Case:
    """What a check may look at: the machine, the platforms, and what the user wants of them.

    Args:
        host: what a plan sees, too.
        around: engine, packages, tools' answers, limits.
        platforms: every platform that is known, by name.
        wanted: the platform that the user named, or that the machine's cards and processor say; None where no
            platform fits.
        asked: whether the user named it.
        image: the image that the user asked about; empty for none.
        cards: by platform, what the vendor's tool lists.
        misread: answers of tools that their parser did not understand.
    """

    host: Host
    around: Surroundings
    platforms: Mapping[str, Platform]
    wanted: Platform | None
    asked: bool = False
    image: str = ""
    cards: Mapping[str, tuple[Card, ...]] = field(default_factory=dict)
    misread: tuple[tuple[str, Answer, NotUnderstood], ...] = ()


@dataclass(frozen=True)
class Found:
    """A fault, as the values that go into the words; ``variant`` picks other words of the same check.

    A value may be in both languages itself. In a command to paste a value is one word of the shell, and a tuple a
    word for each of its parts.
    """

    values: Mapping[str, object] = field(default_factory=dict)
    level: Level | None = None
    variant: str = ""
    raw: str = ""


Look = Callable[[Case], Iterable[Found]]


@dataclass(frozen=True)
class Variant:
    """Words for one way in which a check can fail. ``command``: what to paste; the same in every language."""

    cause: Words
    remedy: Words
    command: str = ""


@dataclass(frozen=True)
class Check:
    """A check with its stable id. ``platform`` is empty for those that are not of one vendor."""

    id: str
    title: Words
    level: Level
    variants: Mapping[str, Variant]
    source: str
    date: dt.date
    see: str
    look: Look
    platform: str = ""
    replaces: tuple[str, ...] = ()
    """Ids of more general checks that have nothing to add where this one has spoken."""


@dataclass(frozen=True)
class Finding:
    """What doctor says: the check's words with this machine's values in them."""

    check: str
    level: Level
    cause: Words
    remedy: Words
    command: str
    source: str
    see: str
    raw: str = ""
