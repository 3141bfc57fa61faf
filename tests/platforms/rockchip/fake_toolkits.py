"""Doubles of rknn-toolkit-lite2's ``RKNNLite`` and rknn-toolkit2's ``RKNN``: order of calls, what failures are like.

From ``rknnlite/api/rknn_lite.py`` 2.3.2 (airockchip/rknn-toolkit2 @59a913d), and rknn-toolkit2 2.3.2 as it was seen to
answer (2026-11-24): a failure of the first is -1 or None, one of the second a ``ValueError`` with a traceback for text.
"""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from platforms.sessions import graph


def rknn_bytes(shape: tuple[int, ...] = (1, 3, 32, 64), std: int = 255, kind: str = "float16", chip: str = "rk3588",
               cut: int = 0) -> bytes:  # fmt: skip
    """A file with the texts that a true one has, at their places."""
    types = json.dumps({"images": {"dtype": kind, "layout": "NHWC"}})
    attrs = {"images": {"idx": 0, "shape": list(shape), "layout": "nchw", "layout_ori": "nchw", "is_output": False,
                        "range": [0, 1], "origin_dynamic": False, "dtype": "float32", "mean": [0, 0, 0],
                        "std": [std] * 3, "rgb2bgr": False}}  # fmt: skip
    body = b"\0" * 40 + types.encode() + b"\0\0" + str({"attrs": attrs}).encode() + b"\0" * 5000
    tail = json.dumps({"input_num": 1, "target_platform": [chip], "version": "2.3.2"}, separators=(",", ":")).encode()
    whole = b"RKNN" + b"\0" * 12 + len(body).to_bytes(8, "little") + body + tail
    return whole[: len(whole) - cut]


class FakeLite:
    """``RKNNLite``. The class keeps what its objects hold, and which call is to fail, how, and at which time."""

    NPU_CORE_AUTO, NPU_CORE_0, NPU_CORE_1, NPU_CORE_2 = 0, 1, 2, 4
    live: ClassVar[list[FakeLite]] = []
    fail: ClassVar[dict[str, tuple[int, Any]]] = {}
    calls: ClassVar[list[str]] = []

    def __init__(self, verbose: bool = False) -> None:
        self.model: bytes | None = None
        self.ready, self.mask, self.busy = False, -1, threading.Lock()

    def _failing(self, name: str) -> bool:
        self.calls.append(name)
        time, what = self.fail.get(name, (0, None))
        if self.calls.count(name) != time:
            return False
        if isinstance(what, Exception):
            raise what
        return True

    def load_rknn(self, path: str) -> int:
        if self._failing("load_rknn") or not Path(path).is_file():
            return -1
        self.model = Path(path).read_bytes()
        return 0

    def init_runtime(self, target: Any = None, core_mask: int = 0) -> int:
        if self._failing("init_runtime") or self.model is None or core_mask not in (0, 1, 2, 4):
            return -1
        self.ready, self.mask = True, core_mask
        self.live.append(self)
        return 0

    def inference(self, inputs: list[np.ndarray], data_format: list[str] | None = None) -> list[np.ndarray] | None:
        if self._failing("inference") or not self.ready:
            return None
        (batch,) = inputs
        if batch.dtype != np.uint8 or batch.shape != (1, 32, 64, 3) or data_format != ["nhwc"]:
            return None
        assert self.busy.acquire(blocking=False), "two threads in one context"
        try:
            # The normalisation is in the model: its graph sees 0..1 in planes.
            return [one.astype(np.float32) for one in graph(batch.transpose(0, 3, 1, 2) / 255)]
        finally:
            self.busy.release()

    def release(self) -> None:
        failing = self._failing("release")
        if self.ready:
            self.live.remove(self)
        self.ready = False
        assert not failing


class FakeToolkit:
    """``RKNN``, its simulator only."""

    fail: ClassVar[dict[str, Any]] = {}
    released: ClassVar[list[FakeToolkit]] = []

    def __init__(self, verbose: bool = False) -> None:
        self.steps: list[str] = []
        self.chip = ""

    def _step(self, name: str, *before: str) -> int:
        if name in self.fail:
            if isinstance(self.fail[name], Exception):
                raise self.fail[name]
            return int(self.fail[name])
        if [*before] != self.steps:
            return -1
        self.steps.append(name)
        os.write(1, b"I the toolkit prints on standard output\n")
        return 0

    def config(self, mean_values: Any, std_values: Any, target_platform: str) -> int:
        self.chip = target_platform
        assert (mean_values, std_values) == ([[0, 0, 0]], [[255, 255, 255]])
        return self._step("config")

    def load_onnx(self, model: str) -> int:
        return self._step("load_onnx", "config") if Path(model).is_file() else -1

    def build(self, do_quantization: bool, rknn_batch_size: int, dataset: str | None = None) -> int:
        asked = do_quantization is (dataset is not None and Path(dataset).is_file())
        return self._step("build", "config", "load_onnx") if asked and rknn_batch_size == 1 else -1

    def init_runtime(self, target: Any) -> int:
        return self._step("init_runtime", "config", "load_onnx", "build") if target is None else -1

    def inference(self, inputs: list[np.ndarray], data_format: list[str]) -> list[np.ndarray]:
        if "inference" in self.fail or len(self.steps) != 4:
            raise ValueError("Traceback (most recent call last):\n  File x\nValueError: The input shape is wrong!\n")
        return [one.astype(np.float32) for one in graph(inputs[0].transpose(0, 3, 1, 2) / 255)]

    def release(self) -> None:
        self.released.append(self)
