"""Which language a verb speaks."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from yoloport.platforms.schema import Language


def chosen(asked: str) -> Language:
    """``en`` or ``zh``: the one asked for or, where none was, the terminal's.

    Raises:
        typer.BadParameter: another language was asked for.
    """
    if asked not in ("", "en", "zh"):
        raise typer.BadParameter(f"{asked!r} is neither en nor zh", param_hint="--lang")
    if asked:
        return "zh" if asked == "zh" else "en"
    from yoloport.doctor.language import spoken

    return spoken(os.environ)
