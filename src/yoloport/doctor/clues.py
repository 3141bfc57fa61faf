"""Plain texts that every match of a regular expression must contain: looking for them is ten times as quick.

Conservative: what is in a group, a class, or may be left out does not count, and where a branch has no plain text
nothing is said at all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

SHORTEST = 3
TOKEN = re.compile(r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|[{]\d*,?\d*[}]|.", re.DOTALL)


def clues(pattern: str) -> tuple[str, ...]:
    """Texts of which at least one is in whatever the pattern fits; empty where that cannot be said.

    Args:
        pattern: a regular expression that :func:`re.compile` accepts.
    """
    if re.search(r"\(\?[a-zA-Z]+\)|\\[xuUN0-9]", pattern):  # flags for the whole, and characters by their number
        return ()
    found = [max(runs, key=len) for runs in _branches(pattern)]
    return tuple(dict.fromkeys(found)) if all(len(text) >= SHORTEST for text in found) else ()


def _branches(pattern: str) -> Iterator[list[str]]:
    """By branch of the outermost alternation, the runs of plain characters outside all groups."""
    runs, depth = [""], 0
    for part in TOKEN.findall(pattern):
        plain = part[-1] if re.fullmatch(r"\\?[^\w\s]|[\w ]", part) else ""
        if part == "|" and depth == 0:
            yield runs
            runs = [""]
        elif part in ("(", ")"):
            depth += 1 if part == "(" else -1
            runs.append("")
        elif part in ("?", "*") or part.startswith("{"):
            runs[-1:] = [runs[-1][:-1], ""]
        elif depth == 0 and plain and part not in "+.^$":
            runs[-1] += plain
        else:
            runs.append("")
    yield runs
