"""All checks: the general ones of this package, and those in the platforms' folders, read when they are wanted."""

from __future__ import annotations

import datetime as dt
import importlib.util
import string
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType

from pydantic import Field, ValidationError

from yoloport.doctor.check import Check, Level, Look, Variant
from yoloport.platforms.load import BadPlatformFolder, folder_of, names, toml
from yoloport.platforms.schema import Strict, Words

GENERAL = Path(__file__).parent / "general"


class Entry(Strict):
    """One check's words in ``checks.toml``."""

    title: Words
    level: Level
    cause: Words
    remedy: Words
    command: str = ""
    source: str
    date: dt.date
    see: str = ""
    replaces: tuple[str, ...] = ()
    variants: dict[str, VariantEntry] = Field(default_factory=dict)


class VariantEntry(Strict):
    """Other words of the same check."""

    cause: Words
    remedy: Words
    command: str = ""


def every() -> tuple[Check, ...]:
    """General checks first, then the platforms' in alphabetical order.

    Raises:
        BadPlatformFolder: a check has words and no function, or a function and no words; names the file.
    """
    found = list(_in_folder(GENERAL, "", "docs/en/doctor.md"))
    for name in names():
        found += _in_folder(folder_of(name), name, f"docs/en/platforms/{name}.md")
    return tuple(found)


def _in_folder(folder: Path, platform: str, see: str) -> Iterator[Check]:
    looks = _looks(folder, platform)
    entries = {id_: (file, told) for file in sorted(folder.glob("checks*.toml")) for id_, told in toml(file).items()}
    for id_ in (*entries, *looks):
        if id_ not in entries or id_ not in looks:
            file = entries[id_][0] if id_ in entries else folder / "checks.toml"
            raise BadPlatformFolder(file, id_, "has words and no function, or a function and no words")
    for id_, (file, told) in entries.items():
        yield _check(id_, _entry(file, id_, told), looks[id_], platform, see)


def _check(id_: str, entry: Entry, look: Look, platform: str, see: str) -> Check:
    words = {"": Variant(entry.cause, entry.remedy, entry.command)}
    words |= {name: Variant(one.cause, one.remedy, one.command) for name, one in entry.variants.items()}
    told = (entry.source, entry.date, entry.see or see)
    return Check(id_, entry.title, entry.level, words, *told, look, platform, entry.replaces)


def _entry(file: Path, id_: str, told: object) -> Entry:
    try:
        return Entry.model_validate(told)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadPlatformFolder(file, ".".join(map(str, (id_, *first["loc"]))), first["msg"]) from error


def _looks(folder: Path, platform: str) -> Mapping[str, Look]:
    """``CHECKS`` of every module in the folder whose name begins with ``checks``."""
    found: dict[str, Look] = {}
    for file in sorted(folder.glob("checks*.py")):
        found |= module(file, platform or "general").CHECKS
    return found


def module(file: Path, owner: str) -> ModuleType:
    """The code of a platform's folder, which may lie outside this package (``YOLOPORT_PLATFORMS``)."""
    name = f"yoloport_{owner}_{file.stem}"
    if file.is_relative_to(Path(__file__).parents[1]):
        return importlib.import_module(
            ".".join(("yoloport", *file.relative_to(Path(__file__).parents[1]).with_suffix("").parts))
        )
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise BadPlatformFolder(file, "module", "cannot be loaded as Python")
    loaded = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def fields(words: str) -> frozenset[str]:
    """Names of the values that a text wants."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(words) if name)
