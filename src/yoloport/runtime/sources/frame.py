"""What a source hands on, and what it remembers of what went wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import numpy as np
from numpy.typing import NDArray

from yoloport.errors import Exit, Problem

REMEMBERED = 20


@dataclass(frozen=True)
class Frame:
    """A picture on its way to the model.

    Args:
        picture: ``(h, w, c)`` of ``uint8``, BGR.
        path: where it comes from: a file, an address without its password, or ``image0.jpg`` for what has no name.
        number: of the frame in its video or stream, from 0; ``None`` for a single picture.
        fps: frames a second of the video; 0 where unknown.
        frames: how many the video says it has; 0 where unknown.
    """

    picture: NDArray[np.uint8]
    path: str
    number: int | None = None
    fps: float = 0.0
    frames: int = 0


@dataclass(frozen=True)
class Broken:
    """A picture or video that could not be read, or not to its end."""

    path: str
    why: str


@dataclass(frozen=True)
class Gap:
    """A stream that stood still.

    Args:
        path: its address, without a password.
        after: frames that came before.
        seconds: how long nothing came.
        attempts: how often it was opened again until it spoke.
    """

    path: str
    after: int
    seconds: float
    attempts: int


@dataclass
class Tally:
    """Counts a run as it goes; a folder of a million broken files keeps it small.

    Args:
        total: pictures to come, as far as it is known beforehand; ``None`` for videos and streams.
        done: pictures read.
        broken: the first that could not be read.
        broken_count: how many could not be read in all.
        gaps: the first times that a stream stood still.
        gap_count: how often it did in all.
    """

    total: int | None = None
    done: int = 0
    broken: list[Broken] = field(default_factory=list)
    broken_count: int = 0
    gaps: list[Gap] = field(default_factory=list)
    gap_count: int = 0

    def add_broken(self, path: str, why: str) -> None:
        """One more picture or video that could not be read."""
        self.broken_count += 1
        if len(self.broken) < REMEMBERED:
            self.broken.append(Broken(path, why))

    def add_gap(self, gap: Gap) -> None:
        """One more time that a stream stood still."""
        self.gap_count += 1
        if len(self.gaps) < REMEMBERED:
            self.gaps.append(gap)


class NoSource(Problem):
    """A source that does not exist, holds nothing to look at, or is of no kind that is known.

    Attributes:
        source: what was asked for.
        why: what is wrong with it.
    """

    exit = Exit.BAD_DATASET

    def __init__(self, source: Any, why: str) -> None:
        self.source, self.why = _short(source), why
        super().__init__(
            f"{self.source}: {why}",
            "give a picture, a video, a folder, a glob in quotes, a .txt list, a stream address or a camera number",
            "docs/en/runtime.md",
        )


class StreamLost(Problem):
    """A stream or camera that could not be opened, or did not come back.

    Attributes:
        stream: its address without a password.
        frames: frames that came before.
        attempts: how often it was opened again.
    """

    exit = Exit.NETWORK

    def __init__(self, stream: str, frames: int, attempts: int) -> None:
        self.stream, self.frames, self.attempts = stream, frames, attempts
        cause = f"{stream} stopped after {frames} frames" if frames else f"{stream} gives no picture"
        super().__init__(
            f"{cause}; opened again {attempts} times in vain",
            f"look whether a player shows it: ffplay '{stream}' (with the password); --retries N tries longer",
            "docs/en/runtime.md",
        )


def without_password(address: str) -> str:
    """An address fit for a message or a log: user and password left out."""
    parts = urlsplit(address)
    if "@" not in parts.netloc:
        return address
    return urlunsplit(parts._replace(netloc="***@" + parts.netloc.rpartition("@")[2]))


def _short(source: Any) -> str:
    text = without_password(source) if isinstance(source, str) else str(source)
    return text if len(text) < 200 else f"{text[:80]}… ({type(source).__name__})"
