"""One door for every source: what it is given becomes a stream of frames."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from yoloport.runtime.prepare import pictures
from yoloport.runtime.prepare.containers import look
from yoloport.runtime.prepare.pictures import BrokenPicture
from yoloport.runtime.sources import kinds, video
from yoloport.runtime.sources.frame import Frame, NoSource, Tally, without_password
from yoloport.runtime.sources.live import Live, Patience

HEAD = 1 << 16
WEB_LIMIT = 1 << 28


@dataclass(frozen=True)
class Reading:
    """How a source is read.

    Args:
        channels: of the model: 3 for BGR, 1 for grey.
        stride: of videos and streams: take every n-th frame.
        patience: with streams.
        ended: set it to end a stream that is silent at the moment.
    """

    channels: int = 3
    stride: int = 1
    patience: Patience = field(default_factory=Patience)
    ended: threading.Event = field(default_factory=threading.Event)


def frames(source: Any, reading: Reading, tally: Tally) -> Iterator[Frame]:
    """The frames of a source, one at a time.

    Args:
        source: a path (file, folder, glob, ``.txt`` or ``.csv`` list), a stream's address, a camera's number, a numpy
            or Pillow picture, the bytes of a picture file, or a list or iterator of these.
        reading: how.
        tally: counts what was read; broken pictures among others are named there and left out.

    Raises:
        NoSource: nothing there, or of no known kind.
        BrokenPicture: a single picture that cannot be decoded.
        StreamLost: a stream that did not come back.
    """
    if isinstance(source, (str, Path)) and not kinds.is_camera(source) and not kinds.is_address(str(source)):
        names = kinds.files(source)
        still = [name for name in names if kinds.suffix(name) not in kinds.VIDEOS]
        tally.total = len(names) if len(still) == len(names) else None
        several = len(names) > 1
        yield from _counted(_many(names, reading, tally) if several else _one(names[0], 0, reading, tally), tally)
    elif isinstance(source, (list, tuple)):
        if not len(source):
            raise NoSource(source, "an empty list")
        tally.total = len(source)
        yield from _counted(_many(source, reading, tally), tally)
    elif isinstance(source, Iterator):
        yield from _counted(_many(source, reading, tally), tally)
    else:
        tally.total = None if isinstance(source, (str, int)) else 1
        yield from _counted(_one(source, 0, reading, tally), tally)


def _counted(given: Iterator[Frame], tally: Tally) -> Iterator[Frame]:
    for frame in given:
        tally.done += 1
        yield frame


def _many(items: Any, reading: Reading, tally: Tally) -> Iterator[Frame]:
    """Of several, those that cannot be read are counted and named, and the rest is done."""
    for place, item in enumerate(items):
        try:
            yield from _one(item, place, reading, tally)
        except (BrokenPicture, NoSource) as problem:
            name = problem.picture if isinstance(problem, BrokenPicture) else problem.source
            tally.add_broken(name, problem.why)


def _one(item: Any, place: int, reading: Reading, tally: Tally) -> Iterator[Frame]:
    name = str(getattr(item, "filename", "") or f"image{place}.jpg")
    if isinstance(item, np.ndarray):
        yield Frame(pictures.of_array(item, name, reading.channels), name)
    elif isinstance(item, (bytes, bytearray, memoryview)):
        yield Frame(pictures.decode(item, name, reading.channels), name)
    elif kinds.is_camera(item):
        yield from _live(int(item), reading, tally)
    elif isinstance(item, (str, Path)):
        yield from _named(str(item), reading, tally)
    elif hasattr(item, "getexif") and hasattr(item, "convert"):  # a Pillow picture, without importing Pillow
        yield Frame(pictures.of_pillow(item, name, reading.channels), name)
    else:
        raise NoSource(item, f"{type(item).__name__} is no kind of source")


def _live(source: str | int, reading: Reading, tally: Tally) -> Live:
    return Live(source, reading.stride, reading.channels, tally, reading.patience, ended=reading.ended)


def _named(name: str, reading: Reading, tally: Tally) -> Iterator[Frame]:
    """A file, or an address."""
    if kinds.is_address(name):
        if kinds.is_live(name):
            yield from _live(name, reading, tally)
        elif kinds.suffix(urlsplit(name).path) in kinds.VIDEOS:
            yield from video.frames(name, reading.stride, reading.channels, tally)
        else:
            shown = without_password(name)
            yield Frame(pictures.decode(_fetched(name), shown, reading.channels), shown)
    elif not kinds.is_file(name):
        raise BrokenPicture(name, "no such file")
    elif _is_video(name):
        yield from video.frames(name, reading.stride, reading.channels, tally)
    else:
        yield Frame(pictures.read(name, reading.channels), name)


def _is_video(name: str) -> bool:
    """By the suffix; a suffix that says nothing leaves it to the first bytes."""
    if kinds.suffix(name) in kinds.PICTURES | kinds.VIDEOS:
        return kinds.suffix(name) in kinds.VIDEOS
    try:
        with Path(name).open("rb") as opened:
            head = opened.read(HEAD)
    except OSError as error:
        raise BrokenPicture(name, f"cannot be read: {error.strerror or error}") from None
    # ISO base media (MP4, MOV), Matroska and WebM, RIFF with AVI: the containers of videos without their suffix.
    return not look(head).kind and (head[4:8] == b"ftyp" or head[:4] == b"\x1aE\xdf\xa3" or head[8:12] == b"AVI ")


def _fetched(address: str) -> bytes:
    """The bytes of a picture on the web."""
    from urllib.error import URLError
    from urllib.request import urlopen

    try:
        with urlopen(address, timeout=30) as answer:  # noqa: S310  the address begins with http, checked by the caller
            return bytes(answer.read(WEB_LIMIT))
    except (URLError, OSError, ValueError) as error:
        raise BrokenPicture(without_password(address), f"cannot be fetched: {error}") from None
