"""What distributions require of each other, as their own metadata say it."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from yoloport.doctor.general.there import normal


def unmet(requires: Iterable[str], name: str, version: str) -> str:
    """The requirement on ``name`` that ``version`` does not meet, such as ``==2.9.0``; empty where all are met.

    A local label (``+cpu``) does not count, and a text that is no requirement is passed over.
    """
    for text in requires:
        required = _read(text)
        if required is None or normal(required.name) != name or not required.specifier:
            continue
        try:
            public = Version(version).public
        except InvalidVersion:
            return ""  # nothing can be said of it
        # A quote can stand in "===anything" alone: no version of ours, and nothing to paste into a shell.
        if "'" not in text and not required.specifier.contains(public, prereleases=True):
            return str(required.specifier)
    return ""


def names(requires: Iterable[str]) -> tuple[str, ...]:
    """Names of what is required."""
    return tuple(normal(required.name) for required in map(_read, requires) if required)


def _read(text: str) -> Requirement | None:
    try:
        return Requirement(text)
    except InvalidRequirement:
        return None
