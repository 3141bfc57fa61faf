"""Which language a text for people is told in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoloport.platforms.schema import Language


def spoken(environ: Mapping[str, str]) -> Language:
    """The terminal's language, ``en`` or ``zh``, as its variables say."""
    terminals = environ.get("LC_ALL") or environ.get("LC_MESSAGES") or environ.get("LANG", "")
    return "zh" if terminals.startswith("zh") else "en"
