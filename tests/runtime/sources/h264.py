"""H.264 as cameras send it, made without an encoder: every picture an IDR of uncompressed macroblocks (I_PCM)."""

from __future__ import annotations

import re

import cv2
import numpy as np

Fields = list[tuple[int, int]]
"""Numbers and their widths in bits; width 0: as long as Exp-Golomb writes it (ITU-T H.264, 9.1)."""


def headers(width: int, height: int, fps: int) -> tuple[bytes, bytes]:
    """The sequence's and the picture's parameter set: Constrained Baseline, pictures in the order of the stream."""
    timing: Fields = [(0, 4), (1, 1), (1, 32), (2 * fps, 32), (1, 1), (0, 4)]
    size: Fields = [(width // 16 - 1, 0), (height // 16 - 1, 0)]
    sequence: Fields = [(0, 0), (0, 0), (2, 0), (0, 0), (0, 1), *size, (1, 1), (1, 1), (0, 1), (1, 1), *timing]
    picture: Fields = [(0, 0), (0, 0), (0, 2), (0, 0), (0, 0), (0, 0), (0, 3), (0, 0), (0, 0), (0, 0), (1, 1), (0, 2)]
    return _unit(0x67, b"\x42\xc0\x1e" + _closed(sequence)), _unit(0x68, _closed(picture))


def picture(bgr: np.ndarray, number: int) -> bytes:
    """A picture whose sides are multiples of 16, as one slice; neighbours differ in ``idr_pic_id``."""
    height, width = bgr.shape[:2]
    planes = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420).reshape(-1)
    y, uv = (
        planes[: height * width].reshape(height, width),
        planes[height * width :].reshape(2, height // 2, width // 2),
    )
    head: Fields = [(0, 0), (7, 0), (0, 0), (0, 4), (number % 2, 0), (0, 2), (0, 0), (1, 0)]
    slice_ = b""
    for top in range(0, height, 16):
        for left in range(0, width, 16):
            slice_ += _filled([*head, (25, 0)]) + y[top : top + 16, left : left + 16].tobytes()
            slice_ += uv[:, top // 2 : top // 2 + 8, left // 2 : left // 2 + 8].tobytes()
            head = []
    return _unit(0x65, slice_ + b"\x80")


def _bits(fields: Fields) -> str:
    return "".join(f"{value:0{width}b}" if width else _golomb(value) for value, width in fields)


def _golomb(value: int) -> str:
    digits = f"{value + 1:b}"
    return "0" * (len(digits) - 1) + digits


def _filled(fields: Fields) -> bytes:
    bits = _bits(fields)
    bits += "0" * (-len(bits) % 8)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def _closed(fields: Fields) -> bytes:
    return _filled([*fields, (1, 1)])


def _unit(kind: int, payload: bytes) -> bytes:
    """A NAL unit; no start code may appear within."""
    return bytes([kind]) + re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", payload)
