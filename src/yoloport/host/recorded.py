"""A machine that was recorded: ``yoloport doctor --snapshot`` writes it, tests and ``--from`` ask it.

One TOML file, so that whoever sends it can read what it says, and whoever adds a chip can write one by hand.
"""

from __future__ import annotations

import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yoloport.errors import Exit, Problem
from yoloport.host.ask import Keep, Reduce, Values
from yoloport.host.facts import Answer, Disk, Node, PciDevice

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FORMAT = 1
LONGEST = 16_000_000
Path_ = Annotated[str, Field(pattern=r"^[/~]")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Values(_Strict):
    architecture: str
    libc: str = ""
    kernel: str = ""
    cores: int = Field(default=0, ge=0)
    uid: int = 0
    groups: tuple[int, ...] = ()
    year: int = 0
    encoding: str = ""
    home: str = ""


class _Node(_Strict):
    path: Annotated[str, Field(pattern=r"^/dev/")]
    gid: int = 0
    uid: int = 0
    mode: Annotated[str, Field(pattern=r"^[0-7]{3,4}$")] = "0660"


class _Pci(_Strict):
    address: str
    vendor: str
    device: str
    klass: str = Field(alias="class")
    driver: str = ""


class _Disk(_Strict):
    path: Path_
    total: int = Field(ge=0)
    free: int = Field(ge=0)


class _Command(_Strict):
    argv: tuple[str, ...] = Field(min_length=1)
    text: str = ""
    code: int | None = 0
    fault: str = ""


class Recording(_Strict):
    """The file's content. ``made``: ``recorded``, or how it was made by hand."""

    format: int
    title: str = ""
    made: str = "recorded"
    date: str = ""
    yoloport: str = ""
    values: _Values
    environment: dict[str, str] = {}
    exists: tuple[Path_, ...] = ()
    files: dict[Path_, str] = {}
    node: tuple[_Node, ...] = ()
    pci: tuple[_Pci, ...] = ()
    disk: tuple[_Disk, ...] = ()
    command: tuple[_Command, ...] = ()


class BadSnapshot(Problem):
    """The file is not a recorded machine."""

    exit = Exit.USAGE

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(
            f"{file} is not a machine that yoloport recorded: {why}",
            "make one on the machine in question: yoloport doctor --snapshot machine.toml",
            "docs/en/doctor.md",
        )
        self.file = file


def load(file: Path) -> Recorded:
    """Read a recorded machine.

    Raises:
        BadSnapshot: it cannot be read, is too big, is not TOML, is of a newer format, or has a wrong key.
    """
    try:
        with file.open("rb") as opened:
            content = opened.read(LONGEST + 1)
        if len(content) > LONGEST:
            raise BadSnapshot(file, f"it is larger than {LONGEST // 1_000_000} MB")
        told: dict[str, Any] = tomllib.loads(content.decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: also a number of 5000 digits
        raise BadSnapshot(file, str(error)) from error
    if told.get("format") != FORMAT:
        raise BadSnapshot(file, f"its format is {told.get('format')!r}, this yoloport reads {FORMAT}")
    try:
        return Recorded(Recording.model_validate(told))
    except ValidationError as error:
        first = error.errors()[0]
        raise BadSnapshot(file, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error


class Recorded:
    """Answers as the machine did when it was recorded; what was not asked then is not there."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        nodes = (node.path for node in recording.node)
        self._paths = sorted({*recording.exists, *recording.files, *nodes})

    def values(self) -> Values:
        """As recorded."""
        return Values(**self.recording.values.model_dump())

    def variable(self, name: str) -> str | None:
        """As recorded."""
        return self.recording.environment.get(name)

    def read(self, path: str, reduce: Reduce = str) -> str | None:
        """As recorded; reduced once more, which a hand-made file may need."""
        text = self.recording.files.get(path)
        return None if text is None else reduce(text)

    def glob(self, pattern: str, keep: Keep = bool) -> tuple[str, ...]:
        """Paths that were found then. A folder exists if something in it does."""
        if "*" not in pattern and "[" not in pattern:
            there = any(path == pattern or path.startswith(f"{pattern}/") for path in self._paths)
            return (pattern,) if there and keep(pattern) else ()
        depth = pattern.count("/") + 1
        cut = {"/".join(path.split("/")[:depth]) for path in self._paths if path.count("/") + 1 >= depth}
        return tuple(path for path in sorted(cut) if _matches(path, pattern) and keep(path))

    def node(self, path: str) -> Node | None:
        """As recorded; a path that only exists belongs to root."""
        for node in self.recording.node:
            if node.path == path:
                return Node(node.path, node.gid, int(node.mode, 8), node.uid)
        return Node(path, 0, 0o755) if self.glob(path) else None

    def pci(self) -> tuple[PciDevice, ...]:
        """As recorded."""
        return tuple(PciDevice(p.address, p.vendor, p.device, p.klass, p.driver) for p in self.recording.pci)

    def disk(self, path: str) -> Disk | None:
        """As recorded."""
        return next((Disk(d.path, d.total, d.free) for d in self.recording.disk if d.path == path), None)

    def run(self, argv: tuple[str, ...], program: str = "", name: tuple[str, ...] = (), reduce: Reduce = str) -> Answer:
        """As recorded; a program that was not asked then is missing."""
        asked = name or argv
        for command in self.recording.command:
            if command.argv == asked:
                return Answer(asked, reduce(command.text), None if command.fault else command.code, command.fault)
        return Answer(asked, "", None, "missing")


def _matches(path: str, pattern: str) -> bool:
    """As a shell does: ``*`` stops at ``/``."""
    ours, theirs = path.split("/"), pattern.split("/")
    return len(ours) == len(theirs) and all(map(fnmatchcase, ours, theirs))
