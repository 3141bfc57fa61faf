"""Right files of every kind, small, made here."""

from __future__ import annotations

import io
import json
import struct
import zipfile
from functools import cache

import cv2
import numpy as np

SAID = {
    "task": "pose", "names": {0: "worker", 1: "helmet"}, "imgsz": [64, 64], "stride": 32, "batch": 1, "channels": 3,
    "end2end": False, "kpt_shape": [17, 3], "version": "8.4.190", "args": {"dynamic": False},
}  # fmt: skip
OWN = {
    "file": "model.bin", "format": "onnx", "task": "detect", "names": {"0": "helmet"}, "size": [64, 64],
    "dynamic": True,
    "preprocess": {"input": "uint8", "scale": 1.0, "layout": "NHWC", "colour": "BGR"}, "versions": {"yoloport": "1"},
    "raw_head": {"strides": [8, 16, 32], "reg_max": 16, "layout": "NHWC"},
}  # fmt: skip
WITHOUT_BRANCHES = {**OWN, "raw_head": {"strides": [8], "reg_max": 1, "branches": "branches.npz"}}


@cache
def pictures() -> tuple[bytes, ...]:
    """JPEG, PNG, WebP, TIFF, GIF, BMP, ICO and JPEG 2000; grey, deep, with alpha, animated, progressive, turned."""
    noise = np.random.default_rng(1).integers(0, 256, (24, 40, 3), dtype=np.uint8)
    smooth = cv2.GaussianBlur(noise, (9, 9), 0)
    deep, grey, clear = noise.astype(np.uint16) << 8, smooth[:, :, 0], np.dstack((smooth, noise[:, :, :1]))
    kinds = [
        *((suffix, picture) for suffix in (".jpg", ".png", ".webp", ".bmp") for picture in (smooth, grey)),
        (".png", clear), (".png", deep), (".tiff", smooth), (".tiff", deep), (".tiff", clear), (".webp", clear),
        (".gif", smooth), (".jp2", cv2.resize(smooth, (64, 64))), (".bmp", clear),
    ]  # fmt: skip
    made = [_encoded(suffix, picture) for suffix, picture in kinds]
    made.append(_encoded(".jpg", smooth, [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]))
    made.append(_turned(made[0]))
    made += [_animated(suffix, smooth) for suffix in (".gif", ".webp", ".png")]
    made.append(bytes(cv2.imencodemulti(".tiff", [smooth, noise])[1]))
    made += [_icon(made[2]), _icon(_encoded(".bmp", clear)[14:])]
    return tuple(made)


def _encoded(suffix: str, picture: np.ndarray, how: list[int] | None = None) -> bytes:
    return bytes(cv2.imencode(suffix, picture, how or [])[1])


def _turned(jpeg: bytes) -> bytes:
    """With an EXIF segment that turns it by 90 degrees."""
    tiff = b"II*\x00\x08\x00\x00\x00\x01\x00\x12\x01\x03\x00\x01\x00\x00\x00\x06" + b"\x00" * 7
    body = b"Exif\x00\x00" + tiff
    return jpeg[:2] + b"\xff\xe1" + (len(body) + 2).to_bytes(2, "big") + body + jpeg[2:]


def _animated(suffix: str, picture: np.ndarray) -> bytes:
    shown = cv2.Animation()
    frames = [picture, picture[::-1].copy()]
    shown.frames = frames if suffix == ".gif" else [cv2.cvtColor(one, cv2.COLOR_BGR2BGRA) for one in frames]
    shown.durations = [100, 100]
    return bytes(cv2.imencodeanimation(suffix, shown)[1])


def _icon(inner: bytes) -> bytes:
    return struct.pack("<HHHBBBBHHII", 0, 1, 1, 40, 24, 0, 0, 1, 32, len(inner), 22) + inner


def own() -> tuple[bytes, ...]:
    """``yoloport.json``."""
    return json.dumps(OWN).encode(), json.dumps({**OWN, "task": "pose", "kpt_shape": [17, 3]}, indent=1).encode()


def branches() -> tuple[bytes, ...]:
    """``branches.npz`` for one level: as it is written, and packed."""
    rng = np.random.default_rng(0)
    shapes = {"0.weight": (4, 3, 3, 3), "0.bias": (4,), "1.weight": (4, 4, 1, 1), "1.bias": (4,)}
    arrays = {f"boxes.0.{name}": rng.standard_normal(shape).astype(np.float32) for name, shape in shapes.items()}
    plain, packed = io.BytesIO(), io.BytesIO()
    np.savez(plain, **arrays)
    np.savez_compressed(packed, **arrays)
    return plain.getvalue(), packed.getvalue()


def sidecars() -> tuple[bytes, ...]:
    """``metadata.yaml``: as JSON, which is YAML, and as Ultralytics writes it."""
    plain = "\n".join(f"{key}: {json.dumps(value)}" for key, value in SAID.items() if key != "names")
    tagged = "task: !!str detect\nnames: {0: a}\nimgsz: [64, 64]\nstride: !!int 32\ndate: 2026-11-28\nx: !!bool yes\n"
    return (plain + "\nnames:\n  0: worker\n  1: helmet\n").encode(), json.dumps(SAID).encode(), tagged.encode()


def onnx() -> tuple[bytes, ...]:
    """The outer message of an ONNX model, with a graph of nonsense."""
    pairs = [_field(14, _field(1, key.encode()) + _field(2, repr(value).encode())) for key, value in SAID.items()]
    return (_varint(1 << 3) + _varint(9) + _field(7, bytes(100)) + b"".join(pairs),)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def mnn() -> tuple[bytes, ...]:
    """A FlatBuffer whose table has one field, a text."""
    text = json.dumps(SAID).encode()
    head = struct.pack("<I", 12) + struct.pack("<HHH2x", 6, 8, 4) + struct.pack("<iI", 8, 4)
    return (head + struct.pack("<I", len(text)) + text + b"\0" * 8,)


def torchscript() -> tuple[bytes, ...]:
    """A ZIP with the metadata in it, stored and packed."""
    made = []
    for how in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        held = io.BytesIO()
        with zipfile.ZipFile(held, "w", how) as archive:
            archive.writestr("best/data.pkl", b"nothing that is ever unpickled")
            archive.writestr("best/extra/config.txt", json.dumps(SAID))
        made.append(held.getvalue())
    return tuple(made)


def engine() -> tuple[bytes, ...]:
    """Ultralytics' head of a TensorRT engine, and one of trtexec's without."""
    text = json.dumps(SAID).encode()
    return len(text).to_bytes(4, "little") + text + bytes(64), b"ftrt" + bytes(64)


def rknn() -> tuple[bytes, ...]:
    """What the reader looks for in an ``.rknn`` file."""
    head = b"RKNN" + bytes(12) + (200).to_bytes(8, "little")
    said = b'"dtype": "float16", "layout": "NHWC"'
    taken = b"{'images': {'idx': 0, 'shape': [1, 3, 64, 64], 'is_output': False, 'std': [255, 255, 255]}}"
    return (head + said + taken + b'{"target_platform": ["rk3588"]}' + bytes(120),)


def lists() -> tuple[bytes, ...]:
    """Names of pictures, a line each, or in the cells of a table."""
    return (
        b"a.png\n\n b.png \n*.png\nc/[1].png\n",
        b'\xef\xbb\xbfsource\n"a.png",b.png\n',
        "图片.jpg\n../x.png\n".encode(),
    )
