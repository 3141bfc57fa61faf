"""JSON that a program prints among warnings: its standard error is read in the same stream."""

from __future__ import annotations

import json
from typing import Any


def find(text: str) -> Any:
    """The first JSON object or list that begins a line.

    Raises:
        ValueError: there is none.
    """
    decoder, why = json.JSONDecoder(), ValueError("no JSON in it")
    at = 0
    for line in text.splitlines(keepends=True):
        if line.lstrip()[:1] in ("{", "["):
            try:
                return decoder.raw_decode(text, at + len(line) - len(line.lstrip()))[0]
            except (ValueError, RecursionError) as error:  # "[WARN] …", and brackets without end
                why = ValueError(str(error))
        at += len(line)
    raise why
