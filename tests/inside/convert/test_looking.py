"""What is said of a file was read from the file."""

from __future__ import annotations

import json
import struct
import sys
from pathlib import Path
from types import ModuleType

import pytest

from yoloport.inside.convert import describe
from yoloport.inside.convert.calibration import choose, laid_out
from yoloport.inside.convert.compare import differ
from yoloport.inside.convert.ncnn_weights import Unreadable, counted
from yoloport.inside.convert.problems import BadCalibration
from yoloport.inside.convert.target import find
from yoloport.runtime.artifact import open_artifact

HALF, FULL = struct.pack("<I", 0x01306B47), struct.pack("<I", 0)
PARAM = """7767517
3 3
Input in0 0 1 in0
MemoryData anchors 0 1 a 0=5 1=2
Convolution conv 1 1 in0 b 0=4 1=1 5=1 6={size}
"""


def ncnn(folder: Path, size: int, weights: bytes) -> dict[str, int]:
    (folder / "m.param").write_text(PARAM.format(size=size))
    (folder / "m.bin").write_bytes(b"m" * 40 + weights + b"b" * 16)
    return counted(folder / "m.param", folder / "m.bin")


@pytest.mark.parametrize(
    ("size", "weights", "counts"),
    [
        (12, FULL + b"w" * 48, {"float32": 12}),
        (12, HALF + b"w" * 24, {"float16": 12}),
        (13, HALF + b"w" * 28, {"float16": 13}),
        (12, struct.pack("<I", 0x000D4B38) + b"w" * 12, {"int8": 12}),
    ],
)
def test_the_types_of_ncnns_weights_are_read_from_its_bin(tmp_path: Path, size: int, weights: bytes, counts):
    assert ncnn(tmp_path, size, weights) == counts


@pytest.mark.parametrize("weights", [FULL + b"w" * 44, HALF + b"w" * 48, b"\1\2\3\4" + b"w" * 48])
def test_a_bin_that_does_not_add_up_is_not_guessed_at(tmp_path: Path, weights: bytes):
    with pytest.raises(Unreadable):
        ncnn(tmp_path, 12, weights)


IR = """<net><layers>
<layer type="Const"><data element_type="{0}" shape="16, 3, 3, 3"/></layer>
<layer type="Const"><data element_type="i64" shape="4"/></layer>
<layer type="Const"><data element_type="f32" shape=""/></layer>
<layer type="Convolution"><data strides="1, 1"/></layer>
</layers></net>"""


@pytest.mark.parametrize(("kind", "precision"), [("f32", "fp32"), ("f16", "fp16"), ("i8", "int8"), ("bf16", "bf16")])
def test_the_precision_of_an_ir_is_that_of_its_constants(tmp_path: Path, kind: str, precision: str):
    (tmp_path / "model.xml").write_text(IR.format(kind))
    stored = find("openvino").stored(tmp_path / "model.xml")
    assert sum(stored.values()) == 432 and describe.precision_of(stored) == precision


@pytest.mark.parametrize(
    ("stored", "precision"),
    [({}, ""), ({"int64": 9}, ""), ({"float32": 9, "int8": 90}, "int8"), ({"float32": 9, "float16": 8}, "fp32")],
)
def test_the_precision_is_what_most_weights_are_stored_in(stored: dict[str, int], precision: str):
    assert describe.precision_of(stored) == precision


def test_the_runtime_reads_what_is_written_with_names_in_any_script(tmp_path: Path):
    said = {
        "task": "detect",
        "names": "{0: '安全帽', 1: \"it's\"}",
        "imgsz": "[384, 640]",
        "stride": "32",
        "batch": "2",
    }
    graph = {"preprocess": {"input": "uint8", "scale": 1.0}, "raw_head": {"strides": (8, 16, 32)}}
    made = {"file": "model.onnx", "said": said, "stored": {"float16": 5}, "versions": {"torch": "2.14.1"}, **graph}
    facts = describe.metadata(find("onnx"), made, "ab" * 32, {"onnx": "1.23.2"})
    (tmp_path / "model.onnx").write_bytes(b"x")
    describe.write(tmp_path, "model.onnx", facts)
    read = open_artifact(tmp_path).metadata
    assert read == facts
    assert (read.preprocess.input, read.raw_head and read.raw_head.strides) == ("uint8", (8, 16, 32))
    assert (read.names, read.size, read.batch) == ({0: "安全帽", 1: "it's"}, (384, 640), 2)
    assert (read.precision, read.source_digest[:4], read.versions["onnx"]) == ("fp16", "abab", "1.23.2")
    assert "安全帽" in (tmp_path / "yoloport.json").read_text(encoding="utf-8")


def test_boxes_are_paired_before_they_are_compared():
    one, other = [10.0, 10.0, 50.0, 50.0, 0.9, 0], [12.0, 10.0, 50.0, 50.0, 0.8, 0]
    gap = differ({"boxes": [one]}, {"boxes": [[200.0, 200.0, 220.0, 220.0, 0.9, 0], other]})
    assert (gap["paired"], gap["artifact_boxes"], gap["pixels"]) == (1, 2, 2.0)
    assert gap["confidence"] == pytest.approx(0.1)
    assert differ({"scores": [0.5, 0.5]}, {"scores": [0.5, 0.25]})["confidence"] == 0.25


def picture(file: Path) -> Path:
    cv2 = pytest.importorskip("cv2")
    numpy = pytest.importorskip("numpy")
    file.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(file), numpy.full((8, 8, 3), 90, numpy.uint8))
    return file


def test_broken_calibration_pictures_are_counted_and_named_and_few_are_warned_of(tmp_path: Path):
    picture(tmp_path / "a.png")
    picture(tmp_path / "below/ü b.png")
    (tmp_path / "empty.jpg").write_bytes(b"")
    (tmp_path / "notes.txt").write_text("no picture")
    found = choose(tmp_path, lambda words: None)
    assert ([one.name for one in found.used], found.found, found.broken) == (["a.png", "ü b.png"], 3, 1)
    assert "empty.jpg" in found.notes()[0] and "2 pictures" in found.notes()[1]
    laid = laid_out(found, tmp_path / "work", "detect", {0: "a: 'b'", 1: "帽"})
    assert json.loads(laid.read_text())["names"] == {"0": "a: 'b'", "1": "帽"}
    assert len(list((tmp_path / "work/images").iterdir())) == 2


def test_a_datasets_validation_pictures_are_taken(tmp_path: Path):
    picture(tmp_path / "images/val/v.png")
    picture(tmp_path / "images/train/t.png")
    (tmp_path / "d.yaml").write_text("train: images/train\nval: images/val\nnames: [a]\n")
    assert [one.name for one in choose(tmp_path / "d.yaml", lambda words: None).used] == ["v.png"]


@pytest.mark.parametrize(("name", "why"), [("nowhere", "no such"), ("empty", "no picture"), ("broken", "not one of 1")])
def test_without_a_readable_picture_nothing_is_calibrated(tmp_path: Path, name: str, why: str):
    pytest.importorskip("cv2")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken/a.jpg").write_bytes(b"no picture")
    with pytest.raises(BadCalibration, match=why):
        choose(tmp_path / name, lambda words: None)


@pytest.mark.parametrize("kind", ["float16", "int8"])
def test_the_precision_of_a_platforms_model_is_that_of_its_inputs_and_outputs(tmp_path: Path, kind: str):
    text = f'{{"images": {{"dtype": "{kind}", "layout": "NHWC"}}}}'
    (tmp_path / "m").write_bytes(b"RKNN\0" + text.encode() + b"\0{'dtype': 'float32', 'layout': 'nchw'}")
    assert find("rknn").stored(tmp_path / "m") == {kind: 1}


def test_what_a_platforms_simulator_builds_from_is_kept_though_the_exporter_removes_it(tmp_path: Path, monkeypatch):
    class Toolkit:
        def load_onnx(self, model: str) -> int:
            return 0 if Path(model).is_file() else -1

    vendor = ModuleType("rknn.api")
    vendor.RKNN = Toolkit  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "rknn", ModuleType("rknn"))
    monkeypatch.setitem(sys.modules, "rknn.api", vendor)
    monkeypatch.chdir(tmp_path)
    target, exported, folder = find("rknn"), tmp_path / "model_rknn_model", tmp_path / "artifact"
    target.before()
    (tmp_path / "model.onnx").write_text("graph")
    assert Toolkit().load_onnx(model="model.onnx") == 0
    (tmp_path / "model.onnx").unlink()
    for made in (exported, folder):
        made.mkdir()
    (exported / "model-rk3588.rknn").write_bytes(b"RKNN")
    (exported / "dataset.txt").write_text("/photos/a.jpg\n")
    assert target.collect(exported, folder) == folder / "model.rknn"
    assert (folder / "model.onnx").read_text() == "graph"
    assert (folder / "calibration.txt").read_text() == "/photos/a.jpg\n"
