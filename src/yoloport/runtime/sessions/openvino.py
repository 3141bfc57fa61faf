"""OpenVINO: on x86 and ARM processors, and on the graphics of the first.

Left alone it computes in bf16 wherever the processor can, and takes bf16 where fp16 was asked for (2026.4.1, read from
compiled models): precision is always asked for, and then read back.
"""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yoloport.runtime.cores import share
from yoloport.runtime.engine_pool import Pool
from yoloport.runtime.engine_problems import missing
from yoloport.runtime.give_back import after_loading
from yoloport.runtime.session import CannotLoad, Options, Running, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

HINTS = {"fp32": "f32", "fp16": "f16", "bf16": "bf16"}
TYPES = {"float32": "f32", "float16": "f16", "uint8": "u8"}
QUANTISED = "FakeQuantize"
CONVERTER = "openvino.tools.ovc"
GRAPHICS = ("/dev/dri", "/dev/dxg")
"""Where Linux has graphics processors, and where Linux on Windows has them."""
KERNELS = 1000
"""Compiled kernels that a stream keeps; a size of the input needs about 75."""
_first = threading.Lock()
"""Its bindings look numpy up at their first array, and when two threads have theirs at once, both wait for ever.

Seen with 2026.4.1 when two streams began; the same as pybind/pybind11 pull request 4877.
"""


class OpenVinoSession:
    """One compiled model, and an infer request for each stream, and one whose outputs are read meanwhile.

    Args:
        openvino: the library.
        compiled: the model.
        running: what it says of itself.
        streams: forward passes at a time.
    """

    def __init__(self, openvino: Any, compiled: Any, running: Running, streams: int) -> None:
        self._running, self._tensor = running, openvino.Tensor
        with _first:
            self._kind = compiled.inputs[0].get_element_type().to_dtype()
        self._requests: Pool[Any] = Pool("openvino", [compiled.create_infer_request() for _ in range(streams + 1)])

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass; the outputs are copies, since the request is soon another's."""
        with self.lend(batch) as outputs:
            return tuple(one.copy() for one in outputs)

    @contextmanager
    def lend(self, batch: NDArray[Any]) -> Iterator[tuple[NDArray[Any], ...]]:
        """One forward pass; the outputs are the request's own memory, and nobody else's within the block."""
        # Asynchronous requests may hang (ultralytics/ultralytics issue 25923): each thread waits for its own.
        with self._requests.lent() as request:
            tensor = self._tensor(np.require(batch, self._kind, ("C", "W")), shared_memory=True)
            yield tuple(request.infer(tensor, share_inputs=True, share_outputs=True).values())

    def running(self) -> Running:
        """What the compiled model says of itself."""
        return self._running

    def close(self) -> None:
        """Give the memory back."""
        self._requests.close()


def open_session(artifact: Artifact, options: Options) -> OpenVinoSession:
    """Load a model.

    Raises:
        MissingPart: OpenVINO is not installed.
        CannotLoad: a file is missing or torn, it disagrees with its metadata, or device or precision are not to be had.
    """
    openvino = _library(artifact)
    weights = artifact.file.with_suffix(".bin")
    if not weights.is_file():
        raise CannotLoad(str(artifact.path), f"{weights.name} is missing beside {artifact.file.name}")
    core = openvino.Core()
    device = _device(options.device, _devices(core, options.device), artifact)
    try:
        model = core.read_model(str(artifact.file), str(weights))
        shape = _input(model, artifact)
        quantised = any(one.get_type_name() == QUANTISED for one in model.get_ops())
        _refuse_crash(quantised and 0 in shape[1:], device, artifact)
        compiled = core.compile_model(model, device, _settings(options, device))
    except RuntimeError as error:  # all that OpenVINO throws; the first lines name its own source files
        raise CannotLoad(str(artifact.path), _reason(error)) from None
    del model
    after_loading(weights)
    running = _running(compiled, shape, quantised, str(openvino.__version__).split("-", 1)[0])
    _require(options, compiled, artifact)
    return OpenVinoSession(openvino, compiled, running, options.streams)


def _library(artifact: Artifact) -> Any:
    """OpenVINO without its converter, which every import of it loads.

    The converter costs 0.1 s and 10 MB, writes to ``~/intel``, and tells Google Analytics of the import unless it was
    forbidden to (2026.4.1, ``openvino/tools/ovc/__init__.py``): a runtime reaches for no network. It is there again,
    as ``openvino.convert_model`` too, for whoever calls it.
    """
    if sys.modules.get("openvino") is not None:
        return sys.modules["openvino"]
    modules: dict[str, Any] = sys.modules
    modules[CONVERTER] = None  # its import fails then, which openvino passes over
    try:
        import openvino
    except ModuleNotFoundError:
        raise missing("openvino", artifact) from None
    finally:
        del modules[CONVERTER]
    if not hasattr(openvino, "convert_model"):
        openvino.convert_model = lambda *args, **named: importlib.import_module(CONVERTER).convert_model(*args, **named)
    return openvino


def _devices(core: Any, asked: str) -> list[str]:
    """What OpenVINO finds; to look it loads each plug-in, 15 MB for graphics, which without a node there cannot be."""
    if asked in ("auto", "cpu") and not any(Path(one).exists() for one in GRAPHICS):
        return ["CPU"]
    return list(core.available_devices)


def _device(asked: str, available: list[str], artifact: Artifact) -> str:
    """``auto`` is a graphics processor where there is one; a neural one takes few graphs, so it has to be named."""
    if asked == "auto":
        return next((one for one in available if one.startswith("GPU")), "CPU")
    name = asked.upper()
    if not any(one == name or one.startswith(f"{name}.") for one in available):
        raise CannotLoad(
            str(artifact.path),
            f"OpenVINO finds no device {asked!r} here; it finds: {', '.join(available).lower()}",
            "install the device's driver (yoloport doctor shows which are there), or leave the device away",
        )
    return name


def _settings(options: Options, device: str) -> dict[str, Any]:
    found: dict[str, Any] = {"NUM_STREAMS": str(options.streams)}
    if device == "CPU":
        # With its own 5000 a dynamic yolov8n takes 780 MB after 225 sizes; with this 350, and is as fast.
        found["CPU_RUNTIME_CACHE_CAPACITY"] = str(KERNELS)
        # The number is of all streams together.
        found["INFERENCE_NUM_THREADS"] = (options.threads or max(share() // options.streams, 1)) * options.streams
    if options.precision != "auto":
        found["INFERENCE_PRECISION_HINT"] = HINTS[options.precision]
    if options.precision == "fp32":
        found["EXECUTION_MODE_HINT"] = "ACCURACY"
    return found


def _input(model: Any, artifact: Artifact) -> tuple[int, ...]:
    if len(model.inputs) != 1:
        raise CannotLoad(str(artifact.path), f"its graph takes {len(model.inputs)} inputs instead of a picture")
    taken = model.inputs[0]
    kind, wanted = taken.get_element_type().get_type_name(), artifact.metadata.preprocess.input
    if kind != TYPES[wanted]:
        raise CannotLoad(str(artifact.path), f"its metadata says {wanted}, its graph takes {kind}")
    sides = [0 if side.is_dynamic else side.get_length() for side in taken.get_partial_shape()]
    return require_shape(artifact, sides)


def _refuse_crash(dangerous: bool, device: str, artifact: Artifact) -> None:
    """A quantised graph with free sides ends the process on processors with AMX (openvino issue 37577)."""
    if dangerous and device == "CPU" and "amx_int8" in _text(Path("/proc/cpuinfo")):
        raise CannotLoad(
            str(artifact.path),
            "OpenVINO crashes with quantised models of free shape on processors with AMX",
            "export it with dynamic=False",
        )


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _running(compiled: Any, shape: tuple[int, ...], quantised: bool, version: str) -> Running:
    devices = ",".join(compiled.get_property("EXECUTION_DEVICES")).lower()
    precision = "int8" if quantised else _precision(compiled)
    return Running("openvino", version, devices, precision, ((compiled.inputs[0].get_any_name(), shape),))


def _precision(compiled: Any) -> str:
    kind = str(compiled.get_property("INFERENCE_PRECISION_HINT").to_string())
    return {"f32": "fp32", "f16": "fp16"}.get(kind, kind)


def _require(options: Options, compiled: Any, artifact: Artifact) -> None:
    """The precision that was asked for is the one it computes in."""
    have = _precision(compiled)
    if options.precision not in ("auto", have):
        raise CannotLoad(
            str(artifact.path),
            f"asked for {options.precision}, and OpenVINO computes in {have} on this device",
            "ask for the precision that it has, for fp32, or for auto",
        )


def _reason(error: RuntimeError) -> str:
    """The line of OpenVINO's that says what is wrong, without the places in its source."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    plain = [line for line in lines if not line.startswith(("Exception from", "Check '"))]
    return (plain or lines or ["OpenVINO refused it"])[0]
