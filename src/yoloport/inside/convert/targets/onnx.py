"""ONNX, by torch's own exporter and onnxslim; fp16 and int8 by ONNX Runtime's tools.

Its fast graph ends before boxes are worked out, and with int8 each channel of a convolution has a scale of its own,
where the exporter has one for all. It is no default: ONNX is what other programs read, too.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from yoloport.inside.convert.collect import one_file
from yoloport.inside.convert.target import Graph, Need, Precision, Speed, Target

NAMES = {1: "float32", 2: "uint8", 3: "int8", 6: "int32", 7: "int64", 10: "float16", 11: "float64", 16: "bfloat16"}
"""onnx.proto, TensorProto.DataType."""
RUNTIME = Need("onnxruntime")


def stored(file: Path) -> dict[str, int]:
    """Weights by type: initializers, and constants inside the graph. Scalars and shapes are not weights."""
    import onnx

    graph = onnx.load(str(file)).graph
    constants = [a.t for node in graph.node if node.op_type == "Constant" for a in node.attribute if a.name == "value"]
    counts: dict[str, int] = {}
    for tensor in (*graph.initializer, *constants):
        size = 1
        for side in tensor.dims:
            size *= side
        if len(tensor.dims) > 1 or size > 16:
            name = NAMES.get(tensor.data_type, f"type {tensor.data_type}")
            counts[name] = counts.get(name, 0) + size
    return counts


def fast(file: Path, speed: Speed) -> Graph:
    """Leaves the graph as it is without pictures; with them its convolutions compute in 8 bits."""
    if not speed.pictures:
        return speed.graph
    import onnx
    from onnxruntime.quantization import quantize_static

    graph = onnx.load(str(file)).graph
    others = [node.name for node in graph.node if node.op_type != "Conv"]
    whole = file.with_name("fast.onnx")
    quantize_static(str(file), str(whole), _reader(graph, speed), per_channel=True, nodes_to_exclude=others)
    whole.replace(file)
    return speed.graph


def _reader(graph: Any, speed: Speed) -> Any:
    """The pictures as ONNX Runtime's tool asks for them."""
    from onnxruntime.quantization import CalibrationDataReader

    from yoloport.inside.convert.calibration import prepared

    taken = graph.input[0]
    name, channels = taken.name, taken.type.tensor_type.shape.dim[1].dim_value
    batches = ({name: prepared(one, speed.size, channels, speed.graph.preprocess)} for one in speed.pictures)

    class Reader(CalibrationDataReader):  # type: ignore[misc]
        def get_next(self) -> Any:
            return next(batches, None)

    return Reader()


TARGET = Target(
    format="onnx",
    precisions={
        "fp32": Precision(None, needs=(RUNTIME,)),
        "fp16": Precision(16, needs=(RUNTIME,)),
        "int8": Precision(8, calibrated=True, needs=(RUNTIME,)),
    },
    refused={"bf16": "Ultralytics writes no ONNX with bf16 weights"},
    needs=(Need("onnx", ">=1.12.0,<2.0.0"), Need("onnxslim", ">=0.1.82")),
    collect=one_file("model.onnx"),
    stored=stored,
    fast=fast,
    graph="plain",
)
