"""Take the row of a platform's version table that fits a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from yoloport.compat.judge import Combination, Difference, differences, newer_than_all, row_words, weight
from yoloport.errors import Exit, Problem
from yoloport.platforms.schema import Platform, Row


@dataclass(frozen=True)
class Decision:
    """The row taken, whether it is exact, and the reason in words.

    ``unknown``: the machine has something newer than every row; the nearest row is taken, and the user is told.
    """

    kind: Literal["exact", "tolerated", "unknown"]
    row: Row
    reason: str


class NoVersions(Problem):
    """No row of the table fits; says what is nearest and what it would need."""

    exit = Exit.INSTALL

    def __init__(self, platform: str, nearest: Row | None, why: str) -> None:
        near = f"; the nearest is {row_words(nearest)}" if nearest else ""
        super().__init__(
            f"no tested combination of versions for {platform!r} fits this machine: {why}{near}",
            "change what differs (another Python: YOLOPORT_PYTHON=/path/to/python3.11), or add a row of your own",
            "docs/en/versions.md",
        )
        self.platform = platform


def decide(
    platform: Platform,
    python: tuple[int, int],
    architecture: str,
    toolkit: str = "",
    wheels: Sequence[str] = (),
    libc: str = "",
) -> Decision:
    """The first row that fits; a row whose two wheels lie in the wheelhouse comes before all others.

    Args:
        platform: its rows in order of preference.
        python: major and minor version of the Python that the environment will have.
        architecture: as ``uname -m`` prints it.
        toolkit: the platform's toolkit as found, such as ``CANN 9.1.0``; empty where there is none or it is unknown.
        wheels: file names in the wheelhouse, if one was given.
        libc: version of glibc, such as ``2.36``; empty where it is unknown.

    Raises:
        NoVersions: none fits.
    """
    there = Combination(
        python=f"{python[0]}.{python[1]}", architecture=architecture, toolkit=toolkit, libc=libc
    )  # fmt: skip
    rows = [row for row in platform.rows if row.torch and row.decision != "refused"]
    differing = [(row, differences(row, there)) for row in rows]
    fitting = [row for row, differs in differing if not differs]
    at_hand = [row for row in fitting if holds(row, wheels)]
    usable = at_hand or [row for row in fitting if not row.wheelhouse_only]
    if usable:
        return _decision(usable[0])
    if fitting and all(row.wheelhouse_only for row in rows):
        raise NoVersions(
            platform.name, None, f"{row_words(fitting[0])} is not on a public index: {_english(fitting[0])}"
        )
    return _beyond(platform, differing, there)


def _beyond(platform: Platform, differing: list[tuple[Row, tuple[Difference, ...]]], there: Combination) -> Decision:
    """No row agrees: the nearest one, where the machine is only newer than all of them."""
    candidates = [(row, differs) for row, differs in differing if not row.wheelhouse_only] or differing
    if not candidates:
        raise NoVersions(platform.name, None, "its table has no row with a torch")
    row, differs = min(candidates, key=lambda pair: weight(pair[1]))
    why = " and ".join(f"it needs {part} {wants}, this machine has {here}" for part, here, wants in differs)
    if row.wheelhouse_only or not all(newer_than_all(platform, there, part) for part, _, _ in differs):
        raise NoVersions(platform.name, row, why)
    newer = " and ".join(f"{part} {here}" for part, here, _ in differs)
    return Decision("unknown", row, f"{newer} is newer than every tested combination; {row_words(row)} is nearest")


def _decision(row: Row) -> Decision:
    pair = f"torch {row.torch} with torchvision {row.torchvision}"
    reason = _english(row) or f"{pair}: released together" + (f", for {row.toolkit}" if row.toolkit else "")
    return Decision("exact" if row.decision == "exact" else "tolerated", row, reason)


def _english(row: Row) -> str:
    return row.reason["en"] if row.reason else ""


def holds(row: Row, wheels: Sequence[str]) -> bool:
    """Whether both torch and torchvision of this row are among the wheels."""
    return bool(row.torch and row.torchvision) and not lacking(row, wheels)


def lacking(row: Row, wheels: Sequence[str]) -> tuple[str, ...]:
    """Which of torch and torchvision is not among the wheels, as ``torch 2.13.0``."""
    pair = (("torch", row.torch), ("torchvision", row.torchvision))
    return tuple(
        f"{name} {version}"
        for name, version in pair
        if not any(wheel.startswith((f"{name}-{version}-", f"{name}-{version}+")) for wheel in wheels)
    )
