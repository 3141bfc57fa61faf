"""Doubles of TensorRT 10's Python module and of ``cuda.bindings.runtime``: order, return values, who frees what.

From NVIDIA/TensorRT @a892d222 (``python/src/infer/pyCore.cpp``, ``samples/python/common_runtime.py``). They are no
proof that a card would do the same; they are a proof that the session keeps to what is written.
"""

# ruff: noqa: N802, N815 -- the names are NVIDIA's
from __future__ import annotations

import ctypes
import math
import threading
from collections import Counter
from enum import IntEnum
from types import SimpleNamespace
from typing import Any

import numpy as np

from platforms.sessions import graph

BF16 = "DataType.BF16"


class Error(IntEnum):
    """``cudaError_t``."""

    cudaSuccess = 0
    cudaErrorMemoryAllocation = 2
    cudaErrorInvalidDevice = 101
    cudaErrorIllegalAddress = 700


class FakeCuda:
    """``cuda.bindings.runtime``: memory of this process, a device for each thread, copies that happen when waited for.

    Args:
        fail: a function, the error that it returns, and at which time.
    """

    cudaMemcpyKind = SimpleNamespace(cudaMemcpyHostToDevice=1, cudaMemcpyDeviceToHost=2)

    def __init__(self, fail: tuple[str, int, int] | None = None, cards: int = 2) -> None:
        self.fail, self.cards = fail, cards
        self.calls: Counter[str] = Counter()
        self.memory: dict[int, Any] = {}
        self.streams: dict[int, list[Any]] = {}
        self.device = threading.local()

    def __getattr__(self, name: str) -> Any:
        function = type(self).__dict__.get(f"do_{name}")
        if function is None:
            raise AttributeError(name)

        def call(*arguments: Any) -> tuple[Any, ...]:
            self.calls[name] += 1
            if self.fail and self.fail[0] == name and self.fail[2] == self.calls[name]:
                return Error(self.fail[1]), None
            needs = name not in ("cudaSetDevice", "cudaGetDeviceProperties")
            assert not needs or hasattr(self.device, "number"), f"{name} in a thread without a device"
            found = function(self, *arguments)
            return found if isinstance(found, tuple) else (Error(0),) if found is None else (Error(0), found)

        return call

    def cudaGetErrorString(self, error: Error) -> tuple[Error, bytes]:
        return Error(0), f"words about {error.name}".encode()

    def do_cudaSetDevice(self, number: int) -> Any:
        if number >= self.cards:
            return (Error.cudaErrorInvalidDevice,)
        self.device.number = number
        return None

    def do_cudaGetDeviceProperties(self, number: int) -> Any:
        return SimpleNamespace(name=b"NVIDIA T4")

    def do_cudaStreamCreate(self) -> int:
        made = 1000 + self.calls["cudaStreamCreate"]
        self.streams[made] = []
        return made

    def do_cudaStreamDestroy(self, stream: int) -> None:
        del self.streams[stream]

    def do_cudaMalloc(self, count: int) -> int:
        held = ctypes.create_string_buffer(count)
        place = ctypes.addressof(held)
        self.memory[place] = (held, count)
        return place

    def do_cudaFree(self, place: int) -> None:
        del self.memory[place]

    def do_cudaMemcpyAsync(self, to: int, source: int, count: int, kind: int, stream: int) -> None:
        held, room = self.memory[to if kind == 1 else source]
        assert count <= room and held
        self.streams[stream].append(lambda: ctypes.memmove(to, source, count))

    def do_cudaStreamSynchronize(self, stream: int) -> None:
        work, self.streams[stream][:] = list(self.streams[stream]), []
        for one in work:
            one()


class FakeContext:
    """``IExecutionContext``."""

    def __init__(self, trt: FakeTensorRt) -> None:
        self.trt, self.addresses, self.shape = trt, {}, None
        self.busy = threading.Lock()

    def set_input_shape(self, name: str, shape: tuple[int, ...]) -> bool:
        fits = len(shape) == 4 and all(a in (-1, b) for a, b in zip(self.trt.sides, shape, strict=True))
        if self.trt.broken("set_input_shape") or name != "images" or not fits or max(shape) > 512:
            return self.trt.say("Static dimension mismatch while setting input shape for images.")
        self.shape = shape
        return True

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        if self.trt.open_ended:
            return (1, -1, 6)
        return self._found()[name].shape

    def _found(self) -> dict[str, np.ndarray]:
        assert self.shape is not None
        head, corner = (one.astype(self.trt.out) for one in graph(np.zeros(self.shape)))
        return {"output0": head, "output1": corner}

    def set_tensor_address(self, name: str, place: int) -> bool:
        self.addresses[name] = place
        return not self.trt.broken("set_tensor_address")

    def execute_async_v3(self, stream_handle: int) -> bool:
        if self.trt.broken("execute_async_v3"):
            return self.trt.say("Error Code 1: Cask (Cask convolution execution)")
        assert set(self.addresses) == {"images", "output0", "output1"} and self.shape is not None
        shape = self.shape

        def work() -> None:
            assert self.busy.acquire(blocking=False), "two threads in one context"
            count = math.prod(shape) * np.dtype(self.trt.kind).itemsize
            batch = np.frombuffer(ctypes.string_at(self.addresses["images"], count), self.trt.kind).reshape(shape)
            for name, found in zip(("output0", "output1"), graph(batch), strict=True):
                data = found.astype(self.trt.out).tobytes()
                ctypes.memmove(self.addresses[name], data, len(data))
            self.busy.release()

        self.trt.cuda.streams[stream_handle].append(work)
        return True


class FakeTensorRt:
    """The module ``tensorrt``, and one engine of it.

    Args:
        cuda: whose streams it works in.
        fail: a method that returns None or False at its first call.
        sides: of the input; -1 is free.
        names: of its tensors, in the engine's own order.
    """

    __version__ = "10.13.0"
    TensorIOMode = SimpleNamespace(INPUT=1, OUTPUT=2)

    class ILogger:
        """Base of a user's logger."""

        Severity = SimpleNamespace(INTERNAL_ERROR=0, ERROR=1, WARNING=2, INFO=3)

        def __init__(self) -> None:
            pass

    def __init__(self, cuda: FakeCuda, fail: str = "", sides: tuple[int, ...] = (1, 3, 32, 64), kind: Any = np.float32,
                 out: Any = np.float32, names: tuple[str, ...] = ("output1", "images", "output0"),
                 open_ended: bool = False) -> None:  # fmt: skip
        self.cuda, self.fail, self.sides, self.kind, self.out = cuda, fail, sides, kind, out
        self.names, self.open_ended, self.num_io_tensors = names, open_ended, len(names)
        self.logger: Any = None
        self.contexts = 0
        self.dla = None

    def broken(self, name: str) -> bool:
        found = self.fail == name
        self.fail = "" if found else self.fail
        return found

    def say(self, text: str) -> bool:
        self.logger.log(self.ILogger.Severity.ERROR, text)
        self.logger.log(self.ILogger.Severity.WARNING, "something harmless")
        return False

    def Runtime(self, logger: Any) -> FakeTensorRt:
        assert isinstance(logger, self.ILogger)
        self.logger = logger
        return self

    def __setattr__(self, name: str, value: Any) -> None:
        object.__setattr__(self, "dla" if name == "DLA_core" else name, value)

    def deserialize_cuda_engine(self, serialized_engine: Any) -> FakeTensorRt | None:
        if bytes(serialized_engine) != b"ftrt-plan":
            self.say("Error Code 1: Serialization (Serialization assertion magicTagRead == kMAGIC_TAG failed.)")
            return None
        return self

    def create_execution_context(self) -> FakeContext | None:
        self.contexts += 1
        if self.broken("create_execution_context"):
            self.say("Error Code 2: OutOfMemory")
            return None
        return FakeContext(self)

    def get_tensor_name(self, index: int) -> str:
        return self.names[index]

    def get_tensor_mode(self, name: str) -> int:
        return 2 if name.startswith("output") else 1

    def get_tensor_shape(self, name: str) -> tuple[int, ...]:
        return self.sides if name == "images" else (1, 6, 4)

    def get_tensor_dtype(self, name: str) -> Any:
        return self.out if name.startswith("output") else self.kind

    def nptype(self, kind: Any) -> Any:
        if kind == BF16:
            raise TypeError("Could not resolve TensorRT datatype to an equivalent numpy datatype.")
        return kind
