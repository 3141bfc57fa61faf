"""Tables of machines for which a check speaks, and of machines for which it holds its tongue."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from yoloport.doctor import catalogue
from yoloport.doctor.check import Case, Check, Finding, Found, Level
from yoloport.doctor.examine import examine


@dataclass(frozen=True)
class Fires:
    """On this machine the check finds so many faults, of this level and variant; ``says``: in its words somewhere."""

    sentence: str
    check: str
    case: Case
    level: Level
    variant: str = ""
    says: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True)
class Silent:
    """On this machine the check finds nothing."""

    sentence: str
    check: str
    case: Case


def general() -> dict[str, Check]:
    """Checks of no vendor, by id."""
    return {check.id: check for check in catalogue.every() if not check.platform}


def params(rows: list[Fires] | list[Silent]) -> list[object]:
    """For parametrize, with the sentence as the test's name."""
    return [pytest.param(row, id=f"{row.check}: {row.sentence}") for row in rows]


def found(row: Fires | Silent) -> tuple[list[Found], tuple[Finding, ...]]:
    """What the check yields, and what is said of it."""
    check = general()[row.check]
    return list(check.look(row.case)), examine(row.case, [check])


def assert_fires(row: Fires) -> None:
    """The faults, their level, variant and words."""
    faults, findings = found(row)
    assert [fault.variant for fault in faults] == [row.variant] * row.times
    assert [(one.check, one.level) for one in findings] == [(row.check, row.level)] * row.times
    for words in row.says:
        told = " ".join(
            (*findings[0].cause.values(), *findings[0].remedy.values(), findings[0].command, findings[0].raw)
        )
        assert words in told


def assert_silent(row: Silent) -> None:
    """No fault and no failure."""
    assert found(row) == ([], ())
