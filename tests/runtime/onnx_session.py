"""An ONNX Runtime session for the parity tests: only the arithmetic around it may make a difference."""

from __future__ import annotations

import ast
from pathlib import Path

import numpy as np

from runtime.doubles import Facts, Form


class OnnxSession:
    """Runs an export of Ultralytics on the CPU, set up as upstream's own backend sets it up."""

    def __init__(self, file: Path) -> None:
        import onnxruntime

        self.engine = onnxruntime.InferenceSession(str(file), providers=["CPUExecutionProvider"])
        self.said = self.engine.get_modelmeta().custom_metadata_map
        self.input = self.engine.get_inputs()[0]

    def facts(self) -> Facts:
        said = {name: _value(text) for name, text in self.said.items()}
        dynamic = any(not isinstance(side, int) for side in self.input.shape)
        return Facts(
            task=said["task"], names=said["names"], size=tuple(said["imgsz"]), dynamic=dynamic,
            batch=0 if dynamic else said["batch"], stride=said["stride"], channels=said.get("channels", 3),
            end2end=bool(said.get("end2end", False)),
            kpt_shape=tuple(said["kpt_shape"]) if "kpt_shape" in said else None,
            rect=dynamic, preprocess=Form("float16" if "float16" in self.input.type else "float32"),
        )  # fmt: skip

    def run(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        return tuple(self.engine.run(None, {self.input.name: batch}))

    def running(self) -> None:
        return None

    def close(self) -> None:
        del self.engine


def _value(text: str):
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
