"""TensorRT engines (``.engine``), of TensorRT 10 and 11.

Facts, from NVIDIA/TensorRT @a892d222 (``python/src/infer/pyCore.cpp``, ``samples/python/common_runtime.py``) and
NVIDIA's API pages, read 2026-11-24:

- ``deserialize_cuda_engine`` and ``create_execution_context`` return ``None`` where they fail, ``set_input_shape``,
  ``set_tensor_address`` and ``execute_async_v3`` return ``False``; why goes to the logger only, so it is kept here.
- Tensors have names; a shape has -1 where it is free, until ``set_input_shape``.
- A context is for one thread at a time; several of one engine may run at once, each with its own stream and memory.
- Memory is the caller's, aligned as ``cudaMalloc`` gives it; it is not touched before the stream is synchronised.
- An engine runs on the release, and mostly on the kind of card, that built it.
- fp32 networks are computed in TF32 from Ampere on, unless the builder was told otherwise: ten bits of fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from yoloport.errors import Problem
from yoloport.platforms.cuda.engine_file import head
from yoloport.platforms.cuda.runtime_calls import Cuda
from yoloport.runtime.engine_pool import Pool
from yoloport.runtime.engine_problems import EngineFailed, EngineRefused, device_number, missing, require_precision
from yoloport.runtime.session import CannotLoad, Options, Running, Session, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

ENGINE = "tensorrt"
QUANTISED = {8: "int8", 16: "fp16", 32: "fp32", None: "fp32"}
"""Ultralytics 8.4.190: ``quantize`` of an export."""


class Log:
    """What TensorRT said, its last error before all."""

    def __init__(self) -> None:
        self.last = ""

    def logger(self, trt: Any) -> Any:
        """An object for TensorRT's constructors; it has to live as long as they do."""
        keep, bad = self, (trt.ILogger.Severity.INTERNAL_ERROR, trt.ILogger.Severity.ERROR)

        class Logger(trt.ILogger):  # type: ignore[misc]
            def __init__(self) -> None:
                trt.ILogger.__init__(self)

            def log(self, severity: Any, msg: str) -> None:
                if severity in bad:
                    keep.last = str(msg).strip()[:300]

        return Logger()


class Stream:
    """One execution context, with its CUDA stream and its memory on the card."""

    def __init__(self, cuda: Cuda, context: Any, source: str, outputs: Mapping[str, Any], kind: Any, log: Log) -> None:
        self._cuda, self._context, self._log = cuda, context, log
        self._source, self._outputs, self._kind = source, outputs, kind
        self._held: dict[str, tuple[int, int]] = {}
        self._stream = cuda.call("cudaStreamCreate")

    def run(self, batch: NDArray[Any], path: str) -> tuple[NDArray[Any], ...]:
        """One forward pass, waited for."""
        lent = np.ascontiguousarray(batch, dtype=self._kind)
        if not self._context.set_input_shape(self._source, lent.shape):
            shape = "x".join(map(str, lent.shape))
            why = f"an input of {shape} is outside of what it was built for. {self._log.last}"
            raise EngineRefused(path, ENGINE, "set_input_shape", "False", why, "build it for this size")
        found = {name: np.empty(self._sides(name, path), kind) for name, kind in self._outputs.items()}
        for name, array in {self._source: lent, **found}.items():
            self._true("set_tensor_address", name, self._place(name, array.nbytes))
        try:
            self._cuda.copy(self._held[self._source][0], lent.ctypes.data, lent.nbytes, True, self._stream)
            self._true("execute_async_v3", int(self._stream))
            for name, array in found.items():
                self._cuda.copy(array.ctypes.data, self._held[name][0], array.nbytes, False, self._stream)
        finally:
            # Arrays of this call must outlive the copies, also where one of them was refused.
            self._cuda.call("cudaStreamSynchronize", self._stream)
        return tuple(one.astype(np.float32) if one.dtype == np.float16 else one for one in found.values())

    def _true(self, name: str, *arguments: Any) -> None:
        if not getattr(self._context, name)(*arguments):
            raise EngineFailed(ENGINE, name, "False", self._log.last)

    def _sides(self, name: str, path: str) -> tuple[int, ...]:
        sides = tuple(int(side) for side in self._context.get_tensor_shape(name))
        if any(side < 0 for side in sides):
            raise CannotLoad(
                path, f"the shape of its output {name} depends on the picture", "export it without nms=True"
            )
        return sides

    def _place(self, name: str, count: int) -> int:
        """Memory for a tensor; it grows with the largest shape, which the engine's profile bounds."""
        place, room = self._held.get(name, (0, 0))
        if room < count:
            if place:
                del self._held[name]
                self._cuda.call("cudaFree", place)
            place = self._cuda.call("cudaMalloc", count)
            self._held[name] = (int(place), count)
        return int(place)

    def release(self) -> None:
        """Give memory and stream back, whatever fails.

        Raises:
            EngineFailed: the first call that failed.
        """
        self._context = None
        calls = [("cudaFree", place) for place, _ in self._held.values()] + [("cudaStreamDestroy", self._stream)]
        self._held, failed = {}, []
        for name, what in calls:
            try:
                self._cuda.call(name, what)
            except EngineFailed as problem:
                failed.append(problem)
        if failed:
            raise failed[0]


class EngineSession:
    """One engine on one card, with a context for each stream."""

    def __init__(self, cuda: Cuda, device: int, streams: list[Stream], keep: Any, running: Running, path: str) -> None:
        self._cuda, self._device, self._running, self._path = cuda, device, running, path
        self._pool = Pool(ENGINE, streams)
        self._keep = keep

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass; outputs of half precision come as float32."""
        with self._pool.lent() as stream:
            self._cuda.call("cudaSetDevice", self._device)
            return stream.run(batch, self._path)

    def running(self) -> Running:
        """The card's name and the engine's shapes; the precision is the export's, which an engine does not tell."""
        return self._running

    def close(self) -> None:
        """Give the card's memory back; a second time does nothing."""

        def release(stream: Stream) -> None:
            self._cuda.call("cudaSetDevice", self._device)
            stream.release()

        try:
            self._pool.close(release)
        finally:
            self._keep = None


def open_session(artifact: Artifact, options: Options) -> Session:
    """Load an engine.

    Raises:
        MissingPart: TensorRT or cuda-python is not installed.
        EngineFailed: a call failed: no such card, no memory, an old driver.
        EngineRefused: TensorRT refused the file: of another release or card, or torn.
        CannotLoad: it takes what its metadata does not say, or device or precision are not to be had.
    """
    begin, told = head(artifact.file)
    precision = artifact.metadata.precision or _precision(told)
    require_precision(artifact, options, precision, "TensorRT")
    device = device_number(artifact, options.device, "cuda", "TensorRT")
    trt, cuda = _module("tensorrt", artifact), Cuda(_module("cuda.bindings.runtime", artifact))
    cuda.call("cudaSetDevice", device)
    name = cuda.call("cudaGetDeviceProperties", device).name
    log = Log()
    runtime = trt.Runtime(log.logger(trt))
    if told.get("dla") is not None:
        runtime.DLA_core = int(told["dla"])
    engine = runtime.deserialize_cuda_engine(memoryview(artifact.file.read_bytes())[begin:])
    if engine is None:
        remedy = f"build it again on this machine: its TensorRT is {trt.__version__}"
        raise EngineRefused(str(artifact.path), ENGINE, "deserialize_cuda_engine", "None", log.last, remedy)
    source, kind, shape = _input(trt, engine, artifact)
    outputs = _outputs(trt, engine, artifact)
    streams = _streams(cuda, engine, options.streams, (source, outputs, kind, log))
    card = name.decode(errors="replace") if isinstance(name, bytes) else str(name)
    running = Running(ENGINE, str(trt.__version__), f"{card}:{device}", precision or "unknown", ((source, shape),))
    return EngineSession(cuda, device, streams, (runtime, engine), running, str(artifact.path))


def _module(name: str, artifact: Artifact) -> Any:
    try:
        return import_module(name)
    except ModuleNotFoundError:
        raise missing(name, artifact) from None
    except ImportError as error:
        raise EngineFailed(ENGINE, f"import {name}", str(error)) from None


def _precision(told: Mapping[str, Any]) -> str:
    options = told.get("args")
    return QUANTISED.get(options.get("quantize"), "") if isinstance(options, Mapping) else ""


def _names(trt: Any, engine: Any, mode: Any) -> list[str]:
    names = [engine.get_tensor_name(index) for index in range(engine.num_io_tensors)]
    return [name for name in names if engine.get_tensor_mode(name) == mode]


def _input(trt: Any, engine: Any, artifact: Artifact) -> tuple[str, Any, tuple[int, ...]]:
    names = _names(trt, engine, trt.TensorIOMode.INPUT)
    if len(names) != 1:
        raise CannotLoad(str(artifact.path), f"it takes {len(names)} inputs instead of a picture")
    kind, wanted = _kind(trt, engine, names[0], artifact), artifact.metadata.preprocess.input
    # Ultralytics' metadata says nothing of the type: an engine for floats may take either float.
    if (kind == np.uint8) is not (wanted == "uint8"):
        raise CannotLoad(str(artifact.path), f"its metadata says {wanted}, it takes {np.dtype(kind).name}")
    return names[0], kind, require_shape(artifact, [int(side) for side in engine.get_tensor_shape(names[0])])


def _outputs(trt: Any, engine: Any, artifact: Artifact) -> dict[str, Any]:
    """Types by name, in the order that Ultralytics has them: by name."""
    names = sorted(_names(trt, engine, trt.TensorIOMode.OUTPUT))
    return {name: _kind(trt, engine, name, artifact) for name in names}


def _kind(trt: Any, engine: Any, name: str, artifact: Artifact) -> Any:
    kind = engine.get_tensor_dtype(name)
    try:
        return trt.nptype(kind)
    except TypeError:  # bfloat16 and narrower have no type in numpy (common_runtime.py)
        why = f"its tensor {name} is {kind}, which numpy lacks"
        raise CannotLoad(str(artifact.path), why, "export it with fp32 in- and outputs") from None


def _streams(cuda: Cuda, engine: Any, count: int, shared: tuple[str, dict[str, Any], Any, Log]) -> list[Stream]:
    source, outputs, kind, log = shared
    made: list[Stream] = []
    try:
        for _ in range(count):
            context = engine.create_execution_context()
            if context is None:
                raise EngineFailed(ENGINE, "create_execution_context", "None", log.last, "free memory of the card")
            made.append(Stream(cuda, context, source, outputs, kind, log))
    except BaseException:
        for stream in made:
            with suppress(Problem):
                stream.release()
        raise
    return made
