"""Models for Rockchip's NPU: on a board through rknn-toolkit-lite2, on x86_64 in the simulator of rknn-toolkit2.

Facts of the board's binding, from ``rknnlite/api/rknn_lite.py`` of rknn-toolkit-lite2 2.3.2 (airockchip/rknn-toolkit2
@59a913d, read 2026-11-24):

- ``load_rknn``, ``init_runtime``, ``inference``, ``release``, in this order; -1 or ``None`` is a failure, and why goes
  to its log only. Off a board ``init_runtime`` throws ``AttributeError``, a fault of its own.
- ``inference`` takes 8-bit pictures, ``nhwc``, and gives float32, dequantised. The normalisation is in the model
  (mean 0, std 255 in Ultralytics 8.4.190 ``utils/export/rknn.py``): no division here.
- One object is one context, for one thread at a time. ``NPU_CORE_AUTO`` puts each on a core that is idle, so as many
  streams as cores use them all; ``NPU_CORE_0`` and others pin (RK3588 and RK3576 only).
- ``release`` may be called twice.
"""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import import_module, metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from yoloport.platforms.rockchip import rknn_file, simulator
from yoloport.platforms.rockchip.rknn_file import RknnFile, eight_bits
from yoloport.runtime.engine_pool import Pool
from yoloport.runtime.engine_problems import (
    EngineFailed,
    EngineRefused,
    absolute,
    device_number,
    missing,
    require_precision,
)
from yoloport.runtime.session import CannotLoad, Options, Running, Session, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact
    from yoloport.runtime.metadata import Metadata

ENGINE = "rknn-toolkit-lite2"
TREE = Path("/proc/device-tree/compatible")
CORES = 3
TOGETHER = ({"rk3566", "rk3568"},)
"""Chips that run each other's models: ``resnet18_for_rk3566_rk3568.rknn`` in rknn-toolkit-lite2's examples."""
LOG = "its own log, above, says why: yoloport doctor explains its lines"


class BoardSession:
    """One model on the NPU of this board, in as many contexts as there are streams."""

    def __init__(self, streams: list[Any], facts: Metadata, running: Running) -> None:
        self._pool = Pool(ENGINE, streams)
        self._facts, self._running = facts, running
        self._parts = running.precision == "int8" and "ultralytics" in facts.versions

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass."""
        lent = eight_bits(batch, self._facts)
        with self._pool.lent() as lite:
            try:
                found = lite.inference(inputs=[lent], data_format=["nhwc"])
            except Exception as error:  # noqa: BLE001  it throws what its compiled parts throw
                raise EngineFailed(ENGINE, "inference", type(error).__name__, str(error)) from None
        if found is None:
            raise EngineFailed(ENGINE, "inference", "None", LOG)
        outputs = tuple(np.array(one, np.float32) for one in found)
        return absolute(outputs, self._facts) if self._parts else outputs

    def running(self) -> Running:
        """The chip is the device tree's; precision and shape are the file's."""
        return self._running

    def close(self) -> None:
        """Give the contexts back; a second time does nothing."""
        self._pool.close(_release)


def open_session(artifact: Artifact, options: Options) -> Session:
    """Load a model: on the board's NPU where rknn-toolkit-lite2 is installed, or in the simulator.

    Raises:
        MissingPart: neither toolkit is installed.
        EngineFailed: the NPU or its driver failed.
        EngineRefused: the toolkit refused the model.
        CannotLoad: the file is torn, for another chip, or not what its metadata says; or device or precision are not to
            be had.
    """
    told = rknn_file.read(artifact.file)
    precision = artifact.metadata.precision or told.precision
    require_precision(artifact, options, precision, "the NPU")
    shape = _require(told, artifact)
    if options.device == simulator.DEVICE:
        return simulator.open_session(artifact, told, shape)
    core = device_number(artifact, options.device, "npu", "the NPU")
    try:
        make = import_module("rknnlite.api").RKNNLite
    except ModuleNotFoundError:
        if options.device != "auto":
            raise missing("rknnlite", artifact) from None
        return simulator.open_session(artifact, told, shape)
    chip = _chip(told, artifact)
    pinned = re.search("[0-9]", options.device) is not None
    if core >= CORES:
        raise CannotLoad(str(artifact.path), f"an NPU has {CORES} cores at most, npu:{core} is none of them")
    mask = 1 << core if pinned else make.NPU_CORE_AUTO
    streams = _streams(make, artifact, mask, options.streams)
    running = Running(ENGINE, _version(), f"{chip}:{core if pinned else 'auto'}", precision or "unknown",
                      ((told.name, shape),))  # fmt: skip
    return BoardSession(streams, artifact.metadata, running)


def _require(told: RknnFile, artifact: Artifact) -> tuple[int, ...]:
    """The input's shape, where the metadata has it so, and pictures so."""
    form = artifact.metadata.preprocess
    if any(one != 255 for one in told.std):
        std = ", ".join(f"{one:g}" for one in told.std)
        why = f"pictures are divided by {std} inside, and this runtime gives it 8 bits for 255"
        raise CannotLoad(str(artifact.path), why, "convert it with mean 0 and std 255")
    plain = form.scale == 1 if form.input == "uint8" else abs(form.scale * 255 - 1) < 1e-6
    if not plain:
        why = f"its metadata says {form.input} times {form.scale:g}, and the NPU takes 8 bits as they are"
        raise CannotLoad(str(artifact.path), why, "write uint8 and scale 1 into its metadata")
    facts = artifact.metadata
    sides = list(told.shape) or [facts.batch, facts.channels, *facts.size]
    if form.layout == "NHWC" and len(sides) == 4:
        sides = [sides[0], sides[2], sides[3], sides[1]]
    return require_shape(artifact, sides)


def _chip(told: RknnFile, artifact: Artifact) -> str:
    """This board's chip, which has to be the model's."""
    with suppress(OSError):
        names = re.findall(r"rockchip,(r[kv][0-9]{4}[a-z]{0,2})", TREE.read_text(encoding="ascii", errors="replace"))
        alike = next((group for group in TOGETHER if told.chip in group), {told.chip})
        if names and told.chip and not any(name.startswith(one) for name in names for one in alike):
            why = f"it was converted for {told.chip}, and this board has {names[-1]}"
            raise CannotLoad(str(artifact.path), why, f"convert it for {names[-1]}")
        if names:
            return str(names[-1])
    return told.chip or "unknown"


def _streams(make: Any, artifact: Artifact, mask: int, count: int) -> list[Any]:
    made: list[Any] = []
    try:
        for _ in range(count):
            lite = make()
            made.append(lite)
            _loaded(lite, artifact, mask)
    except BaseException:
        for lite in made:
            with suppress(EngineFailed):
                _release(lite)
        raise
    return made


def _loaded(lite: Any, artifact: Artifact, mask: int) -> None:
    code = lite.load_rknn(str(artifact.file))
    if code != 0:
        raise EngineRefused(str(artifact.path), ENGINE, "load_rknn", str(code), LOG)
    try:
        code = lite.init_runtime(core_mask=mask)
    except Exception as error:  # noqa: BLE001  off a board its own message throws AttributeError
        raise EngineFailed(ENGINE, "init_runtime", type(error).__name__, str(error)) from None
    if code != 0:
        remedy = "look for the driver and /dev/dri: yoloport doctor; take librknnrt.so of the release that converted it"
        raise EngineFailed(ENGINE, "init_runtime", str(code), LOG, remedy)


def _release(lite: Any) -> None:
    try:
        lite.release()
    except Exception as error:  # noqa: BLE001  it throws what its compiled parts throw
        raise EngineFailed(ENGINE, "release", type(error).__name__, str(error)) from None


def _version() -> str:
    try:
        return metadata.version(ENGINE)
    except metadata.PackageNotFoundError:
        return "unknown"
