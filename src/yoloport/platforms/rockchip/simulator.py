"""The NPU's simulator on x86_64, in rknn-toolkit2: for looking at a model's numbers, not for work.

It runs a model only in the process that built it (its own words for ``load_rknn``: "not support inference on the
simulator ... use 'load_xxx' & 'build'"; rknn-toolkit2 2.3.2, tried 2026-11-24). So an artifact keeps the ONNX file that
it was made from beside it, and that file is built anew, which takes seconds; the ``.rknn`` itself is not run. For an
int8 model the pictures that it was calibrated with are read again, from the list beside it (tried 2026-11-28). The
toolkit throws ``ValueError`` with a whole traceback as its text.
"""

from __future__ import annotations

import re
import threading
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yoloport.platforms.rockchip.rknn_file import RknnFile, eight_bits
from yoloport.runtime import onnx_file, stdout
from yoloport.runtime.engine_problems import EngineFailed, EngineRefused, SessionClosed, absolute, missing
from yoloport.runtime.metadata import of_ultralytics
from yoloport.runtime.session import CannotLoad, Running

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact
    from yoloport.runtime.metadata import Metadata

ENGINE, DEVICE = "rknn-toolkit2", "simulator"
ANY_CHIP = "rk3588"
PICTURES = "calibration.txt"


class SimulatorSession:
    """One model, built in this process; runs of several threads come one after the other."""

    def __init__(self, engine: Any, facts: Metadata, running: Running) -> None:
        self._engine, self._facts, self._running = engine, facts, running
        self._parts = running.precision == "int8" and "ultralytics" in facts.versions
        self._lock = threading.Lock()

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass; about a hundred times slower than the NPU."""
        lent = eight_bits(batch, self._facts)
        with self._lock:
            if self._engine is None:
                raise SessionClosed(ENGINE)
            with stdout.spared():
                try:
                    found = self._engine.inference(inputs=[lent], data_format=["nhwc"])
                except Exception as error:  # noqa: BLE001  ValueError, and what its compiled parts throw
                    raise EngineFailed(ENGINE, "inference", *_said(error)) from None
        outputs = tuple(np.array(one, np.float32) for one in found)
        return absolute(outputs, self._facts) if self._parts else outputs

    def running(self) -> Running:
        """The simulator, and the chip that it was told to simulate."""
        return self._running

    def close(self) -> None:
        """Give the memory back; a second time does nothing."""
        with self._lock:
            engine, self._engine = self._engine, None
            if engine is not None:
                with stdout.spared():
                    engine.release()


def open_session(artifact: Artifact, told: RknnFile, shape: tuple[int, ...]) -> SimulatorSession:
    """Build the model from the ONNX file beside it.

    Args:
        artifact: with its metadata.
        told: by the model's file.
        shape: of its input.

    Raises:
        MissingPart: rknn-toolkit2 is not installed.
        EngineRefused: it refused the ONNX file.
        CannotLoad: there is no such file, it is another model's, or a quantised model's pictures are not there.
    """
    quantised = "int8" in (artifact.metadata.precision, told.precision)
    pictures = _pictures(artifact) if quantised else None
    source = _source(artifact)
    with stdout.spared():
        try:
            make = import_module("rknn.api").RKNN
        except ModuleNotFoundError as error:
            # Its own needs may be what is missing: setuptools' pkg_resources, for example.
            raise missing("rknn" if (error.name or "").startswith("rknn") else str(error.name), artifact) from None
        chip = told.chip or ANY_CHIP
        engine = make(verbose=False)
        try:
            _built(engine, source, pictures, chip, artifact)
        except BaseException:
            engine.release()
            raise
    device, computes = f"{DEVICE} of {chip}", "int8" if quantised else "fp16"
    running = Running(ENGINE, metadata.version(ENGINE), device, computes, ((told.name, shape),))
    return SimulatorSession(engine, artifact.metadata, running)


def _built(engine: Any, source: Path, pictures: Path | None, chip: str, artifact: Artifact) -> None:
    """Each step of the toolkit returns 0, or -1, or throws."""
    ranges: dict[str, Any] = {"do_quantization": pictures is not None}
    if pictures is not None:
        ranges["dataset"] = str(pictures)
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("config", {"mean_values": [[0, 0, 0]], "std_values": [[255, 255, 255]], "target_platform": chip}),
        ("load_onnx", {"model": str(source)}),
        ("build", {**ranges, "rknn_batch_size": max(artifact.metadata.batch, 1)}),
        ("init_runtime", {"target": None}),
    )
    for name, settings in steps:
        try:
            code = getattr(engine, name)(**settings)
        except Exception as error:  # noqa: BLE001  ValueError, and what its compiled parts throw
            raise EngineRefused(str(source), ENGINE, name, *_said(error)) from None
        if code not in (0, None):
            raise EngineRefused(str(source), ENGINE, name, str(code), "its log, above, says why")


def _pictures(artifact: Artifact) -> Path:
    """The list of the pictures that a quantised model was calibrated with; all of them have to be there."""
    listed = artifact.file.with_name(PICTURES)
    if not listed.is_file():
        raise CannotLoad(
            str(artifact.path), f"the simulator quantises anew, and there is no {PICTURES} beside {artifact.file.name}",
            "run it on a board, or convert it again with this version",
        )  # fmt: skip
    named = listed.read_text(encoding="utf-8").splitlines()
    gone = [one for one in named if not Path(one).is_file()]
    if gone or not named:
        which = f"{len(gone)} of {len(named)} pictures are gone" + (f": {gone[0]}" if gone else "")
        raise CannotLoad(
            str(artifact.path), f"the simulator quantises anew, and {which}",
            "put them back, convert it again here, or run it on a board",
        )  # fmt: skip
    return listed


def _source(artifact: Artifact) -> Path:
    """The ONNX file that the model was made from: beside it, or beside the folder that Ultralytics made."""
    file = artifact.file
    plain = re.sub(r"-r[kv][0-9]{4}[a-z]?$", "", file.stem)
    places = [file.with_suffix(".onnx"), file.with_name(f"{plain}.onnx"), file.parent.parent / f"{plain}.onnx"]
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        raise CannotLoad(
            str(artifact.path), f"the simulator builds from the ONNX file, and there is no {places[0].name} beside it",
            "keep the ONNX file of the conversion there, or run the model on a board",
        )  # fmt: skip
    other, facts = of_ultralytics(onnx_file.properties(found), str(found), "onnx"), artifact.metadata
    if (other.task, other.names, other.size, other.batch) != (facts.task, facts.names, facts.size, facts.batch):
        raise CannotLoad(str(artifact.path), f"{found} is another model's: its task, classes or size differ")
    return found


def _said(error: Exception) -> tuple[str, str]:
    """The error's class and its last line, which is the cause of the traceback that it has for a text."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return type(error).__name__, (lines or [""])[-1][:300]
