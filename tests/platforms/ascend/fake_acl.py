"""A double of pyACL: its order of calls, argument forms, return codes and who frees what, on memory of this process.

From hiascend.com's pages of pyACL (CANN 8.0 to 9.1) and the constants of Ascend/samples @fc2aea93. It is no proof that
a card would do the same; it is a proof that the session keeps to what is written.
"""

from __future__ import annotations

import ctypes
import math
import threading
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from platforms.sessions import SHAPE, graph

PARAM, UNINITIALISED, REPEATED, NO_CONTEXT, NO_DEVICE, BAD_FILE, IN_USE = (
    100000,
    100001,
    100002,
    107002,
    107001,
    145006,
    500003,
)
CODES = {np.float32: 0, np.float16: 1, np.uint8: 4}


class FakeAcl:
    """The module ``acl``, with ``rt``, ``mdl`` and plain functions.

    Args:
        fail: a call that returns a code (or 0 where it makes a pointer), and at which time it does so.
        kind, out: types of the graph's input and outputs.
        inputs: of the graph.
    """

    def __init__(self, fail: tuple[str, int, int] | None = None, kind: Any = np.float32, out: Any = np.float32,
                 sides: tuple[int, ...] = SHAPE, inputs: int = 1, cards: int = 2) -> None:  # fmt: skip
        self.fail, self.kind, self.out, self.sides, self.inputs, self.cards = fail, kind, out, sides, inputs, cards
        self.calls: Counter[str] = Counter()
        self.order: list[str] = []
        self.live: dict[int, Any] = {}
        self.devices: Counter[int] = Counter()
        self.context_of: dict[int, int] = {}
        self.ready, self.short, self.busy = False, 0, threading.Lock()
        self._next = 1 << 20
        self.rt = SimpleNamespace(**self._group("rt"))
        self.mdl = SimpleNamespace(**self._group("mdl"))
        for name in ("init", "create_data_buffer", "destroy_data_buffer", "get_soc_name", "get_recent_err_msg"):
            setattr(self, name, self._watched(name, getattr(self, f"_{name}")))

    def _group(self, group: str) -> dict[str, Any]:
        own = [name for name in dir(type(self)) if name.startswith(f"_{group}_")]
        return {
            name.removeprefix(f"_{group}_"): self._watched(
                f"{group}.{name.removeprefix(f'_{group}_')}", getattr(self, name)
            )
            for name in own
        }

    def _watched(self, name: str, function: Any) -> Any:
        def call(*arguments: Any) -> Any:
            self.calls[name] += 1
            self.order.append(name)
            if self.fail and self.fail[0] == name and self.fail[2] == self.calls[name]:
                return self._failed(name, self.fail[1])
            return function(*arguments)

        return call

    def _failed(self, name: str, code: int) -> Any:
        if name in ("mdl.create_desc", "mdl.create_dataset", "create_data_buffer"):
            return 0
        pairs = (
            "load_from_file",
            "create_context",
            "malloc",
            "get_input_dims_v2",
            "get_output_dims",
            "add_dataset_buffer",
        )
        return (0, code) if name.partition(".")[2] in pairs else code

    def _new(self, what: Any) -> int:
        self._next += 64
        self.live[self._next] = what
        return self._next

    def _gone(self, place: int, kind: str) -> int:
        if place not in self.live or self.live[place][0] != kind:
            return PARAM
        del self.live[place]
        return 0

    def _context(self) -> int:
        return self.context_of.get(threading.get_ident(), 0)

    def _init(self) -> int:
        if self.ready:
            return REPEATED
        self.ready = True
        return 0

    def _get_soc_name(self) -> str:
        return "Ascend310P3"

    def _get_recent_err_msg(self) -> str:
        return "E19999: the double's own words\n  more of them"

    def _rt_get_version(self) -> tuple[int, int, int, int]:
        return 1, 14, 0, 0

    def _rt_set_device(self, device: int) -> int:
        if not self.ready:
            return UNINITIALISED
        if not 0 <= device < self.cards:
            return NO_DEVICE
        self.devices[device] += 1
        return 0

    def _rt_reset_device(self, device: int) -> int:
        if self.devices[device] < 1:
            return NO_DEVICE
        self.devices[device] -= 1
        return 0

    def _rt_create_context(self, device: int) -> tuple[int, int]:
        if not self.devices[device]:
            return 0, NO_DEVICE
        made = self._new(("context", device))
        self.context_of[threading.get_ident()] = made
        return made, 0

    def _rt_destroy_context(self, context: int) -> int:
        if any(what[-1] == context for what in self.live.values()):
            return IN_USE
        self.context_of = {thread: held for thread, held in self.context_of.items() if held != context}
        return self._gone(context, "context")

    def _rt_get_context(self) -> tuple[int, int]:
        return (self._context(), 0) if self._context() else (0, NO_CONTEXT)

    def _rt_set_context(self, context: int) -> int:
        assert context in self.live, "a context that is gone was set: CANN may crash"
        self.context_of[threading.get_ident()] = context
        return 0

    def _rt_malloc(self, size: int, policy: int) -> tuple[int, int]:
        if not self._context():
            return 0, NO_CONTEXT
        if size < 1 or policy not in (0, 1, 2):
            return 0, PARAM
        memory = ctypes.create_string_buffer(size)
        place = ctypes.addressof(memory)
        self.live[place] = ("memory", memory, size, self._context())
        return place, 0

    def _rt_free(self, place: int) -> int:
        return self._gone(place, "memory")

    def _rt_memcpy(self, to: int, room: int, source: int, count: int, kind: int) -> int:
        if not self._context():
            return NO_CONTEXT
        held = self.live.get(to if kind == 1 else source)
        if count > room or held is None or held[0] != "memory" or count > held[2]:
            return PARAM
        ctypes.memmove(to, source, count)
        return 0

    def _mdl_load_from_file(self, path: str) -> tuple[int, int]:
        if not self._context():
            return 0, NO_CONTEXT
        if not Path(path).read_bytes().startswith(b"model"):
            return 0, BAD_FILE
        return self._new(("model", self._context())), 0

    def _mdl_unload(self, model: int) -> int:
        if not self._context() or model not in self.live or self.live[model][1] != self._context():
            return NO_CONTEXT
        return self._gone(model, "model")

    def _mdl_create_desc(self) -> int:
        return self._new(("desc", None))

    def _mdl_destroy_desc(self, about: int) -> int:
        return self._gone(about, "desc")

    def _mdl_get_desc(self, about: int, model: int) -> int:
        return 0 if about in self.live and model in self.live else PARAM

    def _mdl_get_num_inputs(self, about: int) -> int:
        return self.inputs

    def _mdl_get_num_outputs(self, about: int) -> int:
        return len(self._outputs())

    def _mdl_get_input_dims_v2(self, about: int, index: int) -> tuple[dict[str, Any], int]:
        return {"name": "images", "dimCount": len(self.sides), "dims": list(self.sides)}, 0

    def _mdl_get_input_data_type(self, about: int, index: int) -> int:
        return CODES[self.kind]

    def _mdl_get_input_size_by_index(self, about: int, index: int) -> int:
        return math.prod(self.sides) * np.dtype(self.kind).itemsize - self.short

    def _mdl_get_output_size_by_index(self, about: int, index: int) -> int:
        return self._outputs()[index].nbytes + 32  # more than the shape needs is allowed

    def _mdl_get_output_dims(self, about: int, index: int) -> tuple[dict[str, Any], int]:
        return {"name": f"output{index}", "dims": list(self._outputs()[index].shape)}, 0

    def _mdl_get_output_data_type(self, about: int, index: int) -> int:
        return CODES[self.out]

    def _outputs(self) -> list[np.ndarray]:
        return [one.astype(self.out) for one in graph(np.zeros(SHAPE))]

    def _mdl_create_dataset(self) -> int:
        return self._new(("dataset", [], None))

    def _mdl_destroy_dataset(self, dataset: int) -> int:
        return self._gone(dataset, "dataset")

    def _mdl_add_dataset_buffer(self, dataset: int, buffer: int) -> tuple[int, int]:
        self.live[dataset][1].append(buffer)
        return dataset, 0

    def _create_data_buffer(self, place: int, size: int) -> int:
        return self._new(("buffer", place, size, None))

    def _destroy_data_buffer(self, buffer: int) -> int:
        return self._gone(buffer, "buffer")

    def _mdl_execute(self, model: int, given: int, wanted: int) -> int:
        if not self.busy.acquire(blocking=False):
            raise AssertionError("two threads in one model")
        try:
            if not self._context() or self.live[model][1] != self._context():
                return NO_CONTEXT
            (source,) = (self.live[one] for one in self.live[given][1])
            batch = np.frombuffer(ctypes.string_at(source[1], source[2]), self.kind).reshape(self.sides)
            for one, found in zip(self.live[wanted][1], graph(batch), strict=True):
                data = found.astype(self.out).tobytes()
                ctypes.memmove(self.live[one][1], data, len(data))
            return 0
        finally:
            self.busy.release()
