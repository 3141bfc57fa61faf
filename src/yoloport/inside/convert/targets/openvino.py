"""OpenVINO's IR. Its fast graph takes bytes as OpenCV has them, and gives what its convolutions leave behind.

Dividing, turning colours and planes melt into the first convolution, and the outputs keep the order of channels that
the engine works in; with int8 by NNCF every convolution computes in 8 bits (read from its profile, 2026.4.1).
"""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from yoloport.inside.convert.collect import pick
from yoloport.inside.convert.openvino_graph import convolve_before_upsampling
from yoloport.inside.convert.target import Graph, Need, Precision, Speed, Target
from yoloport.runtime.metadata import Preprocess

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


COLOURS = 3
BYTES = Preprocess(input="uint8", scale=1.0, layout="NHWC", colour="BGR")


def fast(file: Path, speed: Speed) -> Graph:
    """Rewrites the IR: in 8 bits where there are pictures, bytes in, and what its convolutions leave behind out."""
    import openvino

    model = openvino.Core().read_model(str(file))
    convolve_before_upsampling(model)
    if speed.pictures:
        model = _quantised(model, speed)
    raw = speed.graph.raw_head
    # Boxes, classes, and the task's own third, or classes and features; prototypes of masks, which may follow, stay
    # planes. With free sides the engine would turn what it has into planes first: a twentieth of its time.
    parts = (2 if raw.branches else 3) * len(raw.strides) if raw and not model.is_dynamic() else 0
    model = _bytes_in(model, min(len(model.outputs), parts))
    for name, value in (("reverse_input_channels", False), ("scale_values", [1.0])):
        model.set_rt_info(value, ["model_info", name])  # others who read the file would divide again
    whole = file.with_name("fast.xml")
    openvino.save_model(model, str(whole), compress_to_fp16=False)
    del model  # it reads from the file that is replaced now
    for suffix in (".xml", ".bin"):
        whole.with_suffix(suffix).replace(file.with_suffix(suffix))
    return Graph(BYTES, replace(raw, layout="NHWC") if raw and parts else raw)


def _quantised(model: Any, speed: Speed) -> Any:
    import nncf  # type: ignore[import-not-found]

    from yoloport.inside.convert.calibration import prepared

    channels = model.inputs[0].get_partial_shape()[1].get_length()
    pictures = nncf.Dataset(speed.pictures, lambda one: prepared(one, speed.size, channels, speed.graph.preprocess))
    return nncf.quantize(model, pictures, preset=nncf.QuantizationPreset.MIXED, subset_size=len(speed.pictures))


def _bytes_in(model: Any, outputs: int) -> Any:
    """Bytes in, with channels last; so are so many of the first outputs."""
    from openvino import Layout, Type
    from openvino.preprocess import ColorFormat, PrePostProcessor

    planes, last = Layout("NCHW"), Layout("NHWC")
    wrapped = PrePostProcessor(model)
    taken = wrapped.input()
    taken.tensor().set_element_type(Type.u8).set_layout(last)
    steps = taken.preprocess().convert_element_type(Type.f32)
    if model.inputs[0].get_partial_shape()[1] == COLOURS:
        taken.tensor().set_color_format(ColorFormat.BGR)
        steps.convert_color(ColorFormat.RGB)
    steps.scale(255.0)
    taken.model().set_layout(planes)
    for number in range(outputs):
        wrapped.output(number).model().set_layout(planes)
        wrapped.output(number).tensor().set_layout(last)
    return wrapped.build()


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
    fast=fast,
)
