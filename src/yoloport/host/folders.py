"""Where yoloport keeps things: cache (can be made again), state (which workspaces there are), data (the user's)."""

from __future__ import annotations

import os
from pathlib import Path


def cache() -> Path:
    """Environments and downloads: ``YOLOPORT_CACHE``, else ``$XDG_CACHE_HOME/yoloport``, else ``~/.cache/yoloport``."""
    named = os.environ.get("YOLOPORT_CACHE")
    return Path(named).absolute() if named else _xdg("XDG_CACHE_HOME", ".cache") / "yoloport"


def state() -> Path:
    """The register of this user's workspaces: ``$XDG_STATE_HOME/yoloport``, else ``~/.local/state/yoloport``."""
    return _xdg("XDG_STATE_HOME", ".local/state") / "yoloport"


def config() -> Path:
    """What the user wrote for yoloport: ``$XDG_CONFIG_HOME/yoloport``, else ``~/.config/yoloport``."""
    return _xdg("XDG_CONFIG_HOME", ".config") / "yoloport"


def data() -> Path:
    """The default data folder, ``~/yoloport``."""
    return Path.home() / "yoloport"


def checkout() -> Path | None:
    """The root of the source tree this code runs from, or None where it was installed from a wheel."""
    root = Path(__file__).resolve().parents[3]
    return root if (root / "pyproject.toml").is_file() and (root / "src/yoloport").is_dir() else None


def _xdg(variable: str, default: str) -> Path:
    value = os.environ.get(variable, "")
    return Path(value) if value.startswith("/") else Path.home() / default
