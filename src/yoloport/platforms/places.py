"""Where platforms' folders lie. Reads none of them, and needs nothing but Python."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

OWN = Path(__file__).parent


def named(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """This package, and the folders that ``YOLOPORT_PLATFORMS`` names, parted by ``:``."""
    parts = environ.get("YOLOPORT_PLATFORMS", "").split(os.pathsep)
    return (OWN, *(Path(part).expanduser() for part in parts if part))


def descriptions(environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """The ``platform.toml`` of each platform; a later folder's comes in place of an earlier one's of the same name."""
    found = {file.parent.name: file for folder in named(environ) for file in sorted(folder.glob("*/platform.toml"))}
    return tuple(found.values())
