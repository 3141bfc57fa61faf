"""Graphs that take bytes, end before boxes are worked out, and compute in 8 bits; against the exporter's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from yoloport.inside.convert import raw_head
from yoloport.inside.convert.problems import CannotConvert
from yoloport.inside.convert.request import Request, graph_of
from yoloport.inside.convert.target import find
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.branches_file import branches_of
from yoloport.runtime.decode import raw_head as worked_out
from yoloport.runtime.metadata import Preprocess

BYTES = Preprocess(input="uint8", scale=1.0, layout="NHWC", colour="BGR")


def model_with(last: object) -> SimpleNamespace:
    return SimpleNamespace(model=SimpleNamespace(model=[last]))


def test_a_head_that_the_runtime_cannot_work_out_is_left_as_it_is_and_why_is_told():
    for name in raw_head.EXTRA:
        assert raw_head.why_not(model_with(type(name, (), {})())) == ""
    assert "Pose26" in raw_head.why_not(model_with(type("Pose26", (), {})()))
    assert "by itself" in raw_head.why_not(model_with(type("Detect", (), {"end2end": True})()))


def test_after_the_export_the_head_is_what_it_was():
    plain = type("Detect", (), {"stride": [8.0, 16.0, 32.0], "reg_max": 16})
    last = plain()
    with raw_head.cut(model_with(last)) as told:
        assert type(last) is not plain and isinstance(last, plain) and type(last).__name__ == "Detect"
    assert type(last) is plain and (told.strides, told.reg_max, told.layout) == ((8, 16, 32), 16, "NCHW")


def test_a_target_that_has_a_fast_graph_makes_it_unless_a_plain_one_is_asked_for():
    asked = {graph: Request(Path("best.pt"), "openvino", graph=graph) for graph in ("", "fast", "plain")}
    assert [graph_of(one, find("openvino")) for one in asked.values()] == ["fast", "fast", "plain"]
    assert [graph_of(one, find("onnx")) for one in asked.values()] == ["plain", "fast", "plain"]
    assert graph_of(asked[""], find("torchscript")) == "plain"
    with pytest.raises(CannotConvert, match="--graph fast"):
        graph_of(asked["fast"], find("torchscript"))


@pytest.fixture(autouse=True)
def companions(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process that exports finds the engines that lie on this one's path only."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("ultralytics")
    from ultralytics.utils import ASSETS

    folder = tmp_path_factory.mktemp("photos")
    for file in ("bus.jpg", "zidane.jpg"):
        (folder / file).write_bytes((ASSETS / file).read_bytes())
    return folder


def weights(task: str, folder: Path) -> Path:
    """A model with random weights."""
    torch = pytest.importorskip("torch")
    from ultralytics import YOLO

    torch.manual_seed(0)
    made = YOLO({"detect": "yolov8n.yaml", "segment": "yolov8n-seg.yaml", "classify": "yolov8n-cls.yaml"}[task])
    made.save(str(folder / "best.pt"))
    return folder / "best.pt"


def converted(weights: Path, *words: object) -> Path:
    from yoloport.inside.convert import command

    output = weights.parent / "_".join(str(word).strip("-/") for word in words[1:3])
    assert command.main([str(weights), "--output", str(output), "--skip-check", *map(str, words)]) == 0
    return output


def given(artifact: Path, picture: np.ndarray) -> tuple[np.ndarray, ...]:
    """What the graph gives for a picture of its size: BGR bytes."""
    from yoloport.runtime.prepare.normalise import blank, write
    from yoloport.runtime.session import open_session

    opened = open_artifact(artifact)
    form = opened.metadata.preprocess
    batch = blank(*opened.metadata.size, 3, form)
    write(picture, batch[0], form)
    return open_session(opened, device="cpu").run(batch)


@pytest.mark.torch
@pytest.mark.parametrize(
    ("task", "to", "free"),
    [("segment", "openvino", ()), ("detect", "openvino", ("--dynamic",)), ("classify", "openvino", ()),
     ("detect", "onnx", ())],
)  # fmt: skip
def test_the_fast_graph_says_what_the_plain_one_says(task: str, to: str, free: tuple[str], tmp_path: Path) -> None:
    pytest.importorskip({"onnx": "onnxruntime"}.get(to, to))
    source, picture = weights(task, tmp_path), np.random.default_rng(0).integers(0, 256, (96, 160, 3), dtype=np.uint8)
    size = ("--imgsz", "96,160", *free)
    plain, fast = (converted(source, "--graph", graph, "--to", to, *size) for graph in ("plain", "fast"))
    told = open_artifact(fast).metadata
    assert open_artifact(plain).metadata.preprocess == Preprocess()
    assert told.preprocess == (BYTES if to == "openvino" else Preprocess())
    theirs, ours = given(plain, picture), given(fast, picture)
    if told.raw_head is not None:
        levels, protos = (ours[:-1], ours[-1:]) if task == "segment" else (ours, ())
        branches = branches_of(open_artifact(fast))
        assert branches is not None and branches.extra_width == (32 if task == "segment" else 0)
        rows = worked_out.rows([one[0] for one in levels], told, told.raw_head, 0.0, branches)
        theirs, ours = (theirs[0][0].T, *theirs[1:]), (rows, *protos)
    assert (told.raw_head is None) is (task == "classify")
    assert told.raw_head is None or told.raw_head.layout == ("NHWC" if to == "openvino" and not free else "NCHW")
    for one, two in zip(theirs, ours, strict=True):
        assert one.shape == two.shape and np.abs(one - two).max() < 1e-3


@pytest.mark.torch
@pytest.mark.parametrize("precision", ["fp32", "fp16"])
def test_a_convolution_over_an_upsampled_map_is_parted_and_keeps_its_precision(tmp_path: Path, precision: str) -> None:
    openvino = pytest.importorskip("openvino")
    made = converted(weights("detect", tmp_path), "--precision", precision, "--to", "openvino", "--imgsz", "96")
    graph = openvino.Core().read_model(str(made / "model.xml"))
    assert sum(one.get_type_name() == "Convolution" for one in graph.get_ops()) == 63 - 9 + 2
    assert open_artifact(made).metadata.precision == precision


@pytest.mark.torch
def test_in_8_bits_every_convolution_is_quantised_and_the_artifact_loads(tmp_path: Path, photos: Path) -> None:
    openvino = pytest.importorskip("openvino")
    pytest.importorskip("nncf")
    made = converted(weights("detect", tmp_path), "--precision", "int8", "--to", "openvino", "--imgsz", "96",
                     "--calibrate", photos)  # fmt: skip
    told = open_artifact(made).metadata
    assert (told.precision, told.preprocess, told.raw_head.strides) == ("int8", BYTES, (8, 16, 32))
    graph = openvino.Core().read_model(str(made / "model.xml"))
    convolutions = [one for one in graph.get_ops() if one.get_type_name() == "Convolution"]
    assert len(convolutions) == 63 - 9 + 2, "of yolov8n without three branches; two are parted before upsampling"
    inputs = {one.input_value(n).get_node().get_type_name() for one in convolutions for n in (0, 1)}
    assert inputs <= {"FakeQuantize", "Multiply", "MaxPool", "Concat", "VariadicSplit"}


@pytest.mark.torch
def test_an_onnx_in_8_bits_has_a_scale_for_each_channel(tmp_path: Path, photos: Path) -> None:
    onnx = pytest.importorskip("onnx")
    made = converted(weights("detect", tmp_path), "--graph", "fast", "--precision", "int8", "--to", "onnx", "--imgsz",
                     "96", "--calibrate", photos)  # fmt: skip
    told = open_artifact(made).metadata
    assert (told.precision, told.raw_head.layout) == ("int8", "NCHW")
    graph = onnx.load(str(made / "model.onnx")).graph
    sides = {one.name: list(one.dims) for one in graph.initializer}
    scales = [
        sides[node.input[1]] for node in graph.node if node.op_type == "DequantizeLinear" and node.input[0] in sides
    ]
    assert sum(len(side) == 1 and side[0] > 1 for side in scales) == 2 * (63 - 9), "of weights and of biases"
    shapes = [one.shape[1:] for one in given(made, np.zeros((96, 96, 3), np.uint8))]
    assert shapes == [(80, 12, 12), (80, 6, 6), (80, 3, 3), (64, 12, 12), (128, 6, 6), (256, 3, 3)]
