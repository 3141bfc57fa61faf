"""Take the row of a platform's version table that fits a machine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from yoloport.errors import Exit, Problem
from yoloport.platforms.schema import Platform, Row


@dataclass(frozen=True)
class Decision:
    """The row taken, whether it is exact, and the reason in words."""

    kind: str
    row: Row
    reason: str


class NoVersions(Problem):
    """No row of the table fits; says what was nearest."""

    exit = Exit.INSTALL

    def __init__(self, platform: str, why: Sequence[str]) -> None:
        super().__init__(
            f"no tested combination of versions for {platform!r} fits this machine: {'; '.join(why)}",
            "use a Python that the table names (YOLOPORT_PYTHON=/path/to/python3.11)",
            "docs/en/platforms.md",
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
        toolkit: the vendor toolkit found, such as ``CANN 9.1.0``; empty where there is none or it is unknown.
        wheels: file names in the wheelhouse, if one was given.
        libc: version of glibc, such as ``2.36``; empty where it is unknown.

    Raises:
        NoVersions: none fits.
    """
    why: list[str] = []
    fitting = [row for row in platform.rows if _fits(row, python, architecture, toolkit, libc, why)]
    at_hand = [row for row in fitting if holds(row, wheels)]
    usable = at_hand or [row for row in fitting if not row.wheelhouse_only]
    if not usable:
        raise NoVersions(platform.name, why or ["its table has only rows that need a wheelhouse"])
    row = usable[0]
    pair = f"torch {row.torch} with torchvision {row.torchvision}"
    return Decision(
        row.decision, row, row.reason or f"{pair}: released together" + (f", for {row.toolkit}" if row.toolkit else "")
    )


def holds(row: Row, wheels: Sequence[str]) -> bool:
    """Whether both torch and torchvision of this row are among the wheels."""

    def there(name: str, version: str) -> bool:
        return any(w.startswith((f"{name}-{version}-", f"{name}-{version}+")) for w in wheels)

    return there("torch", row.torch) and there("torchvision", row.torchvision)


def _fits(row: Row, python: tuple[int, int], architecture: str, toolkit: str, libc: str, why: list[str]) -> bool:
    first, last = (_numbers(version) for version in row.python)
    if not first <= python <= last:
        why.append(f"torch {row.torch} is for Python {row.python[0]} to {row.python[1]}, not {python[0]}.{python[1]}")
        return False
    if architecture not in row.architectures:
        why.append(f"torch {row.torch} is listed for {' and '.join(row.architectures)}, not {architecture}")
        return False
    if row.toolkit and toolkit and not toolkit.startswith(row.toolkit):
        why.append(f"torch {row.torch} goes with {row.toolkit}, this machine has {toolkit}")
        return False
    if row.libc and libc and _numbers(libc) < _numbers(row.libc):
        why.append(f"the wheels of torch {row.torch} need glibc {row.libc}, this machine has {libc}")
        return False
    return True


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
