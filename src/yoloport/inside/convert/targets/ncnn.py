"""ncnn's param and bin, by pnnx."""

from __future__ import annotations

from pathlib import Path

from yoloport.inside.convert.collect import pick
from yoloport.inside.convert.ncnn_weights import counted
from yoloport.inside.convert.target import Need, Precision, Target

TARGET = Target(
    format="ncnn",
    precisions={"fp32": Precision(None), "fp16": Precision(16)},
    refused={
        "bf16": "its files have no bf16 weights",
        "int8": "Ultralytics writes none; ncnn's own tool ncnn2int8 does, from an fp32 file",
    },
    # Without their dependencies: they would bring a second OpenCV. The version of pnnx is Ultralytics' own pin
    # (utils/export/ncnn.py: newer ones crash, pnnx issue 293).
    needs=(Need("ncnn", "", "--no-deps ncnn"), Need("pnnx", "==20260526", "pnnx==20260526")),
    collect=pick({"model.ncnn.param": "model.ncnn.param", "model.ncnn.bin": "model.ncnn.bin"}),
    stored=lambda file: counted(file, Path(str(file).removesuffix(".param") + ".bin")),
    dynamic=False,
)
