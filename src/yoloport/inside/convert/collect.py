"""Take from what an exporter left what belongs to an artifact, under names that do not depend on the weights' name."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path


def one_file(name: str) -> Callable[[Path, Path], Path]:
    """For exporters that make one file."""

    def collect(exported: Path, folder: Path) -> Path:
        return Path(shutil.move(exported, folder / name))

    return collect


def pick(names: Mapping[str, str]) -> Callable[[Path, Path], Path]:
    """For exporters that make a folder: patterns in it, and what their one match is called. The first is the model."""

    def collect(exported: Path, folder: Path) -> Path:
        for pattern, name in names.items():
            (found,) = exported.glob(pattern)
            shutil.move(found, folder / name)
        return folder / next(iter(names.values()))

    return collect
