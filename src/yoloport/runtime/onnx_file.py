"""The texts in an ONNX file, read without the libraries that would load its weights.

It is a protocol-buffers message: fields with a number and a wire type (protobuf.dev/programming-guides/encoding);
``ModelProto.metadata_props`` is field 14, its entries have key 1 and value 2 (onnx/onnx.proto).
"""

from __future__ import annotations

import mmap
from collections.abc import Iterator
from pathlib import Path

from yoloport.runtime.metadata import BadMetadata

METADATA = 14
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5


def properties(file: Path) -> dict[str, str]:
    """Keys and values of the model's metadata; weights are jumped over.

    Raises:
        BadMetadata: the file is empty, torn, or no ONNX model.
    """
    try:
        with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
            return dict(_pair(data, *span) for number, span in _fields(data, 0, len(data)) if number == METADATA)
    except (ValueError, IndexError, UnicodeDecodeError) as error:
        raise BadMetadata(str(file), f"is no ONNX model, or is cut off ({error})") from None


def _pair(data: mmap.mmap, begin: int, end: int) -> tuple[str, str]:
    found = {number: data[first:last] for number, (first, last) in _fields(data, begin, end)}
    return found.get(1, b"").decode(), found.get(2, b"").decode()


def _fields(data: mmap.mmap, place: int, end: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Number of each field with bytes, and where they begin and end."""
    while place < end:
        tag, place = _varint(data, place)
        number, kind = tag >> 3, tag & 7
        if kind == BYTES:
            length, place = _varint(data, place)
            if length > end - place:
                raise ValueError(f"field {number} goes past the end")
            yield number, (place, place + length)
            place += length
        elif kind == VARINT:
            _, place = _varint(data, place)
        elif kind in (FIXED64, FIXED32):
            place += 8 if kind == FIXED64 else 4
        else:
            raise ValueError(f"wire type {kind}")


def _varint(data: mmap.mmap, place: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[place]
        place += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, place
        shift += 7
        if shift > 63:
            raise ValueError("a number of more than 64 bits")
