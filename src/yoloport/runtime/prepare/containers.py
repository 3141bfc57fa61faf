"""What the first bytes of a picture file say: its kind, its size in pixels, and whether its end is there.

cv2 fills the missing part of a truncated JPEG with grey and says nothing that a program could read. Detections on half
a picture look like a quiet scene, so the end is looked for before the decoder is asked.
Sources: ITU-T T.81 annex B (markers of JPEG); the PNG specification, chapter 5 (chunks); RFC 9649 (WebP); TIFF 6.0
section 2 (and BigTIFF, which libtiff's documentation describes); Microsoft's BITMAPINFOHEADER.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

PNG = b"\x89PNG\r\n\x1a\n"
TIFFS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
# Markers of JPEG that start a frame and so hold its size: SOF0 to SOF15 without DHT, JPG and DAC.
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
MOST_TAGS, SHORT_OR_LONG = 1000, {3: 2, 4: 4, 16: 8}  # of TIFF: bytes by type
SCAN, END = 0xDA, b"\xff\xd9"


@dataclass(frozen=True)
class Container:
    """A picture file from outside.

    Args:
        kind: ``jpeg``, ``png``, ``tiff``, ``gif``, ``webp``, ``bmp``, or nothing where none of these.
        size: height and width in pixels as stored; ``None`` where this file's kind is not looked into.
        whole: whether the end of the file is there, as far as it can be told.
    """

    kind: str
    size: tuple[int, int] | None = None
    whole: bool = True


def look(data: bytes | memoryview) -> Container:
    """Kind, size and wholeness of a picture file, from its bytes; never decodes a pixel."""
    head = bytes(data[:32])
    if head.startswith(b"\xff\xd8"):
        return _jpeg(bytes(data))
    if head.startswith(PNG):
        size = (int.from_bytes(head[20:24], "big"), int.from_bytes(head[16:20], "big")) if len(head) >= 24 else None
        return Container("png", size, bytes(data[-65536:]).rfind(b"IEND") >= 0)
    if head.startswith(TIFFS):
        return Container("tiff", _tiff_size(data, head))
    if head.startswith((b"GIF87a", b"GIF89a")):
        return Container("gif", (int.from_bytes(head[8:10], "little"), int.from_bytes(head[6:8], "little")))
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return Container("webp", _webp_size(head), len(data) >= int.from_bytes(head[4:8], "little") + 8)
    return Container("bmp", _bmp_size(head)) if head.startswith(b"BM") else Container("")


def _webp_size(head: bytes) -> tuple[int, int] | None:
    kind = head[12:16]
    if kind == b"VP8X" and len(head) >= 30:
        return int.from_bytes(head[27:30], "little") + 1, int.from_bytes(head[24:27], "little") + 1
    if kind == b"VP8 " and len(head) >= 30:
        return int.from_bytes(head[28:30], "little") & 0x3FFF, int.from_bytes(head[26:28], "little") & 0x3FFF
    if kind == b"VP8L" and len(head) >= 25:
        bits = int.from_bytes(head[21:25], "little")
        return (bits >> 14 & 0x3FFF) + 1, (bits & 0x3FFF) + 1
    return None


def _bmp_size(head: bytes) -> tuple[int, int] | None:
    if len(head) < 26:
        return None
    if int.from_bytes(head[14:18], "little") == 12:  # OS/2's header has two bytes a side
        return int.from_bytes(head[20:22], "little"), int.from_bytes(head[18:20], "little")
    # A negative height means rows from above.
    return abs(int.from_bytes(head[22:26], "little", signed=True)), int.from_bytes(head[18:22], "little")


def _tiff_size(data: bytes | memoryview, head: bytes) -> tuple[int, int] | None:
    """Height and width of the first page, from the tags 257 and 256 of the first directory."""
    order: Literal["little", "big"] = "little" if head[:2] == b"II" else "big"
    big = head[2:4] in (b"+\x00", b"\x00+")

    def number(at: int, width: int) -> int:
        return int.from_bytes(data[at : at + width], order)

    at, counted, entry = (number(8, 8), 8, 20) if big else (number(4, 4), 2, 12)
    found = {}
    for place in range(min(number(at, counted), MOST_TAGS)):
        tag = at + counted + place * entry
        if number(tag, 2) in (256, 257):
            found[number(tag, 2)] = number(tag + (12 if big else 8), SHORT_OR_LONG.get(number(tag + 2, 2), 0))
    return (found[257], found[256]) if len(found) == 2 else None


def _jpeg(data: bytes) -> Container:
    """Walk the segments up to the first scan; the end marker must come after it (a thumbnail has one of its own)."""
    at, size = 2, None
    while at + 4 <= len(data):
        if data[at] != 0xFF:
            return Container("jpeg", size, whole=True)  # damaged in the middle: the decoder shall judge
        marker = data[at + 1]
        if marker == 0xFF or marker == 0x01 or 0xD0 <= marker <= 0xD7:  # fill bytes, and markers without a length
            at += 1 if marker == 0xFF else 2
            continue
        if marker in FRAMES and at + 9 <= len(data):
            size = (int.from_bytes(data[at + 5 : at + 7], "big"), int.from_bytes(data[at + 7 : at + 9], "big"))
        if marker == SCAN:
            return Container("jpeg", size, data.rfind(END, at) >= 0)
        at += 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return Container("jpeg", size, whole=False)
