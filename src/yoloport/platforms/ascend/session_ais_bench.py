"""Offline models through ais_bench's ``InferSession``, which Ultralytics uses, too.

Facts, from Ascend/tools @9d6da90 ``ais-bench_workload/tool/ais_bench`` and Ultralytics 8.4.190
``nn/backends/ascend.py``:
``InferSession(device_id, path)`` and ``infer([array])`` throw ``RuntimeError`` with the code in words; its arrays are
the caller's; the session sets its context itself; ``free_resource`` ends one session in newer releases, and
``finalize`` of older ones ends all of the process, so that is left to the process's end.
"""

from __future__ import annotations

import threading
from importlib import import_module, metadata
from typing import TYPE_CHECKING, Any

import numpy as np

from yoloport.runtime.engine_problems import EngineFailed, EngineRefused, SessionClosed, missing
from yoloport.runtime.session import CannotLoad, Running, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

ENGINE = "ais_bench"


class AisBenchSession:
    """One model on one card; runs of several threads come one after the other."""

    def __init__(self, engine: Any, running: Running) -> None:
        self._engine, self._running = engine, running
        self._lock = threading.Lock()

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass; outputs of half precision come as float32."""
        shape = self._running.shapes[0][1]
        if tuple(batch.shape) != shape:
            raise ValueError(f"the model takes {shape}, not {batch.shape}")
        with self._lock:
            if self._engine is None:
                raise SessionClosed(ENGINE)
            try:
                found = self._engine.infer([np.ascontiguousarray(batch)])
            except RuntimeError as error:
                raise EngineFailed(ENGINE, "InferSession.infer", _first(error)) from None
        return tuple(one.astype(np.float32) if one.dtype == np.float16 else one for one in map(np.asarray, found))

    def running(self) -> Running:
        """ais_bench tells shapes, and no name of the chip."""
        return self._running

    def close(self) -> None:
        """Give everything back; a second time does nothing."""
        with self._lock:
            engine, self._engine = self._engine, None
            if engine is not None and hasattr(engine, "free_resource"):
                engine.free_resource()


def open_session(artifact: Artifact, device: int, precision: str) -> AisBenchSession:
    """Load a model.

    Args:
        artifact: with its metadata.
        device: the card's number.
        precision: of the conversion, empty where it is not known.

    Raises:
        MissingPart: ais_bench is not installed, nor pyACL.
        EngineRefused: it threw while it loaded.
        CannotLoad: the model takes what its metadata does not say.
    """
    try:
        make = import_module("ais_bench.infer.interface").InferSession
    except ImportError:
        raise missing("acl", artifact) from None
    try:
        engine = make(device, str(artifact.file))
    except RuntimeError as error:
        raise EngineRefused(str(artifact.path), ENGINE, "InferSession", _first(error)) from None
    inputs = engine.get_inputs()
    session = AisBenchSession(engine, Running(ENGINE, _version(), f"npu:{device}", precision or "unknown", ()))
    try:
        if len(inputs) != 1:
            raise CannotLoad(str(artifact.path), f"its graph takes {len(inputs)} inputs instead of a picture")
        sides = require_shape(artifact, [int(side) for side in inputs[0].shape])
    except CannotLoad:
        session.close()
        raise
    made = session.running()
    return AisBenchSession(
        engine, Running(ENGINE, made.version, made.device, made.precision, ((str(inputs[0].name), sides),))
    )


def _version() -> str:
    try:
        return metadata.version("ais_bench")
    except metadata.PackageNotFoundError:
        return "unknown"


def _first(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
