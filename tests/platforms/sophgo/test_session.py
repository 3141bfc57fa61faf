"""BModels through sophon-sail, a double: no TPU was asked.

The double follows sophgo/sophon-sail @ec3a2d6 ``src/engine.cpp``: exceptions with short texts, arrays of float32 in one
block, scaling of 8 bits inside, and memory that goes with the last reference.
"""

from __future__ import annotations

import gc
import sys
import threading
import types
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from platforms.sessions import SHAPE, artifact, at_once, graph, picture
from yoloport.errors import Exit
from yoloport.runtime import MissingPart
from yoloport.runtime.engine_problems import EngineFailed, EngineRefused, SessionClosed
from yoloport.runtime.session import CannotLoad, Session, open_session


class SailEngineError(Exception):
    """sail's own, registered by pybind11."""


class SailDeviceError(Exception):
    """sail's own, registered by pybind11."""


class Dtype:
    """An enumeration of pybind11: its text is ``Dtype.BM_FLOAT32``, its name ``BM_FLOAT32``."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return f"Dtype.{self.name}"


class FakeSail(types.ModuleType):
    """The module ``sophon.sail``."""

    def __init__(self, cards: int = 2, kind: str = "BM_FLOAT32", out: str = "BM_FLOAT32",
                 sides: tuple[int, ...] = SHAPE, graphs: tuple[str, ...] = ("yolov8n",),
                 broken: str = "") -> None:  # fmt: skip
        super().__init__("sophon.sail")
        self.__version__ = "3.10.3"
        self.cards, self.kind, self.out, self.sides = cards, kind, out, sides
        self.graphs, self.broken, self.live = graphs, broken, []
        self.IOMode = SimpleNamespace(SYSIO="SYSIO")
        fake = self

        class Engine:
            def __init__(self, path: str, number: int, mode: str) -> None:
                if fake.broken == "device":
                    raise SailDeviceError("bm_dev_request failed")
                if mode != "SYSIO" or not Path(path).read_bytes().startswith(b"model"):
                    raise SailEngineError("invalid bmodel")
                self.busy = threading.Lock()
                fake.live.append(id(self))

            def __del__(self) -> None:
                if id(self) in fake.live:
                    fake.live.remove(id(self))

            def get_graph_names(self) -> list[str]:
                return list(fake.graphs)

            def get_input_names(self, name: str) -> list[str]:
                return ["images"]

            def get_output_names(self, name: str) -> list[str]:
                return ["output0_Concat", "corner_Mul"]

            def get_input_shape(self, name: str, which: str) -> list[int]:
                return list(fake.sides)

            def get_input_dtype(self, name: str, which: str) -> Dtype:
                return Dtype(fake.kind)

            def get_output_dtype(self, name: str, which: str) -> Dtype:
                return Dtype(fake.out)

            def get_handle(self) -> Any:
                return SimpleNamespace(get_target=lambda: "BM1684X")

            def process(self, name: str, given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
                batch = given["images"]
                assert batch.dtype == np.float32 and batch.flags.c_contiguous, "sail would write into it"
                assert self.busy.acquire(blocking=False), "two threads in one engine"
                try:
                    if fake.broken == "process":
                        fake.broken = ""
                        raise SailEngineError("Graph related error!")
                    head, corner = graph(batch)
                    # A dictionary in the order of the names, not of the model.
                    return {"corner_Mul": corner.astype(np.float32), "output0_Concat": head.astype(np.float32)}
                finally:
                    self.busy.release()

        self.Engine = Engine

    def get_available_tpu_num(self) -> int:
        if self.broken == "count":
            raise SailDeviceError("bm_dev_getcount failed")
        return self.cards


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch):
    def put(**told: Any) -> FakeSail:
        fake = FakeSail(**told)
        monkeypatch.setitem(sys.modules, "sophon", types.ModuleType("sophon"))
        monkeypatch.setitem(sys.modules, "sophon.sail", fake)
        return fake

    return put


def opened(folder: Path, content: bytes = b"model", told: dict[str, Any] | None = None, **settings: Any) -> Session:
    facts = {"precision": "fp16"} | (told or {})
    return open_session(artifact(folder / "bm", "bmodel", content, **facts), **settings)


@pytest.mark.parametrize("out", ["BM_FLOAT32", "BM_INT8"])
def test_outputs_come_in_the_model_s_order_and_are_the_caller_s(install, tmp_path, out):
    fake = install(out=out)
    session = opened(tmp_path)
    found = session.run(picture())
    assert all(np.allclose(ours, theirs) for ours, theirs in zip(found, graph(picture()), strict=True))
    session.close()
    gc.collect()
    assert fake.live == []


def test_it_says_sail_chip_card_precision_and_shape(install, tmp_path):
    install()
    told = opened(tmp_path, device="tpu:1").running()
    assert (told.engine, told.version, told.device, told.precision) == ("sophon-sail", "3.10.3", "BM1684X:1", "fp16")
    assert told.shapes == (("images", SHAPE),)


def test_an_array_in_pieces_is_put_together_before_sail_sees_it(install, tmp_path):
    """sail copies such an array over the caller's own memory (engine.cpp, ``ascontiguousarray`` and ``memcpy``)."""
    install()
    turned = np.asfortranarray(picture())
    kept = turned.copy()
    assert np.allclose(opened(tmp_path).run(turned)[0], graph(kept)[0]) and np.array_equal(turned, kept)


def test_eight_bits_go_in_where_the_conversion_put_the_normalisation_into_the_graph(install, tmp_path):
    install(kind="BM_UINT8", sides=(1, 32, 64, 3))
    session = opened(tmp_path, told={"preprocess": {"input": "uint8", "scale": 1.0, "layout": "NHWC"}})
    batch = np.random.default_rng(1).integers(0, 256, (1, 32, 64, 3)).astype(np.uint8)
    assert np.allclose(session.run(batch)[0], graph(batch)[0])


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"sides": (1, 3, 64, 64)}, "metadata says 1x3x32x64, its graph takes 1x3x64x64"),
        ({"sides": (4, 3, 32, 64)}, "its graph takes 4x3x32x64"),
        ({"kind": "BM_FLOAT16"}, "input images is BM_FLOAT16, which sail reads as if it were float32"),
        ({"out": "BM_BFLOAT16"}, "output output0_Concat is BM_BFLOAT16"),
        ({"graphs": ("a", "b")}, "has 2 networks"),
        ({"graphs": ()}, "has 0 networks"),
    ],
)
def test_a_model_that_is_not_what_its_metadata_says_or_sail_misreads_is_refused(install, tmp_path, told, words):
    fake = install(**told)
    with pytest.raises(CannotLoad, match=words):
        opened(tmp_path)
    gc.collect()
    assert fake.live == []


def test_eight_bits_of_the_metadata_need_an_input_of_eight_bits(install, tmp_path):
    install(sides=(1, 32, 64, 3))
    with pytest.raises(CannotLoad, match="says uint8, it takes BM_FLOAT32"):
        opened(tmp_path, told={"preprocess": {"input": "uint8", "scale": 1.0, "layout": "NHWC"}})


@pytest.mark.parametrize(
    ("broken", "content", "kind", "words"),
    [
        ("count", b"model", EngineFailed, "get_available_tpu_num failed with SailDeviceError: bm_dev_getcount failed"),
        ("device", b"model", EngineFailed, "Engine failed with SailDeviceError: bm_dev_request failed"),
        ("", b"mode", EngineRefused, "Engine failed with SailEngineError: invalid bmodel"),
    ],
)
def test_what_sail_throws_while_loading_is_named_with_a_remedy(install, tmp_path, broken, content, kind, words):
    install(broken=broken)
    with pytest.raises(kind, match=words) as met:
        opened(tmp_path, content)
    assert met.value.remedy and met.value.exit is (Exit.BAD_WEIGHTS if kind is EngineRefused else Exit.NO_DEVICE)


def test_a_run_that_fails_is_named_and_the_next_one_succeeds(install, tmp_path):
    install(broken="process")
    session = opened(tmp_path)
    with pytest.raises(EngineFailed, match=r"Engine\.process failed with SailEngineError: Graph related error!"):
        session.run(picture())
    assert np.allclose(session.run(picture())[0], graph(picture())[0])


def test_a_tpu_that_is_not_there_is_named_before_sail_s_engine_is_made(install, tmp_path):
    """Older releases end the process in ``Engine``."""
    fake = install()
    with pytest.raises(EngineFailed, match="there is no TPU 2") as met:
        opened(tmp_path, device="tpu:2")
    assert "bm-smi" in met.value.remedy and fake.live == []
    with pytest.raises(CannotLoad, match="has no device 'npu'"):
        opened(tmp_path, device="npu")


def test_a_batch_of_another_shape_is_not_given_to_sail(install, tmp_path):
    install()
    with pytest.raises(ValueError, match="the model takes"):
        opened(tmp_path).run(picture(shape=(1, 3, 64, 64)))


def test_a_precision_that_the_model_was_not_converted_to_is_refused(install, tmp_path):
    install()
    with pytest.raises(CannotLoad, match=r"asked for bf16.*converted to fp16"):
        opened(tmp_path, precision="bf16")


def test_threads_take_turns(install, tmp_path):
    install()
    session = opened(tmp_path, streams=4)

    def work(number: int) -> None:
        for turn in range(20):
            wanted = picture(number * 100 + turn)
            assert np.allclose(session.run(wanted)[0], graph(wanted)[0])

    at_once(work)


def test_it_is_closed_twice_without_harm_and_not_run_afterwards(install, tmp_path):
    fake = install()
    session = opened(tmp_path)
    session.close()
    session.close()
    gc.collect()
    assert fake.live == []
    with pytest.raises(SessionClosed, match="sophon-sail is closed"):
        session.run(picture())


def test_without_sail_the_remedy_says_where_it_comes_from(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "sophon", None)
    with pytest.raises(MissingPart) as met:
        opened(tmp_path)
    assert "board's SDK" in met.value.remedy
