"""What is wrong with a dataset, counted to the end and remembered only as far as a reader will look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from yoloport.errors import Exit, Problem

SEE = "https://docs.ultralytics.com/datasets/detect/"
SHOWN = 20


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong, and where.

    Args:
        file: the file to open.
        line: its line, from 1; ``None`` where the fault is the file itself.
        what: the fault in one clause, with the value found and the values allowed.
    """

    file: str
    line: int | None
    what: str

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.what}"


@dataclass
class FaultList:
    """Keeps the first ``SHOWN`` faults and counts all of them, so that a broken set of a million labels stays small."""

    shown: list[Fault] = field(default_factory=list)
    count: int = 0

    def add(self, file: Path, what: str, line: int | None = None) -> None:
        self.count += 1
        if len(self.shown) < SHOWN:
            self.shown.append(Fault(str(file), line, what))


class BadDataset(Problem):
    """A dataset that a training run would refuse, or silently train less of.

    Attributes:
        dataset: the dataset YAML.
        faults: the first faults as mappings with ``file``, ``line`` and ``what``.
        fault_count: how many there are in all.
    """

    exit = Exit.BAD_DATASET

    def __init__(self, dataset: Path, faults: Sequence[Fault], remedy: str, count: int | None = None) -> None:
        self.dataset, self.faults = dataset, [asdict(fault) for fault in faults]
        self.fault_count = len(faults) if count is None else count
        super().__init__(_cause(dataset, faults, self.fault_count), remedy, SEE)


def _cause(dataset: Path, faults: Sequence[Fault], count: int) -> str:
    if count == 1:
        return str(faults[0])
    more = [f"... and {count - len(faults)} more"] if count > len(faults) else []
    return "\n  ".join([f"{dataset}: {count} faults", *map(str, faults), *more])
