"""Places to fetch from, in place of the usual ones."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.platforms.load import load_all
from yoloport.platforms.schema import Platform
from yoloport.platforms.toml_file import BadToml, read

KEYS = ("packages", "system")


class BadMirror(Problem):
    """A word for --mirror that means nothing."""

    exit = Exit.USAGE

    def __init__(self, said: str, why: str) -> None:
        self.said = said
        super().__init__(
            f"--mirror {said}: {why}",
            "use none, cn, the address of a package index, or a TOML file with `packages` and `system`",
            "docs/en/images.md",
        )


@dataclass(frozen=True)
class Mirrors:
    """Addresses; empty for the usual place.

    Args:
        packages: Python package index.
        system: root of the distribution's packages, with the folders ``debian``, ``ubuntu`` and ``ubuntu-ports``.
        said: what the user wrote, for the comment in the Dockerfile.
    """

    packages: str = ""
    system: str = ""
    said: str = ""


def mirrors(said: str, platform: Platform) -> Mirrors:
    """What a word means: ``none`` or empty, ``cn`` for the catalogue's first of each kind, a file, or an address.

    Raises:
        BadMirror: none of these, or a file with other keys.
    """
    if said in ("", "none"):
        return Mirrors()
    if said == "cn":
        # What the platform does not name is taken from the one that every machine is: an index serves them all.
        common = [row for other in load_all() if other.match.always for row in other.mirror]
        rows = {row.kind: row.address for row in reversed([*platform.mirror, *common])}
        return Mirrors(rows["packages"], rows["system"], said)
    if said.startswith(("http://", "https://")):
        return Mirrors(said, "", said)
    return _of_file(said)


def _of_file(said: str) -> Mirrors:
    try:
        told = read(Path(said))
    except (OSError, BadToml) as error:
        raise BadMirror(said, f"cannot be read: {error}") from error
    wrong = [key for key, value in told.items() if key not in KEYS or not isinstance(value, str)]
    if wrong or not told:
        raise BadMirror(said, f"has {', '.join(wrong) or 'nothing'}; its keys are {', '.join(KEYS)}, each an address")
    return Mirrors(told.get("packages", ""), told.get("system", ""), said)
