"""Lines of a log that somebody would have to worry about."""

from __future__ import annotations

import re
from collections.abc import Iterable

_LOUD = re.compile(r"\b(WARN(ING)?|ERROR|CRITICAL|FATAL|Traceback)\b|Error:|\[[WEC] \d{4}-")
KNOWN: tuple[tuple[str, str], ...] = (
    # Jupyter Server's extension manager tells this of every extension that has no package data (jupyter_server 2.20).
    (r"jupyter_lsp \| error linking", "no language server is in the image"),
)
"""Patterns of lines that look worse than they are, and why."""


def alarming(lines: Iterable[str], known: tuple[tuple[str, str], ...] = KNOWN) -> list[str]:
    """The lines that say warning or error, besides those on the list.

    >>> alarming(["[I 2026-11-24 10:00:00 ServerApp] ok", "[W 2026-11-24 10:00:00 LabApp] hm"])
    ['[W 2026-11-24 10:00:00 LabApp] hm']
    """
    return [
        line.strip()
        for line in lines
        if _LOUD.search(line) and not any(re.search(pattern, line) for pattern, _ in known)
    ]
