"""The texts in an ``.mnn`` file, read without its engine.

It is a FlatBuffer (flatbuffers.dev/internals: a table begins with the distance to its vtable, which holds the place of
each field). ``Net.bizCode`` is the first field (alibaba/MNN ``schema/default/MNN.fbs``); Ultralytics puts its metadata
there as JSON (8.4.190, ``utils/export/mnn.py``).
"""

from __future__ import annotations

import json
import mmap
import struct
from pathlib import Path

from yoloport.runtime.metadata import MOST_TEXT, BadMetadata
from yoloport.runtime.sidecar import NAME, texts
from yoloport.runtime.sidecar import said as beside


def said(file: Path) -> dict[str, str]:
    """Keys and texts of the model's metadata; of the ``metadata.yaml`` beside it where the file holds none.

    Raises:
        BadMetadata: the file is empty or torn, or there is no metadata.
    """
    try:
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            text = _first_text(data)
        told = json.loads(text) if text else None
    except (ValueError, struct.error, RecursionError) as error:
        raise BadMetadata(str(file), f"is no MNN model of Ultralytics, or is cut off ({error})") from None
    if not told and file.with_name(NAME).is_file():
        return beside(file)
    return texts(told, file)


def _first_text(data: mmap.mmap) -> str:
    (table,) = struct.unpack_from("<I", data, 0)
    (back,) = struct.unpack_from("<i", data, table)
    vtable = table - back
    if vtable < 0:
        raise ValueError("a table without a vtable")
    size, _, field = struct.unpack_from("<HHH", data, vtable)
    if size < 6 or not field:
        return ""
    (distance,) = struct.unpack_from("<I", data, table + field)
    begin = table + field + distance
    (length,) = struct.unpack_from("<I", data, begin)
    if length > min(MOST_TEXT, len(data) - begin - 4):
        raise ValueError("a text that goes past the end")
    return data[begin + 4 : begin + 4 + length].decode("utf-8")
