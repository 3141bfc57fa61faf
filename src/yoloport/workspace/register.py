"""Which workspaces this user has: one small file each, written when one starts."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.host import folders

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}")
"""What a workspace may be called: part of a container's name and of paths."""


@dataclass(frozen=True)
class Record:
    """A workspace that was started and not taken down."""

    name: str
    engine: str
    client: str
    platform: str
    data: str
    port: int
    ssh_port: int
    expose: bool
    user: str
    python: str = ""
    pid: int = 0
    started: str = ""
    """The process's start time: a number that is used again after a restart is not taken for ours."""

    @property
    def state(self) -> Path:
        return Path(self.data) / ".yoloport" / self.name

    @property
    def token_file(self) -> Path:
        return self.state / "token"


class NoWorkspace(Problem):
    """Nothing of that name was started."""

    exit = Exit.NO_WORKSPACE

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        have = f"there are: {', '.join(known)}" if known else "there is none"
        super().__init__(f"there is no workspace {name!r}; {have}", "start it: yoloport up", "docs/en/workspace.md")
        self.name, self.known = name, known


def save(record: Record) -> None:
    """Write the record; whole or not at all."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True)
    part = folder / f".{record.name}.part"
    part.write_text(json.dumps(asdict(record), indent=1) + "\n", encoding="utf-8")
    part.replace(folder / f"{record.name}.json")


def forget(name: str) -> None:
    """The workspace is down; the data folder stays, and so does what `last` tells: bookmarks hold the port."""
    with contextlib.suppress(FileNotFoundError):
        (_folder() / f"{name}.json").replace(_folder() / f".{name}.last")


def find(name: str) -> Record | None:
    """The record of this name. A file that cannot be understood counts as none: `up` writes it anew."""
    return _read(_folder() / f"{name}.json") if NAME.fullmatch(name) else None


def last(name: str) -> Record | None:
    """How the workspace of this name stood before it was taken down."""
    return _read(_folder() / f".{name}.last") if NAME.fullmatch(name) else None


def _read(file: Path) -> Record | None:
    try:
        told = json.loads(file.read_text(encoding="utf-8"))
        known = {field.name for field in fields(Record)}  # a newer version may have written more
        return Record(**{key: value for key, value in told.items() if key in known})
    except (OSError, ValueError, TypeError, AttributeError):
        return None


def require(name: str) -> Record:
    """The record of this name.

    Raises:
        NoWorkspace: names those that exist.
    """
    record = find(name)
    if record is None:
        raise NoWorkspace(name, tuple(r.name for r in everything()))
    return record


def everything() -> tuple[Record, ...]:
    """All records, by name."""
    found = (find(file.stem) for file in sorted(_folder().glob("*.json")))
    return tuple(record for record in found if record)


def _folder() -> Path:
    return folders.state() / "workspaces"
