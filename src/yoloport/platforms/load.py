"""Read platform folders."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from yoloport.errors import Exit, Problem
from yoloport.host.facts import Sought
from yoloport.platforms import overrides, places
from yoloport.platforms.locate import line_of
from yoloport.platforms.schema import Platform, Shared
from yoloport.platforms.toml_file import BadToml, read

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

    def __init__(self, file: Path, key: str, why: str, line: int = 0) -> None:
        where = f"{file}:{line}" if line else str(file)
        super().__init__(
            f"{where}: {key}: {why}",
            "correct the file; its keys are in platforms/schema.py",
            "docs/en/adding-a-platform.md",
        )
        self.file, self.key, self.line = file, key, line


def folders() -> tuple[Path, ...]:
    """Where platforms lie: this package, and the folders that ``YOLOPORT_PLATFORMS`` names, parted by ``:``.

    Raises:
        BadPlatformFolder: a folder that is named is not there.
    """
    found = places.named()
    for folder in found:
        if not folder.is_dir():
            raise BadPlatformFolder(folder, "YOLOPORT_PLATFORMS", "there is no such folder")
    return found


def names() -> tuple[str, ...]:
    """Names of all platforms, in alphabetical order."""
    return tuple(sorted({f.parent.name for folder in folders() for f in folder.glob("*/platform.toml")}))


def folder_of(name: str) -> Path:
    """The folder of this platform; a later folder of ``YOLOPORT_PLATFORMS`` comes before an earlier one.

    Raises:
        UnknownPlatform: there is none.
    """
    for folder in reversed(folders()):
        if name.isidentifier() and (folder / name / "platform.toml").is_file():
            return folder / name
    raise UnknownPlatform(name, names())


def load(name: str) -> Platform:
    """Read one platform, the user's own version rows (``versions.toml`` in the configuration folder) before its own.

    Raises:
        UnknownPlatform: no such folder.
        BadPlatformFolder: the file is not TOML, or a key is wrong; names file, line and key.
    """
    file = folder_of(name) / "platform.toml"
    versions = file.with_name("versions.toml")
    own, users = toml(versions).get("row", []), overrides.rows(name)
    data = {**toml(file), "rows": [*users, *own]}
    try:
        return Platform.model_validate(data)
    except ValidationError as error:
        raise _bad(error, file, versions, len(users)) from error


def load_all() -> tuple[Platform, ...]:
    """Every platform: accelerators first, then those of a processor, then the one that every machine is."""
    order = ("accelerator", "inference", "processor")
    overrides.require_known(names())
    return tuple(sorted((load(name) for name in names()), key=lambda p: (p.match.always, order.index(p.kind))))


def sought(platforms: Iterable[Platform]) -> Sought:
    """What to look for on a machine, to tell these platforms and plan for them."""
    found = list(platforms)
    groups: list[Shared] = [group for p in found for group in (p.container, *p.product)]
    nodes = [path.split(":")[0] for group in groups for path in (*group.shared, *group.optional)]
    nodes += [pattern for p in found for pattern in p.match.nodes] + [one.detect for p in found for one in p.product]
    nodes += [pattern for p in found for one in p.companion for pattern in one.nodes]
    return Sought(
        nodes=tuple(dict.fromkeys(nodes)),
        files=tuple(dict.fromkeys([*(path for g in groups for path in g.mounts), *_watched(found, "files")])),
        toolkits=tuple((p.toolkit.name, file) for p in found if p.toolkit for file in p.toolkit.files),
        drivers=tuple((p.driver.name, file) for p in found if p.driver for file in p.driver.files),
        texts=_watched(found, "texts"),
        commands=tuple(query for p in found if p.tool for query in p.tool.queries),
        tool_paths=tuple((p.tool.name, path) for p in found if p.tool for path in p.tool.paths),
        environment=tuple(dict.fromkeys(name for p in found for name in _variables(p))),
        packages=tuple(dict.fromkeys(name for p in found for name in _packages(p))),
    )


def _watched(platforms: Iterable[Platform], what: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for p in platforms for name in getattr(p.watch, what)))


def _variables(platform: Platform) -> Iterable[str]:
    container = platform.container
    named = (container.visibility, container.runtime_env, *container.visibility_also, *container.runtime_env_also)
    return filter(None, (*named, *container.environment, *platform.watch.variables))


def _packages(platform: Platform) -> Iterable[str]:
    rows = (row.plugin for row in platform.rows)
    return filter(
        None, (platform.torch.plugin, *platform.watch.packages, *(re.split(r"[=<>!~ ;]", name)[0] for name in rows))
    )


def toml(file: Path) -> dict[str, Any]:
    """A file of a platform's folder as plain values.

    Raises:
        BadPlatformFolder: it cannot be read, or is not TOML; the reason names the line.
    """
    try:
        return read(file)
    except BadToml as error:
        raise BadPlatformFolder(file, "TOML", error.why) from error


def _bad(error: ValidationError, file: Path, versions: Path, users: int) -> BadPlatformFolder:
    first = error.errors()[0]
    loc = first["loc"]
    if loc[:1] == ("rows",):
        place = int(loc[1]) if len(loc) > 1 else 0
        mine = place < users
        loc = (file.parent.name, "row", place, *loc[2:]) if mine else ("row", place - users, *loc[2:])
        file = overrides.file() if mine else versions
    return BadPlatformFolder(file, ".".join(map(str, loc)), first["msg"], line_of(file, loc))
