"""ONNX Runtime: on the processor, or on what the installed build has a provider for."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from yoloport.runtime.cores import share
from yoloport.runtime.engine_problems import SessionClosed
from yoloport.runtime.session import CannotLoad, Options, Running, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

PROCESSOR = "CPUExecutionProvider"
PRECISIONS = {"tensor(float16)": "fp16", "tensor(bfloat16)": "bf16"}
"""By the type of the first output: pictures may go in as bytes, and be divided in the graph."""


class OnnxSession:
    """One model in ONNX Runtime, whose own session may be run from several threads at once."""

    def __init__(self, engine: Any, running: Running) -> None:
        self._engine, self._running = engine, running
        self._input = str(engine.get_inputs()[0].name)

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass."""
        engine = self._engine
        if engine is None:
            raise SessionClosed("onnxruntime")
        return tuple(engine.run(None, {self._input: batch}))

    def running(self) -> Running:
        """The provider that loaded first is the one that computes what it can; the processor does the rest."""
        return self._running

    def close(self) -> None:
        """Give the weights' memory back."""
        self._engine = None


def open_session(artifact: Artifact, options: Options) -> OnnxSession:
    """Load a model.

    Raises:
        MissingPart: ONNX Runtime is not installed.
        CannotLoad: it refused the file, has no provider for the device, or the file disagrees with its metadata.
    """
    # Else it starts a thread for reports to its maker (1.32): 0.04 s, and a forked child waits for that at its end, for
    # ever. Read when its library is loaded.
    os.environ.setdefault("ORT_DISABLE_TELEMETRY", "1")
    try:
        import onnxruntime
    except ModuleNotFoundError:
        from yoloport.runtime import MissingPart

        raise MissingPart("onnxruntime") from None
    provider = _provider(options.device, onnxruntime.get_available_providers(), artifact)
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = options.threads or share()
    # Its plans of memory cost 26 MB with yolov8n and gain no time; each new shape would add one (1.32, 2026-11-28).
    settings.enable_mem_pattern = False
    settings.log_severity_level = 3  # its warnings are about graphs, and none of them helps a user
    try:
        engine = onnxruntime.InferenceSession(
            str(artifact.file), settings, providers=list(dict.fromkeys([provider, PROCESSOR]))
        )
    except Exception as error:  # noqa: BLE001  its exceptions are of a private module, one class for each status
        raise CannotLoad(str(artifact.path), str(error).splitlines()[0]) from None
    _require(provider, engine, artifact)
    computes = PRECISIONS.get(engine.get_outputs()[0].type, "fp32")
    computes = "int8" if artifact.metadata.precision == "int8" else computes
    if options.precision not in ("fp32", "auto", computes):
        why = f"asked for {options.precision}, and its graph computes in {computes}"
        raise CannotLoad(str(artifact.path), why, "ONNX Runtime computes as the file is: convert it with the precision")
    taken, device = engine.get_inputs()[0], _device(str(engine.get_providers()[0]))
    sides = tuple(side if isinstance(side, int) else 0 for side in taken.shape)
    running = Running("onnxruntime", str(onnxruntime.__version__), device, computes, ((str(taken.name), sides),))
    return OnnxSession(engine, running)


def _provider(device: str, available: list[str], artifact: Artifact) -> str:
    """``auto`` is the first that the build prefers, except those that only hand on to others."""
    if device in ("cpu", ""):
        return PROCESSOR
    named = {_device(one): one for one in available}
    if device == "auto":
        return PROCESSOR if PROCESSOR in available and len(available) == 1 else _first(available)
    if device.lower() not in named:
        have = ", ".join(sorted(named))
        raise CannotLoad(
            str(artifact.path),
            f"this build of ONNX Runtime has no provider for {device!r}; it has: {have}",
            "install the build that has it, or leave the device away",
        )
    return named[device.lower()]


def _first(available: list[str]) -> str:
    # A provider that sends the graph to a service is never somebody's default.
    return next((one for one in available if not one.startswith("Azure")), PROCESSOR)


def _device(provider: str) -> str:
    return provider.removesuffix("ExecutionProvider").lower()


def _require(provider: str, engine: Any, artifact: Artifact) -> None:
    """What was asked for is what runs, and the file is what its metadata says."""
    loaded = engine.get_providers()
    if loaded[0] != provider:
        raise CannotLoad(
            str(artifact.path),
            f"asked for {_device(provider)!r}, and ONNX Runtime took {_device(loaded[0])!r}",
            "look at what keeps it away: yoloport doctor",
        )
    require_shape(artifact, engine.get_inputs()[0].shape)
