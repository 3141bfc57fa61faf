"""Which formats there are, how their files are told apart, and where each one's session is found.

Three places are asked, and none imports anything before its format is wanted: this package's own sessions, the folders
of platforms (``sessions.toml``), and entry points of other packages.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yoloport.errors import Exit, Problem
from yoloport.platforms import places
from yoloport.platforms.toml_file import BadToml, read

TABLE = "sessions.toml"
"""In a platform's folder: ``[FORMAT]`` with ``open``, ``suffixes``, ``metadata`` and ``remedy``."""


@dataclass(frozen=True)
class Format:
    """A kind of converted model.

    Args:
        name: as ``yoloport.json`` has it.
        open: ``module:function`` that makes a session of an artifact and options.
        suffixes: of its bare files, in small letters.
        metadata: ``module:function`` that reads Ultralytics' texts from a file; empty: they lie in ``metadata.yaml``
            beside it.
        remedy: what to do where its engine is missing; empty: the plain words.
        folder: of the platform that brings it; then modules are files of this folder.
    """

    name: str
    open: str
    suffixes: tuple[str, ...] = ()
    metadata: str = ""
    remedy: str = ""
    folder: Path | None = None


_HERE = "yoloport.runtime"
_EXTRA = "pip install 'yoloport[runtime,{}]'"
OWN = (
    Format("onnx", f"{_HERE}.sessions.onnx:open_session", (".onnx",), f"{_HERE}.onnx_file:properties"),
    Format("openvino", f"{_HERE}.sessions.openvino:open_session", (".xml",), remedy=_EXTRA.format("openvino")),
    Format("ncnn", f"{_HERE}.sessions.ncnn:open_session", (".param",), remedy=_EXTRA.format("ncnn")),
    Format("mnn", f"{_HERE}.sessions.mnn:open_session", (".mnn",), f"{_HERE}.mnn_file:said", _EXTRA.format("mnn")),
    Format(
        "torchscript",
        f"{_HERE}.sessions.torchscript:open_session",
        (".torchscript",),
        f"{_HERE}.torchscript_file:said",
        "pip install torch, or run it where it is already: yoloport shell",
    ),
)


class BadSessionTable(Problem):
    """A platform's table of sessions that cannot be used.

    Attributes:
        file: the table.
    """

    exit = Exit.INSTALL

    def __init__(self, file: Path, why: str) -> None:
        self.file = file
        super().__init__(f"{file}: {why}", "correct the file", "docs/en/adding-a-platform.md")


def all_formats() -> dict[str, Format]:
    """Every format by name; a platform's comes in place of an own one, a later platform folder's of an earlier one's.

    Raises:
        BadSessionTable: a platform's table is not TOML, or a key in it is unknown or missing.
    """
    found = {one.name: one for one in OWN}
    for folder in places.named():
        for table in sorted(folder.glob(f"*/{TABLE}")):
            found |= {one.name: one for one in _of_platform(table)}
    return found


def by_suffix(suffix: str) -> Format | None:
    """The format whose bare files end so; no platform is asked where an own format has the suffix."""
    known = next((one for one in OWN if suffix.lower() in one.suffixes), None)
    if known is not None:
        return known
    return next((one for one in all_formats().values() if suffix.lower() in one.suffixes), None)


def suffixes() -> tuple[str, ...]:
    """All suffixes that are known here."""
    return tuple(sorted({suffix for one in all_formats().values() for suffix in one.suffixes}))


def function(of: Format, place: str) -> Callable[..., Any]:
    """What stands at a ``module:function`` of a format; it is imported now."""
    module, _, name = place.partition(":")
    if of.folder is None:
        loaded = importlib.import_module(module)
    else:
        # A platform's folder may lie outside this package, where its files belong to no package.
        from yoloport.doctor.catalogue import module as load

        loaded = load(of.folder / f"{module}.py", of.folder.name)
    found: Callable[..., Any] = getattr(loaded, name)
    return found


def _of_platform(table: Path) -> list[Format]:
    try:
        told = read(table)
    except BadToml as error:
        raise BadSessionTable(table, error.why) from None
    return [_format(table, name, entry) for name, entry in told.items()]


def _format(table: Path, name: str, entry: object) -> Format:
    if not isinstance(entry, Mapping) or not isinstance(entry.get("open"), str) or ":" not in entry["open"]:
        raise BadSessionTable(table, f'{name}: needs open = "module:function"')
    strange = set(entry) - {"open", "suffixes", "metadata", "remedy"}
    if strange:
        raise BadSessionTable(table, f"{name}: no key {', '.join(sorted(strange))}")
    ends = entry.get("suffixes", [])
    if not isinstance(ends, list) or not all(isinstance(one, str) and one.startswith(".") for one in ends):
        raise BadSessionTable(table, f'{name}.suffixes: is a list such as [".bin"]')
    texts = {key: str(entry.get(key, "")) for key in ("metadata", "remedy")}
    small = tuple(one.lower() for one in ends)
    return Format(name, entry["open"], small, texts["metadata"], texts["remedy"], table.parent)
