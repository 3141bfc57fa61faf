"""TensorRT engines, with doubles of TensorRT and of the CUDA runtime: no card was asked."""

from __future__ import annotations

import json
import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from platforms.cuda.fake_tensorrt import BF16, FakeCuda, FakeTensorRt
from platforms.sessions import artifact, at_once, graph, picture
from yoloport.errors import Exit
from yoloport.platforms.cuda import engine_file
from yoloport.runtime import MissingPart
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.engine_problems import EngineFailed, EngineRefused, SessionClosed
from yoloport.runtime.metadata import BadMetadata
from yoloport.runtime.session import CannotLoad, Session, open_session

PLAN = b"ftrt-plan"
TOLD = {"task": "detect", "names": {"0": "helmet", "1": "head"}, "imgsz": [32, 64], "stride": 32, "batch": 1,
        "version": "8.4.190", "args": {"quantize": 16, "dynamic": False}}  # fmt: skip


def headed(told: dict[str, Any], plan: bytes = PLAN) -> bytes:
    text = json.dumps(told)
    return len(text).to_bytes(4, "little", signed=True) + text.encode() + plan


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch):
    def put(cuda: dict[str, Any] | None = None, **told: Any) -> FakeTensorRt:
        fake = FakeTensorRt(FakeCuda(**(cuda or {})), **told)
        for name in ("cuda", "cuda.bindings"):
            monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
        monkeypatch.setitem(sys.modules, "cuda.bindings.runtime", fake.cuda)
        monkeypatch.setitem(sys.modules, "tensorrt", fake)
        return fake

    return put


def opened(folder: Path, content: bytes = PLAN, told: dict[str, Any] | None = None, **settings: Any) -> Session:
    return open_session(artifact(folder / "trt", "engine", content, **(told or {})), **settings)


def nothing_is_left(fake: FakeTensorRt) -> bool:
    return not fake.cuda.memory and not fake.cuda.streams


@pytest.mark.parametrize(("kind", "out"), [(np.float32, np.float32), (np.float16, np.float16)])
def test_outputs_come_in_the_model_s_order_and_half_precision_as_float32(install, tmp_path, kind, out):
    fake = install(kind=kind, out=out)
    session = opened(tmp_path)
    found = session.run(picture())
    wanted = [one.astype(out).astype(np.float32) for one in graph(picture().astype(kind))]
    assert [one.dtype for one in found] == [np.float32] * 2
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(found, wanted, strict=True))
    session.close()
    assert nothing_is_left(fake)


def test_a_bare_file_of_ultralytics_has_its_metadata_in_front(install, tmp_path):
    install()
    file = tmp_path / "best.engine"
    file.write_bytes(headed(TOLD))
    opened_here = open_artifact(file)
    assert (opened_here.metadata.size, opened_here.metadata.names[1]) == ((32, 64), "head")
    session = open_session(opened_here, device="cuda:1")
    told = session.running()
    assert (told.engine, told.version, told.device, told.precision) == ("tensorrt", "10.13.0", "NVIDIA T4:1", "fp16")
    assert told.shapes == (("images", (1, 3, 32, 64)),)
    assert np.allclose(session.run(picture())[0], graph(picture())[0])


def test_the_core_that_an_engine_was_built_for_is_set_before_it_is_read(install, tmp_path):
    fake = install()
    opened(tmp_path, headed({**TOLD, "dla": 1}))
    assert fake.dla == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"ftr", "has no metadata before the engine"),
        (PLAN, "trtexec"),
        (headed(TOLD)[:60], "has no metadata"),
        ((5).to_bytes(4, "little") + b"[1,2]" + PLAN, "has no metadata"),
        ((2**31 - 1).to_bytes(4, "little") + b"{}", "has no metadata"),
        (headed({"task": "detect"}), "lacks names"),
    ],
)  # fmt: skip
def test_a_bare_file_without_whole_metadata_is_refused(tmp_path, content, words):
    file = tmp_path / "best.engine"
    file.write_bytes(content)
    with pytest.raises(BadMetadata, match=words):
        open_artifact(file)


@given(st.binary(max_size=200))
def test_no_bytes_in_front_make_it_stumble(tmp_path_factory, content):
    file = tmp_path_factory.mktemp("any") / "any.engine"
    file.write_bytes(content)
    try:
        begin, told = engine_file.head(file)
    except BadMetadata:
        assert not content
    else:
        assert 0 <= begin <= len(content) and isinstance(told, dict)


def test_an_engine_of_another_release_is_refused_with_tensorrt_s_own_words(install, tmp_path):
    install()
    with pytest.raises(EngineRefused, match=r"deserialize_cuda_engine failed with None: .*magicTag") as met:
        opened(tmp_path, b"other")
    assert "10.13.0" in met.value.remedy and met.value.exit is Exit.BAD_WEIGHTS


@pytest.mark.parametrize(
    ("call", "code", "time", "words"),
    [
        ("cudaSetDevice", 101, 1, r"cudaSetDevice failed with 101 \(cudaErrorInvalidDevice\): words about"),
        ("cudaGetDeviceProperties", 101, 1, "cudaGetDeviceProperties failed"),
        ("cudaStreamCreate", 2, 1, "cudaStreamCreate failed with 2"),
        ("cudaStreamCreate", 2, 3, "cudaStreamCreate failed with 2"),
    ],
)
def test_a_call_that_fails_while_loading_is_named_and_all_is_given_back(install, tmp_path, call, code, time, words):
    fake = install(cuda={"fail": (call, code, time)})
    with pytest.raises(EngineFailed, match=words) as met:
        opened(tmp_path, streams=3)
    assert met.value.remedy and met.value.exit is Exit.NO_DEVICE and nothing_is_left(fake)


def test_a_context_that_cannot_be_made_is_named_and_the_others_given_back(install, tmp_path):
    fake = install(fail="create_execution_context")
    with pytest.raises(EngineFailed, match="create_execution_context failed with None: Error Code 2: OutOfMemory"):
        opened(tmp_path, streams=3)
    assert nothing_is_left(fake)


RUNNING = [("cudaSetDevice", 2), ("cudaMalloc", 1), ("cudaMalloc", 3), ("cudaMemcpyAsync", 1), ("cudaMemcpyAsync", 2),
           ("cudaStreamSynchronize", 1)]  # fmt: skip


@pytest.mark.parametrize(("call", "time"), RUNNING)
def test_a_run_that_fails_in_cuda_is_named_and_nothing_leaks(install, tmp_path, call, time):
    fake = install(cuda={"fail": (call, 700, time)})
    session = opened(tmp_path)
    with pytest.raises(EngineFailed, match=f"{call} failed with 700"):
        session.run(picture())
    assert np.allclose(session.run(picture())[0], graph(picture())[0])
    session.close()
    assert nothing_is_left(fake)


@pytest.mark.parametrize(("call", "kind"), [("set_tensor_address", EngineFailed), ("execute_async_v3", EngineFailed),
                                            ("set_input_shape", EngineRefused)])  # fmt: skip
def test_a_run_that_fails_in_tensorrt_is_named_and_the_next_one_succeeds(install, tmp_path, call, kind):
    install(fail=call)
    session = opened(tmp_path)
    with pytest.raises(kind, match=f"{call} failed with False"):
        session.run(picture())
    assert np.allclose(session.run(picture())[0], graph(picture())[0])


@pytest.mark.parametrize("call", ["cudaFree", "cudaStreamDestroy"])
def test_a_call_that_fails_while_closing_is_named_after_the_others_were_made(install, tmp_path, call):
    fake = install(cuda={"fail": (call, 700, 1)})
    session = opened(tmp_path)
    session.run(picture())
    with pytest.raises(EngineFailed, match=f"{call} failed with 700"):
        session.close()
    assert len(fake.cuda.memory) + len(fake.cuda.streams) == 1
    session.close()


def test_a_card_that_is_not_there_is_named_and_another_engine_s_device_refused(install, tmp_path):
    install()
    with pytest.raises(EngineFailed, match="cudaSetDevice failed with 101") as met:
        opened(tmp_path, device="cuda:5")
    assert "nvidia-smi" in met.value.remedy
    with pytest.raises(CannotLoad, match="has no device 'npu:0'"):
        opened(tmp_path, device="npu:0")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"sides": (1, 3, 64, 64)}, "metadata says 1x3x32x64, its graph takes 1x3x64x64"),
        ({"sides": (1, 3, -1, -1)}, "its graph takes 1x3xanyxany"),
        ({"kind": np.uint8}, "says float32, it takes uint8"),
        ({"out": BF16}, r"tensor output0 is DataType\.BF16"),
        ({"names": ("output0",)}, "takes 0 inputs"),
        ({"names": ("images", "mask", "output0")}, "takes 2 inputs"),
    ],
)
def test_an_engine_that_is_not_what_its_metadata_says_is_refused(install, tmp_path, told, words):
    fake = install(**told)
    with pytest.raises(CannotLoad, match=words):
        opened(tmp_path)
    assert nothing_is_left(fake) and fake.contexts == 0


def test_an_output_whose_size_depends_on_the_picture_is_refused(install, tmp_path):
    install(open_ended=True)
    session = opened(tmp_path)
    with pytest.raises(CannotLoad, match="output output0 depends on the picture") as met:
        session.run(picture())
    assert "nms" in met.value.remedy


def test_free_sizes_run_one_after_the_other_and_memory_grows_to_the_largest_only(install, tmp_path):
    fake = install(sides=(-1, 3, -1, -1))
    session = opened(tmp_path, told={"dynamic": True, "batch": 0})
    assert session.running().shapes[0][1] == (0, 3, 0, 0)
    for height in (32, 256, 64, 256, 32):
        wanted = picture(height, (2, 3, height, 64))
        assert np.allclose(session.run(wanted)[0], graph(wanted)[0])
    assert len(fake.cuda.memory) == 3 and fake.cuda.calls["cudaMalloc"] == 4
    with pytest.raises(EngineRefused, match=r"an input of 1x3x32x1024 is outside of what it was built for\. Static"):
        session.run(picture(0, (1, 3, 32, 1024)))
    session.close()
    assert nothing_is_left(fake)


def test_threads_run_in_contexts_of_their_own_each_with_its_device_set(install, tmp_path):
    fake = install()
    session = opened(tmp_path, streams=3)
    assert fake.contexts == 3

    def work(number: int) -> None:
        for turn in range(30):
            wanted = picture(number * 100 + turn)
            assert np.allclose(session.run(wanted)[0], graph(wanted)[0])

    at_once(work)
    session.close()
    assert nothing_is_left(fake)


def test_it_is_closed_twice_without_harm_and_not_run_afterwards(install, tmp_path):
    fake = install()
    session = opened(tmp_path)
    session.run(picture())
    session.close()
    before = dict(fake.cuda.calls)
    session.close()
    assert dict(fake.cuda.calls) == before
    with pytest.raises(SessionClosed, match="tensorrt is closed"):
        session.run(picture())


def test_a_precision_that_the_engine_was_not_built_in_is_refused(install, tmp_path):
    install()
    with pytest.raises(CannotLoad, match=r"asked for bf16.*converted to fp16"):
        opened(tmp_path, headed(TOLD), precision="bf16")
    with pytest.raises(CannotLoad, match="nothing tells the precision"):
        opened(tmp_path, precision="fp16")


@pytest.mark.parametrize("absent", ["tensorrt", "cuda.bindings.runtime"])
def test_without_tensorrt_or_cuda_python_the_remedy_is_to_install_both(install, monkeypatch, tmp_path, absent):
    install()
    monkeypatch.setitem(sys.modules, absent, None)
    with pytest.raises(MissingPart, match=absent) as met:
        opened(tmp_path)
    assert "pip install tensorrt cuda-python" in met.value.remedy
