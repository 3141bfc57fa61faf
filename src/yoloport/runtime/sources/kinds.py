"""What kind of source something is; pure, but for asking what files there are.

Formats and the order in a folder are those of Ultralytics 8.4.190 (``data/utils.py``, ``data/loaders.py``; read
2026-11-24): pictures by name, then videos by name. A list keeps its own order.
"""

from __future__ import annotations

import csv
import glob
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from yoloport.runtime.sources.frame import NoSource

PICTURES = frozenset(("avif", "bmp", "dng", "heic", "heif", "jp2", "jpeg", "jpg", "mpo", "png", "tif", "tiff", "webp"))
VIDEOS = frozenset(("asf", "avi", "gif", "m4v", "mkv", "mov", "mp4", "mpeg", "mpg", "ts", "wmv", "webm"))
LIVE = ("rtsp://", "rtsps://", "rtmp://", "tcp://", "udp://", "srt://")
WEB = ("http://", "https://")


def suffix(path: str) -> str:
    """The part of a name after its last point, in small letters."""
    return path.rpartition(".")[2].lower() if "." in path else ""


def is_address(source: str) -> bool:
    """Whether it is the address of a stream or of something on the web."""
    return source.lower().startswith((*LIVE, *WEB))


def is_live(source: str | int) -> bool:
    """A camera, or a stream without an end: what stops must be opened again."""
    if isinstance(source, int):
        return True
    low = source.lower()
    if low.startswith(WEB):
        return suffix(urlsplit(low).path) not in PICTURES | VIDEOS
    return low.startswith(LIVE)


def is_camera(source: Any) -> bool:
    """A number, or a text that is one and not the name of a file."""
    if isinstance(source, bool):
        return False
    if isinstance(source, int):
        return True
    return isinstance(source, str) and source.isdecimal() and len(source) < 10 and not exists(source)


def is_one_picture(source: Any) -> bool:
    """Whether it can only be a single picture: nothing has to be read ahead then."""
    if isinstance(source, (str, Path)):
        text = str(source)
        return suffix(text) in PICTURES and not is_address(text) and not glob.has_magic(text)
    return not isinstance(source, (int, list, tuple)) and not hasattr(source, "__next__")


def files(path: str | Path) -> list[str]:
    """The files behind a path: itself, those of a folder, those that a glob matches, or those that a list names.

    Raises:
        NoSource: there is nothing, or nothing that is a picture or a video.
    """
    text = str(path)
    if not exists(text) and not glob.has_magic(text):
        raise NoSource(text, "no such file or folder")
    found = Path(text)
    if exists(text) and found.is_dir():
        return _looked_through(text, _matching(str(Path(glob.escape(text)) / "*.*")))
    if exists(text) and found.is_file():
        return _listed(found) if suffix(text) in ("txt", "csv") else [text]
    return _looked_through(text, _matching(text))


def exists(name: str) -> bool:
    """Whether anything has this name; none has one that is too long, or that holds a zero."""
    return os.path.exists(name)  # noqa: PTH110  a Path takes five times as long, and is asked for every picture


def is_file(name: str) -> bool:
    """Whether a file has this name."""
    return os.path.isfile(name)  # noqa: PTH113  as above


def _matching(pattern: str) -> list[str]:
    # Path.glob takes no pattern that begins at the root, and makes an object of every name.
    return glob.glob(pattern, recursive=True)  # noqa: PTH207


def _looked_through(asked: str, names: Iterable[str]) -> list[str]:
    ordered = sorted(names)
    chosen = [name for name in ordered if suffix(name) in PICTURES]
    chosen += [name for name in ordered if suffix(name) in VIDEOS]
    chosen = [name for name in chosen if Path(name).is_file()]
    if not chosen:
        kinds = f"pictures ({', '.join(sorted(PICTURES))}) or videos ({', '.join(sorted(VIDEOS))})"
        raise NoSource(asked, f"holds {len(ordered)} files, but no {kinds}" if ordered else f"holds no {kinds}")
    return chosen


def _listed(file: Path) -> list[str]:
    """Names in a list, one a line (or in the cells of a CSV); relative to here, or else to the list's own folder."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise NoSource(file, f"this list cannot be read: {error}") from None
    rows = csv.reader(text.splitlines()) if suffix(file.name) == "csv" else ([line] for line in text.splitlines())
    try:
        names = [cell.strip() for row in rows for cell in row if cell.strip()]
    except csv.Error as error:
        raise NoSource(file, f"this list cannot be read: {error}") from None
    names = names[1:] if suffix(file.name) == "csv" and names[:1] == ["source"] else names
    if not names:
        raise NoSource(file, "this list is empty")
    found = [one for name in names for one in _resolved(name, file.parent)]
    if not found:
        raise NoSource(file, f"nothing is there that {names[0][:80]} means, nor what the rest of this list does")
    return found


def _resolved(name: str, folder: Path) -> list[str]:
    if is_address(name):
        return [name]
    if glob.has_magic(name) and not exists(name):
        return sorted(_matching(name)) or sorted(_matching(str(folder / name)))
    # A line that names nothing stays: it is counted as broken under its own name when its turn comes.
    return [name] if exists(name) or not exists(str(folder / name)) else [str(folder / name)]
