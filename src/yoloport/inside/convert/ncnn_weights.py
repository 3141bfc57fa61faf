"""Which types ncnn's two files hold: the param lists the layers, the bin their weights one after the other.

A layer's weights begin with four bytes that name their type; biases and plain arrays have none and are fp32. Source:
public readers of the layout (several quote ncnn's ``ModelBin``; weak), checked against exports of ncnn 1.0.20261020 and
pnnx 20260526: the sizes add up to the file's, to the byte (2026-11-24). Where they do not, nothing is claimed.
"""

from __future__ import annotations

from pathlib import Path

TYPES = {0x01306B47: ("float16", 2), 0x000D4B38: ("int8", 1), 0x0002C056: ("float32", 4), 0: ("float32", 4)}
TAGGED = ("Convolution", "ConvolutionDepthWise", "Deconvolution", "DeconvolutionDepthWise", "InnerProduct")
BIAS, SIZE, INNER_BIAS, INNER_SIZE = "5", "6", "1", "2"
MAGIC = "7767517"


class Unreadable(ValueError):
    """A layer whose weights are not understood: counting on would be guessing."""


def counted(param: Path, binary: Path) -> dict[str, int]:
    """Weights by type; the sum of all must be the file's size to the byte.

    Raises:
        Unreadable: another layout than the one described above.
    """
    data, place, counts = binary.read_bytes(), 0, dict[str, int]()
    lines = param.read_text(encoding="utf-8").splitlines()
    if lines[:1] != [MAGIC]:
        raise Unreadable("no text param")
    for line in lines[2:]:
        kind, values = _layer(line)
        if kind in TAGGED:
            inner = kind == "InnerProduct"
            size, bias = int(values[INNER_SIZE if inner else SIZE]), int(values.get(INNER_BIAS if inner else BIAS, "0"))
            name, width, begin = _tagged(data, place)
            place = begin + -(-size * width // 4) * 4 + (bias and 4 * _outputs(values))
            counts[name] = counts.get(name, 0) + size
        elif kind == "MemoryData":
            place += 4 * _elements(values)
    if place != len(data):
        raise Unreadable(f"{place} bytes understood of {len(data)}")
    return counts


def _layer(line: str) -> tuple[str, dict[str, str]]:
    words = line.split()
    return (words[0] if words else ""), dict(word.split("=", 1) for word in words if "=" in word)


def _tagged(data: bytes, place: int) -> tuple[str, int, int]:
    tag = int.from_bytes(data[place : place + 4], "little")
    if tag not in TYPES:
        raise Unreadable(f"type {tag:#x}")
    return (*TYPES[tag], place + 4)


def _outputs(values: dict[str, str]) -> int:
    return int(values["0"])


def _elements(values: dict[str, str]) -> int:
    size = 1
    for key in ("0", "1", "11", "2"):
        size *= int(values.get(key, "0")) or 1
    return size
