"""What went wrong, in words that help, and the number the shell sees.

Every failure a user can meet is a :class:`Problem`: its cause, a remedy to type, and where to read on.
Subclasses carry the fields a program needs; the words are built from them in one place.
"""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path


class Exit(IntEnum):
    """Exit codes of every verb. Documented in ``docs/en/exit-codes.md``; numbers never change meaning."""

    OK = 0
    UNEXPECTED = 1
    USAGE = 2
    NO_PLATFORM = 10
    NO_DEVICE = 11
    ENGINE = 20
    NO_IMAGE = 21
    PORT_TAKEN = 30
    DATA_FOLDER = 31
    DISK_FULL = 32
    NAME_TAKEN = 33
    NO_WORKSPACE = 34
    NOT_ANSWERING = 35
    OUT_OF_MEMORY = 36
    NETWORK = 40
    INSTALL = 41
    BAD_DATASET = 50
    BAD_WEIGHTS = 51
    CHECK_FAILED = 60
    INTERRUPTED = 130


class Problem(Exception):
    """A failure with its cause, what to do about it, and where to read more.

    Args:
        cause: one sentence saying what is wrong, naming the thing that is wrong.
        remedy: what to do; a command to paste where there is one.
        see: a document of this project (``docs/en/...``) or a public address.
    """

    exit: Exit = Exit.UNEXPECTED

    def __init__(self, cause: str, remedy: str = "", see: str = "") -> None:
        super().__init__(cause)
        self.cause, self.remedy, self.see = cause, remedy, see

    def words(self) -> str:
        """The problem for a person: the same three lines wherever it is met."""
        lines = [f"yoloport: {self.cause}"]
        lines += [f"  remedy: {self.remedy}"] if self.remedy else []
        lines += [f"  see: {self.see}"] if self.see else []
        return "\n".join(lines)

    def fields(self) -> dict[str, object]:
        """The problem as data, for ``--json``: the words, the exit code, and what a subclass adds."""
        own = {k: str(v) if isinstance(v, Path) else v for k, v in vars(self).items()}
        return {"ok": False, "problem": type(self).__name__, "exit": int(self.exit), **own}
