"""Models for Rockchip's NPU on a board and in the simulator: doubles here, the true simulator in test_simulator.py."""

from __future__ import annotations

import json
import sys
import types
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from platforms.rockchip.fake_toolkits import FakeLite, FakeToolkit, rknn_bytes
from platforms.sessions import artifact, at_once, graph, picture
from yoloport.platforms.rockchip import session as board
from yoloport.platforms.rockchip import simulator
from yoloport.runtime import MissingPart
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.engine_problems import EngineFailed, EngineRefused, SessionClosed, absolute
from yoloport.runtime.session import CannotLoad, Session, open_session

EIGHT = {"input": "uint8", "scale": 1.0, "layout": "NHWC"}
PICTURE = np.random.default_rng(3).integers(0, 256, (1, 32, 64, 3)).astype(np.uint8)
WANTED = graph(PICTURE.transpose(0, 3, 1, 2) / 255)


@pytest.fixture
def lite(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[type[FakeLite]]:
    tree = tmp_path / "compatible"
    tree.write_bytes(b"radxa,rock-5b\0rockchip,rk3588\0")
    monkeypatch.setattr(board, "TREE", tree)
    module = types.ModuleType("rknnlite.api")
    module.RKNNLite = FakeLite  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rknnlite", types.ModuleType("rknnlite"))
    monkeypatch.setitem(sys.modules, "rknnlite.api", module)
    for one in (FakeLite.live, FakeLite.fail, FakeLite.calls):
        one.clear()
    yield FakeLite
    FakeLite.fail.clear()


@pytest.fixture
def toolkit(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[FakeToolkit]]:
    module = types.ModuleType("rknn.api")
    module.RKNN = FakeToolkit  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rknnlite", None)
    monkeypatch.setitem(sys.modules, "rknn", types.ModuleType("rknn"))
    monkeypatch.setitem(sys.modules, "rknn.api", module)
    monkeypatch.setattr(metadata, "version", lambda name: "2.3.2")
    said = {"task": "detect", "names": "{0: 'helmet', 1: 'head'}", "imgsz": "[32, 64]", "stride": "32", "batch": "1"}
    monkeypatch.setattr(
        simulator.onnx_file, "properties", lambda file: json.loads(file.read_text() or json.dumps(said))
    )
    FakeToolkit.fail.clear()
    FakeToolkit.released.clear()
    yield FakeToolkit
    FakeToolkit.fail.clear()


def opened(folder: Path, content: bytes | None = None, told: dict[str, Any] | None = None, **settings: Any) -> Session:
    facts = {"preprocess": EIGHT, "precision": "fp16"} | (told or {})
    content = rknn_bytes() if content is None else content
    return open_session(artifact(folder / "rk", "rknn", content, **facts), **settings)


def test_eight_bits_go_in_and_the_numbers_are_those_of_the_normalised_picture(lite, tmp_path):
    session = opened(tmp_path)
    found = session.run(PICTURE)
    assert all(np.allclose(ours, theirs) for ours, theirs in zip(found, WANTED, strict=True))
    session.close()
    assert lite.live == []


@pytest.mark.parametrize("kind", [np.float32, np.float16])
def test_a_batch_made_as_for_onnx_gives_the_same_numbers_to_the_last_bit(lite, tmp_path, kind):
    """Ultralytics' own metadata says nothing of 8 bits. Cutting off instead of rounding loses values in float16."""
    planes = (PICTURE.transpose(0, 3, 1, 2) / np.float32(255)).astype(kind)
    cut = (planes.astype(np.float32) * 255).astype(np.uint8)
    assert (cut != PICTURE.transpose(0, 3, 1, 2)).any() == (kind is np.float16)
    plain = opened(tmp_path / "a", told={"preprocess": {"input": np.dtype(kind).name}})
    assert np.array_equal(plain.run(planes)[0], opened(tmp_path / "b").run(PICTURE)[0])


def test_what_ultralytics_exported_opens_by_its_folder(lite, tmp_path):
    folder = tmp_path / "best_rknn_model"
    folder.mkdir()
    (folder / "best-rk3588.rknn").write_bytes(rknn_bytes())
    told = "{task: detect, names: {0: helmet}, imgsz: [32, 64], stride: 32, batch: 1, version: 8.4.190}"
    (folder / "metadata.yaml").write_text(told)
    assert open_session(open_artifact(folder)).running().precision == "fp16"


def test_it_says_toolkit_chip_core_precision_and_shape(lite, tmp_path, monkeypatch):
    monkeypatch.setattr(metadata, "version", lambda name: {"rknn-toolkit-lite2": "2.3.2"}[name])
    told = opened(tmp_path).running()
    assert (told.engine, told.version, told.device) == ("rknn-toolkit-lite2", "2.3.2", "rk3588:auto")
    assert (told.precision, told.shapes) == ("fp16", (("images", (1, 32, 64, 3)),))
    assert opened(tmp_path / "b", device="npu:2").running().device == "rk3588:2"
    assert [one.mask for one in lite.live] == [0, 4]


def test_quantised_boxes_come_back_in_pixels(lite, tmp_path):
    """Ultralytics' int8 head gives parts of the sides; scores, and another maker's pixels, stay as they are."""
    content = rknn_bytes(kind="int8")
    ours = {"precision": "int8", "versions": {"ultralytics": "8.4.190"}}
    head = opened(tmp_path / "a", content, ours).run(PICTURE)[0]
    assert np.allclose(head[0, :4], WANTED[0][0, :4] * [[64], [32], [64], [32]])
    assert np.allclose(head[0, 4:], WANTED[0][0, 4:])
    other = opened(tmp_path / "b", content, {"precision": "int8"}).run(PICTURE)[0]
    assert np.allclose(other, WANTED[0])


def test_quantised_points_of_a_pose_are_scaled_and_their_visibility_is_not(tmp_path):
    facts = artifact(tmp_path, "rknn", task="pose", names={"0": "worker"}, kpt_shape=[2, 3]).metadata
    head, proto = np.ones((1, 11, 5), np.float32), np.ones((1, 32, 8, 16), np.float32)
    found, untouched = absolute((head, proto), facts)
    assert found[0, :, 0].tolist() == [64, 32, 64, 32, 1, 64, 32, 1, 64, 32, 1] and (untouched == 1).all()


@pytest.mark.parametrize(
    ("call", "how", "kind", "words"),
    [
        ("load_rknn", None, EngineRefused, "load_rknn failed with -1: its own log"),
        ("init_runtime", None, EngineFailed, "init_runtime failed with -1"),
        ("init_runtime", AttributeError("'NoneType' has no 'format'"), EngineFailed, "init_runtime failed with Attr"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("time", [1, 2])
def test_a_call_that_fails_while_loading_is_named_and_every_context_given_back(
    lite, tmp_path, call, how, kind, words, time
):
    lite.fail[call] = (time, how)
    with pytest.raises(kind, match=words) as met:
        opened(tmp_path, streams=3)
    assert met.value.remedy and lite.live == [] and lite.calls.count("release") == time


@pytest.mark.parametrize(("how", "code"), [(None, "None"), (RuntimeError("rknn_run"), "RuntimeError: rknn_run")])
def test_a_run_that_fails_is_named_and_the_next_one_succeeds(lite, tmp_path, how, code):
    lite.fail["inference"] = (1, how)
    session = opened(tmp_path)
    with pytest.raises(EngineFailed, match=f"inference failed with {code}"):
        session.run(PICTURE)
    assert np.allclose(session.run(PICTURE)[0], WANTED[0])


def test_a_release_that_fails_is_named_after_the_others_were_made(lite, tmp_path):
    lite.fail["release"] = (1, RuntimeError("rknn_destroy"))
    session = opened(tmp_path, streams=3)
    with pytest.raises(EngineFailed, match="release failed with RuntimeError"):
        session.close()
    assert lite.calls.count("release") == 3


def test_as_many_contexts_as_streams_each_for_one_thread_at_a_time(lite, tmp_path):
    session = opened(tmp_path, streams=3)
    assert len(lite.live) == 3

    def work(number: int) -> None:
        for turn in range(30):
            batch = np.full_like(PICTURE, (number * 30 + turn) % 256)
            assert np.allclose(session.run(batch)[0], graph(batch / 255)[0])

    at_once(work)
    session.close()
    session.close()
    assert lite.live == []
    with pytest.raises(SessionClosed, match="rknn-toolkit-lite2 is closed"):
        session.run(PICTURE)


def test_a_model_of_another_chip_is_refused_before_the_driver_sees_it(lite, tmp_path):
    with pytest.raises(CannotLoad, match="converted for rk3576, and this board has rk3588") as met:
        opened(tmp_path, rknn_bytes(chip="rk3576"))
    assert met.value.remedy == "convert it for rk3588" and lite.calls == []


@pytest.mark.parametrize(("tree", "chip"), [("rockchip,rk3588s", "rk3588"), ("rockchip,rk3568", "rk3566")])
def test_chips_that_run_each_other_s_models_do(lite, tmp_path, tree, chip):
    (tmp_path / "compatible").write_text(tree)
    assert opened(tmp_path, rknn_bytes(chip=chip)).running().device.startswith(tree.removeprefix("rockchip,"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is no RKNN model"),
        (b"PK\3\4" + b"0" * 99, "is no RKNN model"),
        (rknn_bytes(cut=1000), "is torn: its header tells of"),
        (rknn_bytes(shape=(1, 3, 64, 64)), "metadata says 1x3x32x64, its graph takes 1x64x64x3"),
        (rknn_bytes(std=1), "divided by 1, 1, 1 inside"),
    ],
)  # fmt: skip
def test_a_file_that_is_torn_or_not_what_its_metadata_says_is_refused(lite, tmp_path, content, words):
    with pytest.raises(CannotLoad, match=words):
        opened(tmp_path, content)
    assert lite.calls == []


@pytest.mark.parametrize("form", [{**EIGHT, "scale": 1 / 255}, {"input": "float32", "scale": 1.0}])
def test_a_normalisation_that_would_happen_twice_is_refused(lite, tmp_path, form):
    with pytest.raises(CannotLoad, match="takes 8 bits as they are"):
        opened(tmp_path, told={"preprocess": form})


@pytest.mark.parametrize(("device", "words"), [("npu:3", "3 cores at most"), ("gpu", "has no device 'gpu'")])
def test_a_core_that_no_npu_has_is_refused(lite, tmp_path, device, words):
    with pytest.raises(CannotLoad, match=words):
        opened(tmp_path, device=device)


def test_a_precision_that_the_model_was_not_converted_to_is_refused(lite, tmp_path):
    with pytest.raises(CannotLoad, match=r"asked for bf16.*converted to fp16"):
        opened(tmp_path, precision="bf16")
    opened(tmp_path, precision="fp16")


def simulated(tmp_path: Path, onnx: str | None = "", content: bytes | None = None, **settings: Any) -> Session:
    folder = tmp_path / "rk"
    folder.mkdir(exist_ok=True)
    if onnx is not None:
        (folder / "model.onnx").write_text(onnx)
    return opened(tmp_path, content, **settings)


@pytest.mark.parametrize("device", ["auto", "simulator"])
def test_without_a_board_the_simulator_builds_from_the_onnx_file_beside_it(toolkit, tmp_path, capfd, device):
    session = simulated(tmp_path, device=device)
    told = session.running()
    assert (told.engine, told.device, told.precision) == ("rknn-toolkit2", "simulator of rk3588", "fp16")
    assert np.allclose(session.run(PICTURE)[0], WANTED[0])
    session.close()
    session.close()
    assert len(toolkit.released) == 1
    out, err = capfd.readouterr()
    assert out == "" and "the toolkit prints" in err
    with pytest.raises(SessionClosed):
        session.run(PICTURE)


def test_the_onnx_file_beside_the_folder_of_ultralytics_is_found_too(toolkit, tmp_path):
    folder = tmp_path / "best_rknn_model"
    folder.mkdir()
    (folder / "best-rk3588.rknn").write_bytes(rknn_bytes())
    (folder / "metadata.yaml").write_text("{task: detect, names: {0: helmet, 1: head}, imgsz: [32, 64], stride: 32}")
    (tmp_path / "best.onnx").write_text("")
    assert open_session(open_artifact(folder)).running().device == "simulator of rk3588"


@pytest.mark.parametrize("call", ["config", "load_onnx", "build", "init_runtime"])
@pytest.mark.parametrize(
    "how", [-1, ValueError("Traceback (most recent call last):\n  File x\nValueError: the reason\n")]
)
def test_a_step_of_the_build_that_fails_is_named_with_its_last_line_and_released(toolkit, tmp_path, call, how):
    toolkit.fail[call] = how
    wanted = f"{call} failed with -1" if how == -1 else f"{call} failed with ValueError: ValueError: the reason$"
    with pytest.raises(EngineRefused, match=wanted):
        simulated(tmp_path)
    assert len(toolkit.released) == 1


def test_a_simulated_run_that_fails_is_named(toolkit, tmp_path):
    session = simulated(tmp_path)
    toolkit.fail["inference"] = True
    with pytest.raises(EngineFailed, match=r"inference failed with ValueError: ValueError: The input shape is wrong!$"):
        session.run(PICTURE)


def test_the_simulator_needs_the_onnx_file_and_the_right_one(toolkit, tmp_path):
    with pytest.raises(CannotLoad, match=r"there is no model\.onnx beside it"):
        simulated(tmp_path / "a", None) if (tmp_path / "a").mkdir() is None else None
    other = {"task": "detect", "names": "{0: 'cat'}", "imgsz": "[32, 64]", "stride": "32"}
    with pytest.raises(CannotLoad, match=r"model\.onnx is another model's"):
        simulated(tmp_path, json.dumps(other))


def test_a_quantised_model_is_built_with_its_pictures_which_have_to_be_there(toolkit, tmp_path):
    eight, told = rknn_bytes(kind="int8"), {"precision": "int8", "versions": {"ultralytics": "8.4.190"}}
    with pytest.raises(CannotLoad, match=r"no calibration\.txt beside"):
        simulated(tmp_path, content=eight, told=told)
    listed, photo = tmp_path / "rk/calibration.txt", tmp_path / "a photo.jpg"
    for text, gone in (("", "0 of 0"), (f"{photo}\n", r"1 of 1 pictures are gone: .*a photo\.jpg")):
        listed.write_text(text)
        with pytest.raises(CannotLoad, match=gone):
            simulated(tmp_path, content=eight, told=told)
    photo.write_bytes(b"a picture")
    session = simulated(tmp_path, content=eight, told=told)
    assert session.running().precision == "int8"
    found = session.run(PICTURE)[0]
    assert np.allclose(found[:, 0], WANTED[0][:, 0] * 64) and np.allclose(found[:, 4:], WANTED[0][:, 4:])


def test_without_either_toolkit_the_remedy_names_both(monkeypatch, toolkit, tmp_path):
    monkeypatch.setitem(sys.modules, "rknn.api", None)
    with pytest.raises(MissingPart) as met:
        simulated(tmp_path)
    assert "rknn-toolkit-lite2" in met.value.remedy and "rknn-toolkit2" in met.value.remedy
    with pytest.raises(MissingPart, match="rknnlite"):
        opened(tmp_path, device="npu:0")


def test_threads_in_the_simulator_take_turns(toolkit, tmp_path):
    session = simulated(tmp_path, streams=4)

    def work(number: int) -> None:
        batch = np.full_like(PICTURE, number * 10)
        assert np.allclose(session.run(batch)[0], graph(batch / 255)[0])

    at_once(work)
    assert picture().dtype == np.float32


def test_what_is_no_number_in_a_file_stays_unknown_and_refuses_nothing(tmp_path):
    from yoloport.platforms.rockchip.rknn_file import read

    file = tmp_path / "a.rknn"
    for std, shape in (("255, ,2 55", "1, 3, 32, 64"), ("255", "1, ,3")):
        said = f"{{'images': {{'idx': 0, 'shape': [{shape}], 'is_output': False, 'std': [{std}]}}}}"
        file.write_bytes(b"RKNN" + bytes(12) + (24).to_bytes(8, "little") + said.encode())
        found = read(file)
        assert found.name == "images" and (found.shape, found.std).count(()) == 1
