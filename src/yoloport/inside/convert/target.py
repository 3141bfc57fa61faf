"""What a format needs, takes and gives; and where the formats are found: here, and in platforms' folders."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from yoloport.inside.convert.problems import NoSuchTarget
from yoloport.platforms import places
from yoloport.runtime.metadata import Preprocess, RawHead

TABLE = "convert.toml"
"""In a platform's folder: ``[FORMAT]`` with the facts of :class:`Target`, and ``convert.py`` with its functions."""
TASKS = ("detect", "segment", "pose", "obb", "classify")


@dataclass(frozen=True)
class Need:
    """A package: its name, the versions that fit (empty: any), and what pip is told where that differs."""

    name: str
    versions: str = ""
    pip: str = ""

    def words(self) -> str:
        """What stands behind ``pip install``."""
        return self.pip or (f"'{self.name}{self.versions}'" if self.versions else self.name)


@dataclass(frozen=True)
class Precision:
    """A precision that a target's files can be stored in.

    Args:
        quantize: what Ultralytics' ``export`` calls it.
        calibrated: whether pictures are needed to find the ranges.
        tasks: the tasks it is possible for.
        needs: packages beyond the target's own.
    """

    quantize: int | None = None
    calibrated: bool = False
    tasks: tuple[str, ...] = TASKS
    needs: tuple[Need, ...] = ()


@dataclass(frozen=True)
class Graph:
    """What a graph takes and gives.

    Args:
        preprocess: what a picture becomes before it goes in.
        raw_head: how its last numbers become boxes; nothing where it works them out itself.
    """

    preprocess: Preprocess = field(default_factory=Preprocess)
    raw_head: RawHead | None = None


@dataclass(frozen=True)
class Speed:
    """What a graph is made fast for.

    Args:
        graph: as the exporter left it.
        size: height and width of the input.
        pictures: to find the ranges of 8-bit numbers with; empty where they stay what they are.
    """

    graph: Graph
    size: tuple[int, int]
    pictures: tuple[Path, ...] = ()


def nothing() -> None:
    """No preparation."""


@dataclass(frozen=True)
class Target:
    """A format.

    Args:
        format: its name here and in Ultralytics.
        precisions: those it can be stored in; the first is what a request without one means.
        refused: for a precision that it has not, why.
        needs: packages that the exporter needs.
        stored: given the model's file, how many weights are of which type; keys are names such as ``float16``.
        collect: given what the exporter made and an empty folder, puts there what belongs to the artifact, and returns
            the model's file.
        dynamic: whether other sizes and batches can go in.
        chips: chips that it is made for; empty: any.
        one_precision: chips that take one precision only.
        before: called in the exporting process before the exporter, to keep its libraries off the network.
        preprocess: what a picture becomes for it.
        fast: rewrites the model's file, exported in floating point, so that it does more in less time, and says what
            it takes and gives then; nothing where there is only the graph that the exporter makes.
        graph: which of the two a request without a wish means, where there are two.
        install: words where a plain ``pip install`` cannot do.
        options: further arguments of Ultralytics' ``export``.
    """

    format: str
    precisions: Mapping[str, Precision]
    needs: tuple[Need, ...]
    collect: Callable[[Path, Path], Path]
    stored: Callable[[Path], dict[str, int]]
    refused: Mapping[str, str] = field(default_factory=dict)
    dynamic: bool = True
    chips: tuple[str, ...] = ()
    one_precision: Mapping[str, str] = field(default_factory=dict)
    before: Callable[[], None] = nothing
    preprocess: Preprocess = field(default_factory=Preprocess)
    fast: Callable[[Path, Speed], Graph] | None = None
    graph: str = "fast"
    install: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


def known() -> tuple[str, ...]:
    """Names of all targets: this package's, then the platforms'."""
    return (*_own(), *sorted(_of_platforms()))


def find(name: str) -> Target:
    """The target of a name; only its own file is imported.

    Raises:
        NoSuchTarget: there is none.
        BadPlatformFolder: a platform's table is wrong.
    """
    if name in _own():
        target: Target = importlib.import_module(f"{__package__}.targets.{name}").TARGET
        return target
    tables = _of_platforms()
    if name not in tables:
        raise NoSuchTarget(name, known())
    from yoloport.inside.convert.of_platform import target_of

    return target_of(name, *tables[name])


def _own() -> tuple[str, ...]:
    files = (Path(__file__).parent / "targets").glob("*.py")
    return tuple(sorted(file.stem for file in files if not file.stem.startswith("_")))


def _of_platforms() -> dict[str, tuple[Path, Mapping[str, Any]]]:
    from yoloport.inside.convert.of_platform import entries

    found: dict[str, tuple[Path, Mapping[str, Any]]] = {}
    for folder in places.named():
        for table in sorted(folder.glob(f"*/{TABLE}")):
            found |= {name: (table, told) for name, told in entries(table).items()}
    return found
