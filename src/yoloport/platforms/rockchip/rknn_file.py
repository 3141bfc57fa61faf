"""What an ``.rknn`` file tells without a runtime: chip, precision, shape, normalisation; and whether it is torn.

The layout is not public. Seen in files of rknn-toolkit2 2.3.2, fp16 and int8 (2026-11-24): the letters RKNN; at byte 16
the size of the binary part, 8 bytes, little-endian; near the beginning a JSON text for the inputs' types, and Python's
text of a dictionary ``attrs`` with shapes and ``std``; at the end a JSON text with ``target_platform``. What is not
found stays unknown; nothing is refused for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yoloport.runtime.session import CannotLoad

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.metadata import Metadata

MAGIC, SIZE_AT, EDGE = b"RKNN", 16, 1 << 16
TYPES = {"float16": "fp16", "bfloat16": "bf16", "int8": "int8", "uint8": "int8", "int16": "int16"}
_TYPE = re.compile(rb'"dtype": "([a-z0-9]{1,16})", "layout": "N')
_INPUT = re.compile(
    rb"'([^']{1,256})': \{'idx': \d{1,4}, 'shape': \[([0-9, ]{1,60})\][^{}]{0,120}'is_output': False[^{}]{0,200}"
    rb"'std': \[([0-9., ]{1,80})\]"
)
_CHIP = re.compile(rb'"target_platform":\s?\["([a-z0-9]{1,16})"')


@dataclass(frozen=True)
class RknnFile:
    """Of a model.

    Args:
        chip: that it was converted for, such as ``rk3588``; empty where it is not known.
        precision: that it computes in, empty where it is not known.
        name: of its input.
        shape: of its input as in the ONNX file that it was made from (NCHW); empty where it is not known.
        std: what a picture is divided by inside; empty where it is not known.
    """

    chip: str = ""
    precision: str = ""
    name: str = "images"
    shape: tuple[int, ...] = ()
    std: tuple[float, ...] = ()


def read(file: Path) -> RknnFile:
    """The facts of a file, from its beginning and its end.

    Raises:
        CannotLoad: it is no such file, or a torn one.
    """
    try:
        with file.open("rb") as opened:
            size = opened.seek(0, 2)
            opened.seek(0)
            head = opened.read(EDGE)
            opened.seek(max(size - EDGE, 0))
            tail = opened.read()
    except OSError as error:
        raise CannotLoad(str(file), f"cannot be read: {error}") from None
    if not head.startswith(MAGIC):
        raise CannotLoad(str(file), "is no RKNN model: it does not begin with its letters")
    told = int.from_bytes(head[SIZE_AT : SIZE_AT + 8], "little")
    if told > size:
        raise CannotLoad(str(file), f"is torn: its header tells of {told} bytes, and there are {size}", "copy it again")
    return _facts(head, tail)


def _facts(head: bytes, tail: bytes) -> RknnFile:
    kind, chip, taken = _TYPE.search(head), _CHIP.search(tail), _INPUT.search(head)
    return RknnFile(
        chip=chip[1].decode() if chip else "",
        precision=TYPES.get(kind[1].decode(), "") if kind else "",
        name=taken[1].decode(errors="replace") if taken else "images",
        shape=_numbers(taken[2], int) if taken else (),
        std=_numbers(taken[3], float) if taken else (),
    )


def _numbers(text: bytes, kind: Callable[[bytes], Any]) -> tuple[Any, ...]:
    try:
        return tuple(kind(one) for one in text.split(b","))
    except ValueError:
        return ()


def eight_bits(batch: NDArray[Any], facts: Metadata) -> NDArray[np.uint8]:
    """A batch as the NPU takes it: ``(n, h, w, c)``, 0..255.

    Ultralytics' own metadata says nothing of it, and then a batch comes as for ONNX: 0..1, planes. Rounding gives back
    each 8-bit value; cutting off, as upstream does (``nn/backends/rknn.py``), would lose one here and there in float16.
    """
    values = batch if batch.dtype == np.uint8 else np.rint(batch.astype(np.float32) * 255).astype(np.uint8)
    return np.ascontiguousarray(values if facts.preprocess.layout == "NHWC" else values.transpose(0, 2, 3, 1))
