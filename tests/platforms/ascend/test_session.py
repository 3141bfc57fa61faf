"""Offline models through pyACL and ais_bench, both doubles: no card and no CANN were asked."""

from __future__ import annotations

import sys
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from platforms.ascend.fake_acl import FakeAcl
from platforms.sessions import SHAPE, artifact, at_once, graph, picture
from yoloport.errors import Exit
from yoloport.runtime import MissingPart
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.engine_problems import EngineFailed, EngineRefused, SessionClosed
from yoloport.runtime.session import CannotLoad, Session, open_session

ULTRALYTICS = "{task: detect, names: {0: helmet}, imgsz: [32, 64], stride: 32, batch: 1, version: 8.4.190}"


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch):
    def put(**told: Any) -> FakeAcl:
        fake = FakeAcl(**told)
        monkeypatch.setitem(sys.modules, "acl", fake)
        return fake

    return put


def opened(folder: Path, content: bytes = b"model", form: dict[str, Any] | None = None, **settings: Any) -> Session:
    more = {"preprocess": form} if form else {}
    return open_session(artifact(folder / "om", "om", content, precision="fp16", **more), **settings)


def nothing_is_left(fake: FakeAcl) -> bool:
    return not fake.live and not any(fake.devices.values())


@pytest.mark.parametrize("out", [np.float32, np.float16])
def test_a_picture_comes_back_as_the_graph_s_numbers_and_half_precision_as_float32(install, tmp_path, out):
    fake = install(out=out)
    session = opened(tmp_path)
    found = session.run(picture())
    wanted = [one.astype(out).astype(np.float32) for one in graph(picture())]
    assert [one.dtype for one in found] == [np.float32] * 2
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(found, wanted, strict=True))
    session.close()
    assert nothing_is_left(fake)


def test_it_says_chip_card_version_precision_and_shape(install, tmp_path):
    install()
    told = opened(tmp_path, device="npu:1").running()
    assert (told.engine, told.version, told.device, told.precision) == ("pyacl", "1.14.0", "Ascend310P3:1", "fp16")
    assert told.shapes == (("images", SHAPE),)


def test_what_ultralytics_exported_opens_by_its_folder_and_computes_in_half_precision(install, tmp_path):
    fake = install()
    folder = tmp_path / "best_ascend_model"
    folder.mkdir()
    (folder / "best_Ascend310P3.om").write_bytes(b"model")
    (folder / "metadata.yaml").write_text(ULTRALYTICS)
    session = open_session(open_artifact(folder))
    assert session.running().precision == "fp16"
    session.close()
    assert nothing_is_left(fake)


LOADING = [
    "rt.set_device", "rt.create_context", "mdl.load_from_file", "mdl.create_desc", "mdl.get_desc", "rt.malloc",
    "mdl.get_input_dims_v2", "mdl.get_output_dims", "mdl.create_dataset", "create_data_buffer",
    "mdl.add_dataset_buffer",
]  # fmt: skip


@pytest.mark.parametrize("time", [1, 2])
@pytest.mark.parametrize("call", ["init", *LOADING])
def test_a_call_that_fails_while_loading_is_named_with_its_code_and_all_is_given_back(install, tmp_path, call, time):
    fake = install(fail=(call, 507011, time))
    try:
        opened(tmp_path)
    except (EngineFailed, EngineRefused) as problem:
        pointer = call in ("mdl.create_desc", "mdl.create_dataset", "create_data_buffer")
        assert (problem.call, problem.code) == (f"acl.{call}", "0" if pointer else "507011")
        assert problem.remedy and (pointer or "a model failed while it ran" in problem.cause)
        assert nothing_is_left(fake)
    else:
        assert time == 2 and fake.calls[call] == 1


@pytest.mark.parametrize("call", ["rt.set_context", "rt.memcpy", "mdl.execute"])
def test_a_run_that_fails_is_named_and_the_next_one_succeeds(install, tmp_path, call):
    fake = install(fail=(call, 507018, 1))
    session = opened(tmp_path)
    with pytest.raises(EngineFailed, match=f"acl.{call} failed with 507018: an operator failed on aicpu") as met:
        session.run(picture())
    assert met.value.exit is Exit.NO_DEVICE
    assert np.allclose(session.run(picture())[0], graph(picture())[0])
    session.close()
    assert nothing_is_left(fake)


CLOSING = ["destroy_data_buffer", "rt.free", "mdl.destroy_dataset", "mdl.destroy_desc", "mdl.unload"]


@pytest.mark.parametrize("call", CLOSING)
def test_a_call_that_fails_while_closing_is_named_after_everything_else_was_given_back(install, tmp_path, call):
    fake = install(fail=(call, 500003, 1))
    session = opened(tmp_path)
    with pytest.raises(EngineFailed, match=f"acl.{call} failed with 500003"):
        session.close()
    left = {what[0] for what in fake.live.values()}
    assert len(left - {"context"}) == 1 and not any(fake.devices.values())
    session.close()


def test_the_codes_of_memory_and_of_a_torn_file_have_remedies_of_their_own(install, tmp_path):
    install(fail=("rt.malloc", 207018, 1))
    with pytest.raises(EngineFailed, match="207018: the card's memory is used up") as met:
        opened(tmp_path / "full")
    assert "npu-smi" in met.value.remedy
    fake = install()
    with pytest.raises(EngineRefused, match=r"145006: .*the file is torn .*the double's own words$") as torn:
        opened(tmp_path / "torn", b"mod")
    assert torn.value.exit is Exit.BAD_WEIGHTS and nothing_is_left(fake)


def test_a_card_that_is_not_there_is_named_and_another_engine_s_device_refused(install, tmp_path):
    fake = install()
    with pytest.raises(EngineFailed, match=r"rt.set_device failed with 107001: there is no device of this number"):
        opened(tmp_path, device="npu:7")
    for strange in ("cuda:0", "npu:x", "npu:-1", ""):
        with pytest.raises(CannotLoad, match="has no device"):
            opened(tmp_path, device=strange)
    assert nothing_is_left(fake)


def test_a_precision_that_the_model_was_not_converted_to_is_refused(install, tmp_path):
    install()
    for precision in ("fp32", "auto", "fp16"):
        opened(tmp_path, precision=precision).close()
    with pytest.raises(CannotLoad, match=r"asked for bf16; .* was converted to fp16"):
        opened(tmp_path, precision="bf16")


@pytest.mark.parametrize(
    ("told", "words"),
    [
        ({"sides": (1, 3, 64, 64)}, "metadata says 1x3x32x64, its graph takes 1x3x64x64"),
        ({"sides": (-1, 3, 32, 64)}, "takes several sizes or batches"),
        ({"inputs": 2}, "takes 2 inputs"),
        ({"kind": np.uint8}, "says float32, its graph takes uint8"),
    ],
)  # fmt: skip
def test_a_graph_that_is_not_what_its_metadata_says_is_refused_and_freed(install, tmp_path, told, words):
    fake = install(**told)
    with pytest.raises(CannotLoad, match=words):
        opened(tmp_path)
    assert nothing_is_left(fake)


def test_an_input_that_is_smaller_than_its_shape_is_refused(install, tmp_path):
    install().short = 4
    with pytest.raises(CannotLoad, match="its input has 24572 bytes, and its shape needs 24576"):
        opened(tmp_path)


def test_eight_bits_go_in_where_the_conversion_put_the_normalisation_into_the_graph(install, tmp_path):
    install(kind=np.uint8, sides=(1, 32, 64, 3))
    session = opened(tmp_path, form={"input": "uint8", "scale": 1.0, "layout": "NHWC"})
    batch = np.random.default_rng(1).integers(0, 256, (1, 32, 64, 3)).astype(np.uint8)
    assert np.allclose(session.run(batch)[0], graph(batch)[0])


def test_a_batch_of_another_size_is_not_copied_to_the_card(install, tmp_path):
    fake = install()
    session = opened(tmp_path)
    with pytest.raises(ValueError, match="takes 24576 bytes"):
        session.run(picture(shape=(1, 3, 64, 64)))
    assert fake.calls["rt.memcpy"] == 0


def test_threads_take_turns_each_in_the_session_s_context_and_keep_their_own(install, tmp_path):
    fake = install()
    session = opened(tmp_path, streams=4)
    fake._rt_set_device(0)

    def work(number: int) -> None:
        mine, _ = fake._rt_create_context(0)
        for turn in range(20):
            wanted = picture(number * 100 + turn)
            assert np.allclose(session.run(wanted)[0], graph(wanted)[0])
        assert fake._context() == mine

    at_once(work)
    session.close()
    assert {what[0] for what in fake.live.values()} == {"context"}


def test_a_context_that_the_thread_had_before_is_its_own_again_after_opening_and_closing(install, tmp_path):
    fake = install()
    fake.ready = True
    fake._rt_set_device(0)
    theirs, _ = fake._rt_create_context(0)
    session = opened(tmp_path)
    assert fake._context() == theirs
    session.close()
    assert fake._context() == theirs and list(fake.live) == [theirs] and fake.devices[0] == 1


def test_two_sessions_share_the_process_and_each_gives_back_its_own(install, tmp_path):
    fake = install()
    first, second = opened(tmp_path / "a"), opened(tmp_path / "b")
    first.close()
    assert np.allclose(second.run(picture())[0], graph(picture())[0])
    second.close()
    assert nothing_is_left(fake) and fake.calls["init"] == 2


def test_it_is_closed_twice_without_harm_and_not_run_afterwards(install, tmp_path):
    fake = install()
    session = opened(tmp_path)
    session.close()
    before = list(fake.order)
    session.close()
    assert fake.order == before
    with pytest.raises(SessionClosed, match="pyacl is closed"):
        session.run(picture())


def test_memory_is_taken_once_for_all_runs(install, tmp_path):
    fake = install()
    session = opened(tmp_path)
    before = fake.calls["rt.malloc"]
    for turn in range(50):
        session.run(picture(turn))
    assert fake.calls["rt.malloc"] == before == 3


def test_without_cann_the_remedy_is_to_load_its_variables(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "acl", None)
    with pytest.raises(MissingPart, match="module acl") as met:
        opened(tmp_path)
    assert "set_env.sh" in met.value.remedy


class FakeInferSession:
    """ais_bench's class: throws RuntimeError with words (PyInferenceSession.cpp of Ascend/tools @9d6da90)."""

    made: list[FakeInferSession]
    broken = ""

    def __init__(self, device_id: int, model_path: str) -> None:
        if not Path(model_path).read_bytes().startswith(b"model"):
            raise RuntimeError("[1][ACL: general failure]")
        self.device, self.freed, self.given = device_id, 0, []
        self.made.append(self)

    def get_inputs(self) -> list[Any]:
        return [types.SimpleNamespace(name="images", shape=list(SHAPE))]

    def infer(self, feeds: list[np.ndarray]) -> list[np.ndarray]:
        assert isinstance(feeds, list) and feeds[0].flags.c_contiguous
        if self.broken:
            raise RuntimeError(self.broken)
        return [one.astype(np.float16) for one in graph(feeds[0])]

    def free_resource(self) -> None:
        self.freed += 1


@pytest.fixture
def ais_bench(monkeypatch: pytest.MonkeyPatch) -> type[FakeInferSession]:
    monkeypatch.setitem(sys.modules, "acl", None)
    monkeypatch.setattr(FakeInferSession, "made", [], raising=False)
    module = types.ModuleType("ais_bench.infer.interface")
    module.InferSession = FakeInferSession  # type: ignore[attr-defined]
    for name in ("ais_bench", "ais_bench.infer"):
        monkeypatch.setitem(sys.modules, name, types.ModuleType(name))
    monkeypatch.setitem(sys.modules, "ais_bench.infer.interface", module)
    return FakeInferSession


def test_without_pyacl_ais_bench_computes_and_says_so(ais_bench, tmp_path):
    session = opened(tmp_path, device="1")
    assert (session.running().engine, session.running().device) == ("ais_bench", "npu:1")
    assert np.allclose(session.run(picture())[0], graph(picture())[0], atol=1e-2)
    session.close()
    session.close()
    assert [one.freed for one in ais_bench.made] == [1]
    with pytest.raises(SessionClosed):
        session.run(picture())


def test_what_ais_bench_throws_is_named_while_loading_and_while_running(ais_bench, tmp_path, monkeypatch):
    with pytest.raises(EngineRefused, match=r"InferSession failed with .*general failure"):
        opened(tmp_path / "torn", b"mo")
    session = opened(tmp_path)
    monkeypatch.setattr(FakeInferSession, "broken", "[507011][execute failed]")
    with pytest.raises(EngineFailed, match=r"InferSession.infer failed with \[507011\]"):
        session.run(picture())


def test_a_model_of_another_shape_is_given_back_by_ais_bench(ais_bench, tmp_path, monkeypatch):
    monkeypatch.setattr(
        FakeInferSession, "get_inputs", lambda self: [types.SimpleNamespace(name="x", shape=[1, 3, 8, 8])]
    )
    with pytest.raises(CannotLoad, match="its graph takes 1x3x8x8"):
        opened(tmp_path)
    assert ais_bench.made[0].freed == 1
