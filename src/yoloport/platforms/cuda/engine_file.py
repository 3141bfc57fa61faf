"""The head of an ``.engine`` file that Ultralytics wrote: 4 bytes with a length, little-endian, and so much JSON.

Source: Ultralytics 8.4.190 ``utils/export/engine.py`` (writes it) and ``nn/backends/base.py`` ``engine_header`` (reads
it). trtexec's files have no head and begin with the engine.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from yoloport.runtime.metadata import MOST_TEXT, BadMetadata
from yoloport.runtime.sidecar import texts


def head(file: Path) -> tuple[int, Mapping[str, Any]]:
    """Where the engine begins, and what stands before it; 0 and nothing where it begins at once.

    Raises:
        BadMetadata: the file cannot be read, or is empty.
    """
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            opened.seek(0)
            length = int.from_bytes(opened.read(4), "little", signed=True)
            text = opened.read(length) if 0 < length <= min(size - 4, MOST_TEXT) else b""
    except OSError as error:
        raise BadMetadata(str(file), f"cannot be read: {error}") from None
    if size == 0:
        raise BadMetadata(str(file), "is empty")
    try:
        told = json.loads(text) if text else None
    except (ValueError, RecursionError):
        told = None
    return (4 + length, told) if isinstance(told, dict) else (0, {})


def said(file: Path) -> dict[str, str]:
    """Ultralytics' texts of a bare file.

    Raises:
        BadMetadata: it has none.
    """
    _, told = head(file)
    if not told:
        raise BadMetadata(
            str(file), "has no metadata before the engine; one of trtexec's needs a yoloport.json beside it"
        )
    return texts(told, file)
