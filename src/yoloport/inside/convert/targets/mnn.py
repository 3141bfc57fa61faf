"""MNN, from ONNX by MNN's converter; its int8 keeps the weights alone in 8 bits and needs no pictures."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from yoloport.inside.convert.collect import one_file
from yoloport.inside.convert.target import Need, Precision, Target

HALF, TABLE = 3, (1, 2, 4, 6)
"""``IDSTQuan.type`` of MNN 3.6.1, schema/default/CaffeOp.fbs: 3 is fp16; 1, 2, 4 and 6 are quantised weights."""


def before() -> None:
    """MNN's tools run ``pip install`` at import and report to a server (MNN 3.6.1, tools/utils/log.py); not here."""
    sys.modules["MNN.tools.utils.log"] = None  # type: ignore[assignment]


def stored(file: Path) -> dict[str, int]:
    """Weights by type, from MNN's own listing of the file."""
    import _tools  # type: ignore[import-not-found]  # MNN's converter

    with tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "model.json"
        _tools.mnnconvert(["", "-f", "MNN", "--modelFile", str(file), "--JsonFile", str(listing)])
        operators = json.loads(listing.read_text(encoding="utf-8", errors="replace"))["oplists"]
    counts: dict[str, int] = {}
    for operator in operators:
        name, size = _weights(operator.get("main") or {})
        if size:
            counts[name] = counts.get(name, 0) + size
    return counts


def _weights(main: dict[str, Any]) -> tuple[str, int]:
    """Type and number of an operator's weights; of quantised ones the bytes are counted, a few of which are a table."""
    packed = main.get("quanParameter")
    if not packed:
        return "float32", len(main.get("weight") or ())
    size = len(packed.get("buffer") or ())
    if packed.get("type") == HALF:
        return "float16", size // 2
    bits = packed.get("aMaxOrBits")
    return (f"int{bits}" if packed.get("type") in TABLE and bits else "quantised"), size


TARGET = Target(
    format="mnn",
    precisions={"fp32": Precision(None), "fp16": Precision(16), "int8": Precision(8)},
    refused={"bf16": "Ultralytics writes no MNN with bf16 weights"},
    needs=(Need("MNN", ">=2.9.6"), Need("onnx", ">=1.12.0,<2.0.0"), Need("onnxslim", ">=0.1.82"), Need("onnxruntime")),
    collect=one_file("model.mnn"),
    stored=stored,
    before=before,
)
