"""The vendors' plug-ins for torch: which are installed, and what comes of importing one."""

from __future__ import annotations

import functools
import importlib
import importlib.util
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from yoloport.platforms.toml_file import read

UNSOURCED = "UNSOURCED"  # as the catalogue's schema has it, whose import would cost more than the file

How = Literal["not installed", "failed", "no card", "usable"]


@dataclass(frozen=True)
class Plugin:
    """What a platform's ``[torch]`` table says of its plug-in."""

    platform: str
    module: str
    device: str


@dataclass(frozen=True)
class State:
    """What came of importing a plug-in. ``error``: its own words, where it failed."""

    plugin: Plugin
    how: How
    error: str = ""


def known() -> tuple[Plugin, ...]:
    """The catalogue's plug-ins. Its files are read without being checked: that would cost a process a second look."""
    from yoloport.platforms.places import descriptions

    tables = {file.parent.name: read(file).get("torch", {}) for file in descriptions()}
    return tuple(
        Plugin(name, str(table["module"]), str(table.get("device", "")))
        for name, table in tables.items()
        if table.get("module") and table["module"] != UNSOURCED
    )


def state(plugin: Plugin) -> State:
    """Import the plug-in, and ask it for cards. A vendor's package may raise anything."""
    from yoloport.inside.accelerator import usable

    try:
        if importlib.util.find_spec(plugin.module) is None:
            return State(plugin, "not installed")
        importlib.import_module(plugin.module)
    except Exception as error:  # noqa: BLE001
        return State(plugin, "failed", f"{type(error).__name__}: {error}")
    return State(plugin, "usable" if usable(plugin.device) else "no card")


def loads_by_itself(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether torch imported the plug-ins that are installed: from 2.5 on, unless that is switched off."""
    import torch

    return hasattr(torch, "_import_device_backends") and environ.get("TORCH_DEVICE_BACKEND_AUTOLOAD", "1") == "1"


@functools.cache
def load_installed() -> tuple[State, ...]:
    """Where torch did not, import the plug-ins that are installed, once. What failed is kept for the guard to tell."""
    if loads_by_itself():
        return ()
    return tuple(found for found in map(state, known()) if found.how != "not installed")
