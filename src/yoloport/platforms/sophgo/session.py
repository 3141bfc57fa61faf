"""BModels through sophon-sail, on a board or a card.

Facts, from sophgo/sophon-sail @ec3a2d6 ``src/engine.cpp`` and ``src/bind.cpp`` (read 2026-11-24):

- ``Engine(path, tpu_id, IOMode.SYSIO)`` loads and takes memory; it throws ``SailEngineError`` and others, whose texts
  are short ("invalid bmodel"), the rest goes to its log. There is no call that frees it: its destructor does.
- ``process(graph, {name: array})`` takes float32 only, in one block (another is copied *over the caller's memory*), and
  scales it itself where the input is int8, uint8 or int32; it gives float32, scaled back from the same types.
- An output of another type, fp16 for example, is read as if it were float32: numbers without sense and memory of
  others. So such a model is refused.
- The outputs are a dictionary; ``get_output_names`` has their order. An engine has one set of buffers: one thread.
"""

from __future__ import annotations

import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from yoloport.runtime.engine_problems import (
    EngineFailed,
    EngineRefused,
    SessionClosed,
    device_number,
    missing,
    require_precision,
)
from yoloport.runtime.session import CannotLoad, Options, Running, Session, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

ENGINE = "sophon-sail"
SCALED = ("BM_FLOAT32", "BM_INT8", "BM_UINT8", "BM_INT32")
LOG = "its own log, above, says why"


class BmodelSession:
    """One model on one TPU; runs of several threads come one after the other."""

    def __init__(self, engine: Any, graph: str, outputs: list[str], running: Running) -> None:
        self._engine, self._graph, self._outputs, self._running = engine, graph, outputs, running
        self._lock = threading.Lock()

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass."""
        name, shape = self._running.shapes[0]
        if tuple(batch.shape) != shape:
            raise ValueError(f"the model takes {shape}, not {batch.shape}")
        lent = np.ascontiguousarray(batch, dtype=np.float32)
        with self._lock:
            if self._engine is None:
                raise SessionClosed(ENGINE)
            try:
                found = self._engine.process(self._graph, {name: lent})
            except Exception as error:  # noqa: BLE001  SailEngineError and others share no class of their own
                raise EngineFailed(ENGINE, "Engine.process", type(error).__name__, str(error)) from None
        return tuple(np.array(found[one], np.float32) for one in self._outputs)

    def running(self) -> Running:
        """The chip as sail calls it; the precision is the conversion's, which sail does not tell."""
        return self._running

    def close(self) -> None:
        """Give the TPU's memory back; a second time does nothing."""
        with self._lock:
            self._engine = None


def open_session(artifact: Artifact, options: Options) -> Session:
    """Load a model.

    Raises:
        MissingPart: sophon-sail is not installed.
        EngineFailed: no such TPU, or its driver failed.
        EngineRefused: sail refused the file.
        CannotLoad: it takes what its metadata does not say, or device or precision are not to be had.
    """
    precision = artifact.metadata.precision
    require_precision(artifact, options, precision, "the TPU")
    number = device_number(artifact, options.device, "tpu", "sail")
    try:
        sail = import_module("sophon.sail")
    except ModuleNotFoundError:
        raise missing("sophon.sail", artifact) from None
    except ImportError as error:  # a library of the driver or of the SDK is missing, and the text names it
        raise EngineFailed(ENGINE, "import sophon.sail", str(error)) from None
    _require_card(sail, number)
    try:
        engine = sail.Engine(str(artifact.file), number, sail.IOMode.SYSIO)
    except Exception as error:  # noqa: BLE001  SailEngineError, SailDeviceError and others share no class
        kind = type(error).__name__
        if kind == "SailDeviceError":
            raise EngineFailed(ENGINE, "Engine", kind, f"{error}; {LOG}") from None
        remedy = "convert it for this chip; bm-smi shows which one it is, and how much memory is left"
        raise EngineRefused(str(artifact.path), ENGINE, "Engine", kind, f"{error}; {LOG}", remedy) from None
    graph, name, shape = _input(engine, artifact)
    outputs = [str(one) for one in engine.get_output_names(graph)]
    for one in outputs:
        _require_scaled(engine.get_output_dtype(graph, one), f"output {one}", artifact)
    chip = str(engine.get_handle().get_target()) or "unknown"
    version = str(getattr(sail, "__version__", "unknown"))
    running = Running(ENGINE, version, f"{chip}:{number}", precision or "unknown", ((name, shape),))
    return BmodelSession(engine, graph, outputs, running)


def _require_card(sail: Any, number: int) -> None:
    """``Engine`` of older releases ends the process where there is no such TPU."""
    try:
        count = int(sail.get_available_tpu_num())
    except Exception as error:  # noqa: BLE001  SailDeviceError
        raise EngineFailed(ENGINE, "get_available_tpu_num", type(error).__name__, str(error)) from None
    if number >= count:
        raise EngineFailed(
            ENGINE, "get_available_tpu_num", str(count), f"there is no TPU {number}", "bm-smi shows them"
        )


def _input(engine: Any, artifact: Artifact) -> tuple[str, str, tuple[int, ...]]:
    graphs = [str(one) for one in engine.get_graph_names()]
    names = [str(one) for one in engine.get_input_names(graphs[0])] if graphs else []
    if len(graphs) != 1 or len(names) != 1:
        why = f"it has {len(graphs)} networks and {len(names)} inputs instead of one for a picture"
        raise CannotLoad(str(artifact.path), why, "convert one network by itself")
    kind = engine.get_input_dtype(graphs[0], names[0])
    _require_scaled(kind, f"input {names[0]}", artifact)
    eight = _name(kind) == "BM_UINT8"
    if artifact.metadata.preprocess.input == "uint8" and not eight:
        raise CannotLoad(str(artifact.path), f"its metadata says uint8, it takes {_name(kind)}")
    sides = [int(side) for side in engine.get_input_shape(graphs[0], names[0])]
    return graphs[0], names[0], require_shape(artifact, sides)


def _require_scaled(kind: Any, which: str, artifact: Artifact) -> None:
    if _name(kind) not in SCALED:
        why = f"its {which} is {_name(kind)}, which sail reads as if it were float32"
        raise CannotLoad(
            str(artifact.path), why, "convert it with float32 in- and outputs: no --quant_input, --quant_output"
        )


def _name(kind: Any) -> str:
    return str(getattr(kind, "name", kind)).rpartition(".")[2]
