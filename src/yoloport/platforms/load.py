"""Read platform folders."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from yoloport.errors import Exit, Problem
from yoloport.host.facts import Sought
from yoloport.platforms.schema import Platform, Shared

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FOLDER = Path(__file__).parent


class UnknownPlatform(Problem):
    """No folder of that name."""

    exit = Exit.NO_PLATFORM

    def __init__(self, name: str, known: tuple[str, ...]) -> None:
        super().__init__(
            f"there is no platform {name!r}", f"use one of: auto, {', '.join(known)}", "docs/en/platforms.md"
        )
        self.name, self.known = name, known


class BadPlatformFolder(Problem):
    """A platform's file does not have the shape of ``schema.py``."""

    def __init__(self, file: Path, key: str, why: str) -> None:
        super().__init__(f"{file}: {key}: {why}", "correct the file; its keys are in platforms/schema.py")
        self.file, self.key = file, key


def names(folder: Path = FOLDER) -> tuple[str, ...]:
    """Names of all platforms, in alphabetical order."""
    return tuple(sorted(f.parent.name for f in folder.glob("*/platform.toml")))


def load(name: str, folder: Path = FOLDER) -> Platform:
    """Read one platform.

    Raises:
        UnknownPlatform: no such folder.
        BadPlatformFolder: the file is not TOML, or a key is wrong; names file and key.
    """
    file = folder / name / "platform.toml"
    if not name.isidentifier() or not file.is_file():
        raise UnknownPlatform(name, names(folder))
    versions = file.with_name("versions.toml")
    data = {**_toml(file), "rows": _toml(versions).get("row", ())}
    try:
        return Platform.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        where = versions if first["loc"][:1] == ("rows",) else file
        raise BadPlatformFolder(where, ".".join(map(str, first["loc"])), first["msg"]) from error


def sought(platforms: Iterable[Platform]) -> Sought:
    """What to look for on a machine, to tell these platforms and plan for them."""
    found = list(platforms)
    groups: list[Shared] = [group for p in found for group in (p.container, *p.product)]
    nodes = [path.split(":")[0] for group in groups for path in (*group.shared, *group.optional)]
    nodes += [pattern for p in found for pattern in p.match.nodes] + [one.detect for p in found for one in p.product]
    toolkits = [(p.toolkit.name, file) for p in found if p.toolkit for file in p.toolkit.files]
    return Sought(tuple(nodes), tuple(path for group in groups for path in group.mounts), tuple(toolkits))


def _toml(file: Path) -> dict[str, Any]:
    try:
        return dict(tomllib.loads(file.read_text(encoding="utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise BadPlatformFolder(file, "TOML", str(error)) from error
