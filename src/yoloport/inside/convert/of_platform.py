"""Targets that a platform's folder brings: facts in ``convert.toml``, functions in ``convert.py`` beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yoloport.inside.convert.target import TASKS, Need, Precision, Target, nothing
from yoloport.platforms.load import BadPlatformFolder
from yoloport.platforms.toml_file import BadToml, read
from yoloport.runtime.formats import Format, function
from yoloport.runtime.metadata import Preprocess


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")


class _Need(_Table):
    name: str
    versions: str = ""
    pip: str = ""


class _Precision(_Table):
    quantize: int | None
    calibrated: bool = False
    tasks: tuple[str, ...] = TASKS


class _Entry(_Table):
    precision: dict[str, _Precision] = Field(min_length=1)
    refused: dict[str, str] = {}
    needs: tuple[_Need, ...]
    dynamic: bool
    chips: tuple[str, ...] = ()
    one_precision: dict[str, str] = {}
    preprocess: Preprocess = Field(default_factory=Preprocess)
    install: str = ""
    source: str
    date: Any


def entries(table: Path) -> Mapping[str, Any]:
    """The formats of a table, unchecked.

    Raises:
        BadPlatformFolder: it is not TOML.
    """
    try:
        return read(table)
    except BadToml as error:
        raise BadPlatformFolder(table, "convert", error.why) from None


def target_of(name: str, table: Path, told: object) -> Target:
    """A target from a platform's table; its code is imported now.

    Raises:
        BadPlatformFolder: a key is wrong or missing, or the code lacks a function.
    """
    try:
        entry = _Entry.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadPlatformFolder(table, ".".join(map(str, (name, *first["loc"]))), first["msg"]) from None
    return Target(
        format=name,
        precisions={key: Precision(one.quantize, one.calibrated, one.tasks) for key, one in entry.precision.items()},
        refused=entry.refused,
        needs=tuple(Need(one.name, one.versions, one.pip) for one in entry.needs),
        dynamic=entry.dynamic,
        chips=entry.chips,
        one_precision=entry.one_precision,
        collect=_code(name, table, "collect"),
        stored=_code(name, table, "stored"),
        before=_code(name, table, "before", nothing),
        preprocess=entry.preprocess,
        install=entry.install,
    )


def _code(name: str, table: Path, word: str, otherwise: Callable[..., Any] | None = None) -> Callable[..., Any]:
    """A function of ``convert.py`` beside the table, found as the runtime finds a platform's session."""
    try:
        return function(Format(name, "", folder=table.parent), f"{table.stem}:{word}")
    except AttributeError:
        if otherwise is not None:
            return otherwise
        raise BadPlatformFolder(table.with_suffix(".py"), name, f"has no function {word}") from None
