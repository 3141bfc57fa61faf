"""Read a TOML file, and say what is wrong with it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class BadToml(ValueError):
    """The file cannot be read, or is not TOML."""

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file}: {why}")
        self.file, self.why = file, why


def read(file: Path) -> dict[str, Any]:
    """The file as plain values.

    Raises:
        BadToml: says why, with the line where the parser names one.
    """
    try:
        return dict(tomllib.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: no text, no TOML, a number of 5000 digits
        raise BadToml(file, str(error)) from error


def loads(text: str) -> dict[str, Any] | None:
    """The text as plain values, or None where it is not TOML."""
    try:
        return dict(tomllib.loads(text))
    except (ValueError, RecursionError):
        return None
