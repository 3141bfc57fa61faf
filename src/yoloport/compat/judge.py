"""Judge a combination that is there: exact, tolerated, refused or unknown, why, and what would work instead. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from yoloport.platforms.schema import UNSOURCED, Platform, Row

Kind = Literal["exact", "tolerated", "refused", "unknown"]
Difference = tuple[str, str, str]
"""What part differs, what is there, what the row wants."""


@dataclass(frozen=True)
class Combination:
    """What a machine or an environment has; an empty part is not known, and does not count against it.

    ``python`` such as ``3.11``; ``toolkit`` with its name before the version; the rest are plain versions.
    """

    driver: str = ""
    firmware: str = ""
    toolkit: str = ""
    plugin: str = ""
    torch: str = ""
    torchvision: str = ""
    python: str = ""
    libc: str = ""
    architecture: str = ""


@dataclass(frozen=True)
class Verdict:
    """``nearest``: the row that differs least; ``differs``: in what, as pairs of what is there and what the row has.

    ``way_on``: what to do about it, in words; empty where nothing has to be done.
    """

    kind: Kind
    reason: str
    nearest: Row | None = None
    differs: tuple[Difference, ...] = ()
    way_on: str = ""


def judge(platform: Platform, there: Combination) -> Verdict:
    """Compare a combination with the platform's rows.

    A row that agrees in all that is known on both sides decides. Otherwise the nearest row says what differs. Where
    the table is silent on a version (newer than all rows, say), the verdict is ``unknown``: a warning with a way on.
    """
    if not platform.rows:
        return Verdict("unknown", f"no tested combination is known for {platform.name!r}", way_on=_TRY)
    if not (there.driver or there.toolkit or there.plugin or there.torch):
        return Verdict("unknown", "no version of driver, toolkit or torch is known", way_on="look at yoloport doctor")
    speaking = sorted(_speaking(platform.rows, there), key=lambda row: _distance(row, there))
    if not differences(speaking[0], there):
        return _agrees(speaking[0])
    nearest = next((row for row in speaking if row.decision != "refused"), speaking[0])
    differs = differences(nearest, there)
    if all(newer_than_all(platform, there, part) or _newer(nearest, there, part) for part, _, _ in differs):
        parts = " and ".join(f"{part} {here}" for part, here, _ in differs)
        return Verdict("unknown", f"{parts}: newer than every tested combination", nearest, differs, _TRY)
    return Verdict("refused", _sentence(nearest, differs), nearest, differs, f"use {row_words(nearest)}")


def _speaking(rows: Sequence[Row], there: Combination) -> Sequence[Row]:
    """Of the rows for this toolkit, those that name a driver, where there are any: the others say nothing about it."""
    if not (there.driver and there.toolkit):
        return rows
    for_toolkit = [row for row in rows if any(_prefix(there.toolkit, t) for t in (row.toolkit, *row.toolkit_also) if t)]
    return [row for row in for_toolkit if row.driver and UNSOURCED not in row.driver] or rows


_TRY = "try it with yoloport selftest, and note the result in a file of your own rows (docs/en/versions.md)"


def row_words(row: Row) -> str:
    """A row in one line, for a person."""
    parts = [f"torch {row.torch}" if row.torch else "", row.plugin, "" if row.toolkit == UNSOURCED else row.toolkit]
    parts += [f"driver {' or '.join(row.driver)}" if row.driver and UNSOURCED not in row.driver else ""]
    parts += ["" if UNSOURCED in row.python else f"Python {row.python[0]} to {row.python[1]}"]
    return ", ".join(filter(None, parts))


def _agrees(row: Row) -> Verdict:
    said = row.reason["en"] if row.reason else ""
    if row.decision == "exact":
        return Verdict("exact", said or f"{row_words(row)}: released together", row)
    way_on = "" if row.decision == "tolerated" else "use another of the combinations in the platform's table"
    return Verdict(row.decision, said or row_words(row), row, way_on=way_on)


def _sentence(row: Row, differs: tuple[Difference, ...]) -> str:
    return "; ".join(
        f"{part} {here} does not go with {row_words(row)} ({part} {wants})" for part, here, wants in differs
    )


def differences(row: Row, there: Combination) -> tuple[Difference, ...]:
    """Part, what is there, what the row wants; parts unknown on either side are left out."""
    plugin = re.split(r"[=<>!~ ]+", row.plugin)[-1] if "=" in row.plugin else ""
    tests: tuple[tuple[str, str, tuple[str, ...], Callable[[str, str], bool]], ...] = (
        ("toolkit", there.toolkit, (row.toolkit, *row.toolkit_also), _prefix),
        ("driver", there.driver, row.driver, _prefix),
        ("firmware", there.firmware, row.firmware, _prefix),
        ("torch", there.torch, (row.torch,), _same_release),
        ("torchvision", there.torchvision, (row.torchvision,), _same_release),
        ("plug-in", there.plugin, (plugin,), _same_release),
        ("architecture", there.architecture, row.architectures, lambda here, wants: here == wants),
    )
    found = []
    for part, here, wanted, fits in tests:
        wants = tuple(want for want in wanted if want and want != UNSOURCED)
        if here and wants and not any(fits(here, want) for want in wants):
            found.append((part, here, " or ".join(wants)))
    if (
        there.python
        and UNSOURCED not in row.python
        and not _numbers(row.python[0]) <= _numbers(there.python)[:2] <= _numbers(row.python[1])
    ):
        found.append(("Python", there.python, f"{row.python[0]} to {row.python[1]}"))
    if row.libc and there.libc and _numbers(there.libc) < _numbers(row.libc):
        found.append(("glibc", there.libc, f"{row.libc} or newer"))
    return tuple(found)


def weight(differs: tuple[Difference, ...]) -> tuple[int, int]:
    """How far a row is from what is there: a driver or a toolkit is harder to change than a Python package."""
    hard = {"driver": 4, "firmware": 4, "toolkit": 3, "architecture": 9, "glibc": 5}
    return sum(hard.get(part, 1) for part, _, _ in differs), len(differs)


def _distance(row: Row, there: Combination) -> tuple[int, int]:
    """Vendors keep their drivers good for older toolkits: one newer than the row's counts little, and is unknown."""
    differs = differences(row, there)
    hard, many = weight(tuple(one for one in differs if not _newer(row, there, one[0])))
    return hard + len(differs) - many, len(differs)


def _newer(row: Row, there: Combination, part: str) -> bool:
    """Whether driver or firmware are newer than all that this row names."""
    if part not in ("driver", "firmware"):
        return False
    wants = [want for want in _wanted(row, part) if want and want != UNSOURCED]
    return bool(wants) and all(_numbers(getattr(there, part)) > _numbers(want) for want in wants)


def newer_than_all(platform: Platform, there: Combination, part: str) -> bool:
    """Whether this part is newer than in every row, so that the table says nothing about it."""
    field = {"plug-in": "plugin"}.get(part, part)
    if field not in ("toolkit", "driver", "firmware", "torch", "torchvision", "plugin"):
        return False  # another processor, Python or C library is not merely newer
    here = getattr(there, field)
    wanted = [want for row in platform.rows for want in _wanted(row, field) if want and want != UNSOURCED]
    return bool(here) and bool(wanted) and all(_numbers(here) > _numbers(want) for want in wanted)


def _wanted(row: Row, field: str) -> tuple[str, ...]:
    value = getattr(row, field)
    return value if isinstance(value, tuple) else (value,)


def _prefix(here: str, want: str) -> bool:
    """What ends in ``9.1`` stands for all of 9.1; whole numbers are compared: 9.1 is not the beginning of 9.10."""
    ours, theirs = here.lower().split("."), want.lower().removesuffix(".x").split(".")
    return ours[: len(theirs)] == theirs


def _same_release(here: str, want: str) -> bool:
    """A local label counts only where the row names one: ``2.14.1+x`` is 2.14.1, and is not 2.14.1+y."""
    release, _, label = want.partition("+")
    ours, _, mine = here.partition("+")
    return ours == release and (not label or mine == label)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version.partition("+")[0]))
