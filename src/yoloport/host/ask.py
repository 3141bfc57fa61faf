"""The questions that are put to a machine. This one answers them, a recorded one does, and a recorder listens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from yoloport.host.facts import Answer, Disk, Node, PciDevice

Reduce = Callable[[str], str]
Keep = Callable[[str], bool]


@dataclass(frozen=True)
class Values:
    """What the system says of itself without a file: ``year`` is that of its clock, ``encoding`` that of its locale."""

    architecture: str = ""
    libc: str = ""
    kernel: str = ""
    cores: int = 0
    uid: int = 0
    groups: tuple[int, ...] = ()
    year: int = 0
    encoding: str = ""
    home: str = ""


class Machine(Protocol):
    """A machine that can be asked; every answer comes within a bounded time, and what is not there is no error."""

    def values(self) -> Values:
        """What it says of itself."""

    def variable(self, name: str) -> str | None:
        """An environment variable."""

    def read(self, path: str, reduce: Reduce = str) -> str | None:
        """A file's text, at most its first megabyte, or None. ``reduce`` leaves of it what may be kept."""

    def glob(self, pattern: str, keep: Keep = bool) -> tuple[str, ...]:
        """Paths that exist, sorted; a pattern without ``*`` is the question whether that path exists."""

    def node(self, path: str) -> Node | None:
        """A device node, with owner and mode."""

    def pci(self) -> tuple[PciDevice, ...]:
        """All functions on the PCI bus."""

    def disk(self, path: str) -> Disk | None:
        """The file system that this path is on."""

    def run(self, argv: tuple[str, ...], program: str = "", name: tuple[str, ...] = (), reduce: Reduce = str) -> Answer:
        """What a program says, standard error included.

        Args:
            argv: the question.
            program: where the program lies, if not on PATH under its own name.
            name: what the question is recorded as, where ``argv`` holds numbers of the moment.
            reduce: leaves of the answer what may be kept.
        """
