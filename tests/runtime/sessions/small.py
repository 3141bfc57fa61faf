"""Models of a few numbers, made here for each engine: ``(1, 3, 32, 32)`` in, ``(1, 6, 16)`` out, known by heart.

What they compute: the picture, max-pooled by 8 to 4 x 4 places, twice: three planes as they are, three doubled.
"""

from __future__ import annotations

import ast
import json
import struct
from pathlib import Path

import numpy as np

from yoloport.runtime.check.checks import MODEL as BRIGHT
from yoloport.runtime.onnx_file import properties

SIDE = 32
SAID = {
    "task": "detect", "names": {0: "helmet", 1: "head"}, "imgsz": [SIDE, SIDE], "stride": 32, "batch": 1,
    "channels": 3, "end2end": False, "version": "8.4.190", "args": {"dynamic": False},
}  # fmt: skip


def picture(seed: int = 0, side: int = SIDE, batch: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).random((batch, 3, side, side), np.float32)


def expected(batch: np.ndarray) -> np.ndarray:
    count, planes, height, width = batch.shape
    pooled = batch.reshape(count, planes, height // 8, 8, width // 8, 8).max(axis=(3, 5)).reshape(count, planes, -1)
    return np.concatenate((pooled, 2 * pooled), axis=1)


def sidecar(folder: Path, **changed: object) -> None:
    """``metadata.yaml`` as Ultralytics writes it; JSON is YAML, but its keys are texts."""
    import yaml

    (folder / "metadata.yaml").write_text(yaml.safe_dump({**SAID, **changed}, sort_keys=False))


def openvino_folder(folder: Path, dynamic: bool = False, half: bool = False) -> Path:
    """``small_openvino_model``."""
    import openvino
    from openvino import opset13 as ops

    made = folder / "small_openvino_model"
    made.mkdir()
    kind = np.float16 if half else np.float32
    taken = ops.parameter([-1, 3, -1, -1] if dynamic else [1, 3, SIDE, SIDE], kind, name="images")
    pooled = ops.max_pool(taken, [8, 8], [1, 1], [0, 0], [0, 0], [8, 8]).output(0)
    flat = ops.reshape(pooled, np.array([0, 3, -1]), True)
    both = ops.concat([flat, ops.multiply(flat, np.array(2, kind))], 1)
    openvino.save_model(openvino.Model([both], [taken], "small"), made / "small.xml", compress_to_fp16=False)
    sidecar(made, args={"dynamic": dynamic})
    return made


# A convolution that changes nothing brings weights; then the pooling, and the doubling.
NCNN = """7767517
7 8
Input in0 0 1 in0
Convolution same 1 1 in0 0 0=3 1=1 5=1 6=9
Pooling pool 1 1 0 1 0=0 1=8 2=8 5=1
Reshape flat 1 1 1 2 0=16 1=3
Split split 1 2 2 3 4
BinaryOp double 1 1 3 5 0=2 1=1 2=2.000000e+00
Concat both 2 1 4 5 out0 0=0
"""


def ncnn_folder(folder: Path) -> Path:
    """``small_ncnn_model``, written by hand."""
    made = folder / "small_ncnn_model"
    made.mkdir()
    (made / "model.ncnn.param").write_text(NCNN)
    # A weight's tag 0 means plain float32 (Tencent/ncnn src/modelbin.cpp); a bias has no tag.
    (made / "model.ncnn.bin").write_bytes(struct.pack("<I", 0) + np.eye(3, dtype="<f4").tobytes() + bytes(12))
    (made / "model_ncnn.py").write_text("# what pnnx leaves beside\n")
    sidecar(made)
    return made


def mnn_file(folder: Path) -> Path:
    """``small.mnn``, converted by MNN's own tool from the model that ``runtime.check`` brings."""
    from MNN.tools import mnnconvert

    made, said = folder / "small.mnn", properties(BRIGHT)
    told = {name: text if name == "task" else ast.literal_eval(text) for name, text in said.items()}
    given = {"-f": "ONNX", "--modelFile": str(BRIGHT), "--MNNModel": str(made), "--bizCode": json.dumps(told)}
    mnnconvert.convert(["", *(part for pair in given.items() for part in pair)])
    return made


def brightness(batch: np.ndarray) -> np.ndarray:
    """What that model's last row is: the mean of each cell of 8 x 8 pixels."""
    count, planes, height, width = batch.shape
    return batch.reshape(count, planes, height // 8, 8, width // 8, 8).mean(axis=(1, 3, 5)).reshape(count, -1)


def torchscript_file(folder: Path, dynamic: bool = False) -> Path:
    """``small.torchscript``, traced."""
    import torch

    class Small(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = torch.nn.Parameter(torch.tensor(2.0))

        def forward(self, given: torch.Tensor) -> torch.Tensor:
            flat = torch.nn.functional.max_pool2d(given, 8).flatten(2)
            return torch.cat((flat, flat * self.scale), 1)

    made = folder / "small.torchscript"
    told = json.dumps({**SAID, "args": {"dynamic": dynamic}})
    traced = torch.jit.trace(Small().eval(), torch.zeros(1, 3, SIDE, SIDE))
    traced.save(str(made), _extra_files={"config.txt": told})
    return made
