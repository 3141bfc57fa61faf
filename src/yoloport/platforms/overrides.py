"""Version rows of the user's own, which come before those of the platform's folder."""

from __future__ import annotations

import os
from collections.abc import Collection
from pathlib import Path
from typing import Any

from yoloport.errors import Exit, Problem
from yoloport.host import folders
from yoloport.platforms.toml_file import BadToml, read


class BadVersionsFile(Problem):
    """The user's file of version rows does not have its shape."""

    exit = Exit.USAGE

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(
            f"{file}: {why}",
            "write [[PLATFORM.row]] tables with the keys of the platform's versions.toml",
            "docs/en/versions.md",
        )
        self.file = file


def file() -> Path:
    """``YOLOPORT_VERSIONS``, else ``versions.toml`` in the configuration folder."""
    named = os.environ.get("YOLOPORT_VERSIONS")
    if not named:
        return folders.config() / "versions.toml"
    return Path(os.path.expanduser(named))  # noqa: PTH111  "~" of nobody stays as it is


def require_known(platforms: Collection[str]) -> None:
    """A misspelt platform in the user's file would be rows that nobody reads.

    Raises:
        BadVersionsFile: the file has a table for a platform that there is not.
    """
    path = file()
    if not path.exists():
        return
    try:
        unknown = sorted(set(read(path)) - set(platforms))
    except BadToml as error:
        raise BadVersionsFile(path, error.why) from error
    if unknown:
        raise BadVersionsFile(path, f"there is no platform {unknown[0]!r}; there are: {', '.join(sorted(platforms))}")


def rows(platform: str) -> list[Any]:
    """The user's rows for this platform; none where there is no file.

    Raises:
        BadVersionsFile: the file is not TOML, or not made of ``[[PLATFORM.row]]``; a named file is missing.
    """
    path = file()
    if not os.path.exists(path) and not os.environ.get("YOLOPORT_VERSIONS"):  # noqa: PTH110  not to be looked into: none
        return []
    try:
        found = read(path).get(platform, {})
    except BadToml as error:
        raise BadVersionsFile(path, error.why) from error
    rows = found.get("row", []) if isinstance(found, dict) else None
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows) or set(found) - {"row"}:
        raise BadVersionsFile(path, f"{platform} is not a list of [[{platform}.row]] tables")
    return [{"source": f"your file {path}", **row} for row in rows]
