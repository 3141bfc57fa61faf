"""The replacements that are installed, and those that this run asks for."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from importlib.metadata import EntryPoint, entry_points

from yoloport.inside.modules import dfl
from yoloport.inside.modules.replacement import Refused, Replacement

GROUP = "yoloport.modules"
VARIABLE = "YOLOPORT_MODULES"
BUILT_IN = (dfl.WITHOUT_TRANSPOSE,)


def installed() -> tuple[tuple[Replacement, ...], tuple[Refused, ...]]:
    """The project's own and those of the entry points, in order of name; and entry points that could not be used."""
    found: dict[str, Replacement] = {one.name: one for one in BUILT_IN}
    refused: list[Refused] = []
    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        loaded = _load(point)
        if isinstance(loaded, Refused):
            refused.append(loaded)
            continue
        for one in loaded:
            if found.setdefault(one.name, one) != one:
                refused.append(Refused(one.name, f"entry point {point.value}: another replacement has this name"))
    return tuple(found.values()), tuple(refused)


def _load(point: EntryPoint) -> tuple[Replacement, ...] | Refused:
    """What the entry point gives: one replacement, or several."""
    try:
        loaded = point.load()
        several = (loaded,) if isinstance(loaded, Replacement) else tuple(loaded)
    except Exception as error:  # noqa: BLE001 - somebody else's package must not stop the user's run
        return Refused(point.name, f"entry point {point.value}: {said(error)}")
    wrong = [type(one).__name__ for one in several if not isinstance(one, Replacement)]
    return Refused(point.name, f"entry point {point.value}: {wrong[0]} is no Replacement") if wrong else several


def wanted(platform: str, environ: Mapping[str, str] = os.environ) -> tuple[tuple[Replacement, ...], list[Refused]]:
    """The replacements to apply on a platform: those for it, or those that ``YOLOPORT_MODULES`` names."""
    if off(environ):
        return (), []
    replacements, refused = installed()
    names = _names(environ)
    if not names:
        return tuple(one for one in replacements if one.is_for(platform)), list(refused)
    known = {one.name: one for one in replacements}
    unknown = [Refused(name, _nobody(known)) for name in names if name not in known]
    return tuple(known[name] for name in names if name in known), [*refused, *unknown]


def off(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the user switched all replacements off."""
    return environ.get(VARIABLE, "").strip().lower() == "off"


def said(error: Exception) -> str:
    """An exception in one line."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}"[:300]


def _names(environ: Mapping[str, str]) -> tuple[str, ...]:
    names = (name.strip() for name in environ.get(VARIABLE, "").split(","))
    return tuple(dict.fromkeys(name for name in names if name))


def _nobody(known: Iterable[str]) -> str:
    return f"{VARIABLE} names it, and no installed replacement has this name; there are: {', '.join(sorted(known))}"
