"""Offline models (``.om``) through pyACL, or through ais_bench where pyACL is missing.

Facts of pyACL, from hiascend.com (CANN 8.0 to 9.1, read 2026-11-24):

- ``acl.init`` once in a process; a second time returns 100002 (constants.py of Ascend/samples @fc2aea93). torch_npu may
  have called it, and may go on after this session: ``acl.finalize`` is left to the end of the process.
- ``rt.set_device`` and ``rt.reset_device`` count: only the last reset gives the device back (aclcppdevg_03_0039).
- A model is loaded, executed and unloaded in one context, and a thread has one context at a time: each run sets ours
  (aclcppdevg_03_0298, ``rt.set_context``), and then the one that it found, which may be torch_npu's.
- Threads with one model lock from the copy of the input to the copy of the output (the same page). So there is one
  set of buffers, whatever the number of streams.
- The kind of ``rt.memcpy`` is ignored, the addresses tell (aclcppdevg_03_0105); both sizes are in bytes.
- ``mdl.get_input_dims_v2`` multiplied is the input's size, with AIPP, too (aclcppdevg_03_1454).
- ``mdl.destroy_dataset`` leaves data buffers and their memory to the caller, and the buffers leave theirs.
"""

from __future__ import annotations

import math
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np

from yoloport.platforms.ascend import session_ais_bench
from yoloport.platforms.ascend.acl_calls import ENGINE, Acl
from yoloport.runtime.engine_problems import EngineFailed, SessionClosed, device_number, missing, require_precision
from yoloport.runtime.session import CannotLoad, Options, Running, Session, require_shape

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

INITIALISED = 100002  # ACL_ERROR_REPEAT_INITIALIZE
ONE_SIZE = "convert it for one size and batch"
HUGE_FIRST, TO_DEVICE, TO_HOST = 0, 1, 2
TYPES = {0: np.float32, 1: np.float16, 2: np.int8, 3: np.int32, 4: np.uint8, 9: np.int64}
"""aclDataType: ``inference/acllite/acllitePY/constants.py`` of Ascend/samples @fc2aea93."""


class OmSession:
    """One model on one card; runs of several threads come one after the other."""

    def __init__(self, acl: Acl, context: int, running: Running) -> None:
        self._acl, self._context, self._running = acl, context, running
        self._lock = threading.Lock()
        self._open = True

    def load(self, artifact: Artifact) -> None:
        """The model, its shapes, and the card's memory for its input and outputs.

        Raises:
            EngineFailed: a call failed.
            EngineRefused: because of the file.
            CannotLoad: it takes what its metadata does not say.
        """
        acl = self._acl
        self._model = acl.call("mdl.load_from_file", str(artifact.file))
        acl.later("mdl.unload", self._model)
        self._about = acl.pointer("mdl.create_desc")
        acl.later("mdl.destroy_desc", self._about)
        acl.call("mdl.get_desc", self._about, self._model)
        name, sides = self._input(artifact)
        self._in, taken = self._dataset([int(acl.value("mdl.get_input_size_by_index", self._about, 0))])
        self._to, self._size = taken[0]
        count = int(acl.value("mdl.get_num_outputs", self._about))
        sizes = [int(acl.value("mdl.get_output_size_by_index", self._about, index)) for index in range(count)]
        self._out, given = self._dataset(sizes)
        self._from = [(*one, *self._output(index, artifact)) for index, one in enumerate(given)]
        self._check(sides, artifact)
        old = self._running
        self._running = Running(old.engine, old.version, old.device, old.precision, ((name, sides),))

    def _input(self, artifact: Artifact) -> tuple[str, tuple[int, ...]]:
        count = int(self._acl.value("mdl.get_num_inputs", self._about))
        if count != 1:
            why = f"its graph takes {count} inputs instead of a picture; models of several sizes have one more"
            raise CannotLoad(str(artifact.path), why, ONE_SIZE)
        told = self._acl.call("mdl.get_input_dims_v2", self._about, 0)
        self._kind = TYPES.get(self._acl.value("mdl.get_input_data_type", self._about, 0))
        wanted = artifact.metadata.preprocess.input
        # Ultralytics' metadata says nothing of the type: a float graph may take either float.
        if self._kind is None or (self._kind is np.uint8) is not (wanted == "uint8"):
            here = self._kind.__name__ if self._kind else "a type that is not known"
            raise CannotLoad(str(artifact.path), f"its metadata says {wanted}, its graph takes {here}")
        sides = require_shape(artifact, [int(side) for side in told["dims"]])
        if not all(sides):
            raise CannotLoad(str(artifact.path), "its graph takes several sizes or batches", ONE_SIZE)
        return str(told["name"]), sides

    def _output(self, index: int, artifact: Artifact) -> tuple[tuple[int, ...], Any]:
        sides = tuple(int(side) for side in self._acl.call("mdl.get_output_dims", self._about, index)["dims"])
        kind = TYPES.get(self._acl.value("mdl.get_output_data_type", self._about, index))
        if kind is None or not all(side > 0 for side in sides):
            raise CannotLoad(str(artifact.path), f"its output {index} has a type or a shape that is not fixed")
        return sides, kind

    def _check(self, sides: tuple[int, ...], artifact: Artifact) -> None:
        needs = [(self._size, math.prod(sides) * np.dtype(self._kind).itemsize, "input")]
        needs += [(size, math.prod(to) * np.dtype(kind).itemsize, "output") for _, size, to, kind in self._from]
        for size, need, which in needs:
            if size < need or (which == "input" and size != need):
                raise CannotLoad(str(artifact.path), f"its {which} has {size} bytes, and its shape needs {need}")

    def _dataset(self, sizes: list[int]) -> tuple[int, list[tuple[int, int]]]:
        """A dataset with a buffer for each size; addresses on the card, and the sizes."""
        acl, places = self._acl, []
        dataset = acl.pointer("mdl.create_dataset")
        acl.later("mdl.destroy_dataset", dataset)
        for size in sizes:
            place = acl.call("rt.malloc", size, HUGE_FIRST)
            acl.later("rt.free", place)
            buffer = acl.pointer("create_data_buffer", place, size)
            acl.later("destroy_data_buffer", buffer)
            acl.call("mdl.add_dataset_buffer", dataset, buffer)
            places.append((place, size))
        return dataset, places

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass; outputs of half precision come as float32."""
        lent = np.ascontiguousarray(batch, dtype=self._kind)
        if lent.nbytes != self._size:
            raise ValueError(f"the model takes {self._size} bytes, {batch.shape} has {lent.nbytes}")
        with self._lock:
            if not self._open:
                raise SessionClosed(ENGINE)
            with self._acl.inside(self._context):
                self._acl.call("rt.memcpy", self._to, self._size, lent.ctypes.data, lent.nbytes, TO_DEVICE)
                self._acl.call("mdl.execute", self._model, self._in, self._out)
                return tuple(self._taken(*one) for one in self._from)

    def _taken(self, place: int, size: int, sides: tuple[int, ...], kind: Any) -> NDArray[Any]:
        found = np.empty(sides, kind)
        self._acl.call("rt.memcpy", found.ctypes.data, found.nbytes, place, found.nbytes, TO_HOST)
        return found.astype(np.float32) if kind is np.float16 else found

    def running(self) -> Running:
        """The chip's name as CANN tells it; the precision is the one of the conversion, which no call tells."""
        return self._running

    def close(self) -> None:
        """Give everything back; a second time does nothing.

        Raises:
            EngineFailed: the first call that failed; the others were made all the same.
        """
        with self._lock:
            if not self._open:
                return
            self._open = False
            failed = self._acl.release(self._context)
        if failed:
            raise failed[0]


def open_session(artifact: Artifact, options: Options) -> Session:
    """Load a model, with pyACL before ais_bench; ``Running.engine`` says which it is.

    Raises:
        MissingPart: neither is installed.
        EngineFailed: a call failed: no such card, no memory, no right to it.
        EngineRefused: a call refused the file.
        CannotLoad: it takes what its metadata does not say, or device or precision are not to be had.
    """
    precision = artifact.metadata.precision or _by_ultralytics(artifact)
    require_precision(artifact, options, precision, "CANN")
    device = device_number(artifact, options.device, "npu", "CANN")
    try:
        binding = import_module("acl")
    except ModuleNotFoundError:
        return session_ais_bench.open_session(artifact, device, precision)
    except ImportError as error:  # a library of CANN or of the driver is missing, and the text names it
        raise EngineFailed(ENGINE, "import acl", str(error), remedy=missing("acl", artifact).remedy) from None
    return _opened(Acl(binding, str(artifact.path)), artifact, device, precision)


def _opened(acl: Acl, artifact: Artifact, device: int, precision: str) -> OmSession:
    before = 0
    try:
        acl.call("init", fine=(0, INITIALISED))
        before = acl.current()
        acl.call("rt.set_device", device)
        acl.later("rt.reset_device", device)
        context = acl.call("rt.create_context", device)
        acl.later("rt.destroy_context", context)
        chip = str(acl.value("get_soc_name") or "chip that CANN does not name")
        session = OmSession(
            acl, context, Running(ENGINE, _version(acl), f"{chip}:{device}", precision or "unknown", ())
        )
        session.load(artifact)
    except BaseException:
        acl.release()
        acl.back_to(before)
        raise
    acl.back_to(before)
    return session


def _version(acl: Acl) -> str:
    """Of CANN's runtime interface; older releases have no function for it."""
    if not hasattr(acl.binding.rt, "get_version"):
        return "unknown"
    *parts, code = acl.value("rt.get_version")
    return ".".join(map(str, parts)) if code == 0 else "unknown"


def _by_ultralytics(artifact: Artifact) -> str:
    """Its exporter always compiles with ``force_fp16`` (8.4.190, ``utils/export/ascend.py``)."""
    return "fp16" if "ultralytics" in artifact.metadata.versions else ""
