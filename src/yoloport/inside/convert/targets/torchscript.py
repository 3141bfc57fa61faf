"""TorchScript, by tracing."""

from __future__ import annotations

from pathlib import Path

from yoloport.inside.convert.collect import one_file
from yoloport.inside.convert.target import Precision, Target


def stored(file: Path) -> dict[str, int]:
    """Weights by type, as torch reads them back."""
    import torch

    counts: dict[str, int] = {}
    for weight in torch.jit.load(str(file), map_location="cpu").parameters():
        name = str(weight.dtype).removeprefix("torch.")
        counts[name] = counts.get(name, 0) + weight.numel()
    return counts


TARGET = Target(
    format="torchscript",
    precisions={"fp32": Precision(None)},
    refused={
        "fp16": "Ultralytics traces fp16 on an accelerator only, and this converts on the processor",
        "bf16": "Ultralytics writes no TorchScript with bf16 weights",
        "int8": "Ultralytics writes no TorchScript with int8 weights",
    },
    needs=(),
    collect=one_file("model.torchscript"),
    stored=stored,
)
