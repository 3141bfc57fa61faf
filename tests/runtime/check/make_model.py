"""Makes ``bright.onnx``, a detector whose answers can be told beforehand: a box for each bright cell of 8 x 8 pixels.

python tests/runtime/check/make_model.py src/yoloport/runtime/check/bright.onnx     (needs onnx)
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

CELL, CELLS = 8, 8
SIDE = CELL * CELLS


def model():
    from onnx import TensorProto, helper, numpy_helper

    middles = (np.arange(CELLS, dtype=np.float32) + 0.5) * CELL
    y, x = np.meshgrid(middles, middles, indexing="ij")
    boxes = np.stack([x, y, np.full_like(x, CELL), np.full_like(x, CELL)]).reshape(1, 4, CELLS * CELLS)
    mean = np.full((1, 3, 1, 1), 1 / 3, dtype=np.float32)
    constants = {"mean": mean, "boxes": boxes, "row": np.array([1, 1, CELLS * CELLS], dtype=np.int64)}
    nodes = [
        helper.make_node("AveragePool", ["images"], ["cells"], kernel_shape=[CELL, CELL], strides=[CELL, CELL]),
        helper.make_node("Conv", ["cells", "mean"], ["bright"]),
        helper.make_node("Reshape", ["bright", "row"], ["scores"]),
        helper.make_node("Concat", ["boxes", "scores"], ["output0"], axis=1),
    ]
    graph = helper.make_graph(
        nodes,
        "bright",
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output0", TensorProto.FLOAT, [1, 5, CELLS * CELLS])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()],
    )
    made = helper.make_model(graph, producer_name="yoloport", opset_imports=[helper.make_opsetid("", 13)])
    made.ir_version = 8  # engines of 2022 read it
    told = {"task": "detect", "stride": CELL, "batch": 1, "imgsz": [SIDE, SIDE], "names": {0: "bright"}, "channels": 3}
    helper.set_model_props(made, {name: str(value) for name, value in told.items()})
    return made


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(model().SerializeToString())
