"""OpenVINO's IR; int8 by NNCF, which leaves the head in float."""

from __future__ import annotations

import sys
from pathlib import Path
from xml.etree import ElementTree

from yoloport.inside.convert.collect import pick
from yoloport.inside.convert.target import Need, Precision, Target

NAMES = {"f32": "float32", "f16": "float16", "bf16": "bfloat16", "i8": "int8", "u8": "uint8", "i4": "int4",
         "u4": "uint4", "f64": "float64", "i32": "int32", "i64": "int64"}  # fmt: skip


def before() -> None:
    """OpenVINO and NNCF count their users over the network; without this module they have nothing to do it with.

    Source: openvino 2026.4.1 tools/ovc/telemetry_utils.py, nncf 3.4.0 telemetry/wrapper.py (both catch ImportError).
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]


def stored(file: Path) -> dict[str, int]:
    """Weights by type: the IR's constants of more than 16 elements."""
    counts: dict[str, int] = {}
    # OpenVINO has just written the file.
    for layer in ElementTree.parse(file).getroot().iter("layer"):  # noqa: S314
        data = layer.find("data")
        if layer.get("type") != "Const" or data is None:
            continue
        size = 1
        for side in (data.get("shape") or "").split(","):
            size *= int(side) if side.strip() else 1
        kind = data.get("element_type", "")
        if size > 16:
            counts[NAMES.get(kind, kind)] = counts.get(NAMES.get(kind, kind), 0) + size
    return counts


TARGET = Target(
    format="openvino",
    precisions={
        "fp32": Precision(None),
        "fp16": Precision(16),
        "int8": Precision(8, calibrated=True, needs=(Need("nncf", ">=2.14.0"),)),
    },
    refused={"bf16": "its files have no bf16 weights; from an fp32 file the engine computes in bf16 where it can"},
    needs=(Need("openvino", ">=2024.0.0"),),
    collect=pick({"*.xml": "model.xml", "*.bin": "model.bin"}),
    stored=stored,
    before=before,
)
