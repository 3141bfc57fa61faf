"""What ``YOLOPORT_REQUIRE`` asks for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, cast, get_args

from yoloport.errors import Exit, Problem

Wish = Literal["accelerator", "warn", "off"]
VARIABLE = "YOLOPORT_REQUIRE"


class BadWish(Problem):
    """A word that is none of the three: a misspelt guard must not be no guard."""

    exit = Exit.USAGE

    def __init__(self, said: str) -> None:
        self.said = said
        remedy = f"Set it to one of: {', '.join(get_args(Wish))}."
        super().__init__(f"{VARIABLE}={said!r} is not known", remedy, "docs/en/accelerator.md")


def wish(environ: Mapping[str, str]) -> Wish:
    """The wish; ``off`` where none is set.

    Raises:
        BadWish: another word.
    """
    said = environ.get(VARIABLE, "").strip().lower() or "off"
    if said not in get_args(Wish):
        raise BadWish(environ[VARIABLE])
    return cast(Wish, said)
