"""MNN: on the processor.

Its session is used instead of its module: both compute the same, and only the session lets other Python threads go on
meanwhile. At its default, a session takes larger Winograd tiles than a module, and their rounding moves boxes by up to
0.06 pixels; level 1 gives a module's numbers bit by bit (3.6.1, measured against a module and against ONNX Runtime).
"""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

from yoloport.runtime import stdout
from yoloport.runtime.cores import share
from yoloport.runtime.engine_pool import Pool
from yoloport.runtime.engine_problems import EngineFailed, missing
from yoloport.runtime.session import CannotLoad, Options, Running, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

STRICT, WINOGRAD = 1, 3
"""``HintMode`` of alibaba/MNN ``include/MNN/Interpreter.hpp``: check the model whole; memory level of Winograd."""
PLANES = 1  # Tensor_DimensionType_Caffe: NCHW


class MnnSession:
    """A model in MNN; each stream has an interpreter of its own, since one runs a session at a time."""

    threads_after_fork = 1
    """Its pool is the process's, and the pool's threads do not come back in a forked child."""

    def __init__(self, streams: list[_Stream], version: str) -> None:
        self._streams = Pool("mnn", streams)
        self._running = Running("mnn", version, "cpu", "fp32", ((streams[0].name, streams[0].sides),))

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass."""
        with self._streams.lent() as stream:
            return stream.run(batch)

    def running(self) -> Running:
        """The device and precision that the sessions were made with; MNN has no others to fall back to."""
        return self._running

    def close(self) -> None:
        """Give the memory back."""
        self._streams.close()


class _Stream:
    """One interpreter and its session, for one thread at a time."""

    def __init__(self, engine: Any, file: str, threads: int) -> None:
        self._engine, self._model = engine, engine.Interpreter(file)
        self._model.setSessionHint(STRICT, 1)
        self._model.setSessionHint(WINOGRAD, 1)
        self._session = self._model.createSession({"precision": "high", "backend": "CPU", "numThread": threads})
        inputs = self._model.getSessionInputAll(self._session)
        if len(inputs) != 1:
            raise ValueError(f"its graph takes {len(inputs)} inputs instead of a picture")
        ((self.name, self._input),) = inputs.items()
        self.sides = tuple(max(side, 0) for side in self._input.getShape())
        self._outputs = self._names()
        self._shape: tuple[int, ...] = ()

    def _names(self) -> list[str]:
        return sorted(self._model.getSessionOutputAll(self._session))

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass; MNN keeps buffers for the last shape only."""
        import numpy as np

        engine = self._engine
        if batch.shape != self._shape:
            self._model.resizeTensor(self._input, batch.shape)
            self._model.resizeSession(self._session)
            self._shape = batch.shape
        lent = np.ascontiguousarray(batch, dtype=np.float32)
        self._input.copyFrom(engine.Tensor(lent.shape, engine.Halide_Type_Float, lent, PLANES))
        failed = self._model.runSession(self._session)
        if failed:
            raise EngineFailed("mnn", "runSession", str(failed), f"input {'x'.join(map(str, batch.shape))}")
        return tuple(self._output(name) for name in self._outputs)

    def _output(self, name: str) -> NDArray[Any]:
        import numpy as np

        there = self._model.getSessionOutput(self._session, name)
        taken = np.empty(there.getShape(), np.float32)
        here = self._engine.Tensor(taken.shape, self._engine.Halide_Type_Float, taken, PLANES)
        there.copyToHostTensor(here)
        return np.array(here.getNumpyData(), copy=True)


def open_session(artifact: Artifact, options: Options) -> MnnSession:
    """Load a model.

    Raises:
        MissingPart: MNN is not installed.
        CannotLoad: it refused the file, the file disagrees with its metadata, or device or precision are not to be had.
    """
    _require(artifact, options)
    threads = options.threads or max(share() // options.streams, 1)
    with stdout.spared():
        try:
            import MNN
        except ModuleNotFoundError:
            raise missing("MNN", artifact) from None
        try:
            streams = [_Stream(MNN, str(artifact.file), threads) for _ in range(options.streams)]
        except Exception as error:  # noqa: BLE001  plain Exception and RuntimeError, with words of its own
            raise CannotLoad(str(artifact.path), f"MNN refused it: {error or type(error).__name__}") from None
    require_shape(artifact, streams[0].sides)
    return MnnSession(streams, str(MNN.version()))


def _require(artifact: Artifact, options: Options) -> None:
    if options.device not in ("auto", "cpu"):
        raise CannotLoad(
            str(artifact.path),
            f"MNN's Python package computes on the processor only, not on {options.device!r}",
            "leave the device away",
        )
    # On x86, with AVX-512 and bf16, lower precision gave the same bit for bit: it is not what was asked for.
    if options.precision not in ("fp32", "auto"):
        raise CannotLoad(
            str(artifact.path),
            f"asked for {options.precision}, and nothing tells whether MNN uses it on {platform.machine()}",
            "leave the precision away",
        )
    if artifact.metadata.preprocess.input != "float32":
        raise CannotLoad(
            str(artifact.path), f"MNN takes float32, its metadata says {artifact.metadata.preprocess.input}"
        )
