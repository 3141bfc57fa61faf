"""What a target can and cannot do is said before torch is loaded."""

from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.inside.convert.problems import CannotConvert, MissingTool, NoSuchTarget
from yoloport.inside.convert.request import PRECISIONS, Request, fits, for_task, settled, size_of, tools
from yoloport.inside.convert.target import Need, Precision, find, known
from yoloport.platforms.load import BadPlatformFolder

OWN = ("mnn", "ncnn", "onnx", "openvino", "torchscript")
ROCKCHIP = "rknn"


def asked(to: str, **others: object) -> Request:
    return Request(Path("best.pt"), to, **others)  # type: ignore[arg-type]


def test_targets_are_this_packages_own_and_the_platforms():
    assert known()[:5] == OWN and ROCKCHIP in known()


@pytest.mark.parametrize("name", [*OWN, ROCKCHIP])
def test_every_target_answers_for_every_precision(name: str):
    target = find(name)
    assert target.format == name
    assert set(target.precisions) | set(target.refused) == set(PRECISIONS)
    assert not set(target.precisions) & set(target.refused)


def test_an_unknown_format_is_refused_with_the_known_ones():
    with pytest.raises(NoSuchTarget, match="'tflite'") as met:
        find("tflite")
    assert "openvino" in met.value.remedy and met.value.exit == Exit.USAGE


@pytest.mark.parametrize(
    ("request_", "why", "remedy"),
    [
        (asked("onnx", precision="bf16"), "no ONNX with bf16", "fp32, fp16, int8"),
        (asked("torchscript", precision="fp16"), "on an accelerator only", "fp32"),
        (asked("ncnn", precision="int8"), "ncnn2int8", "fp32, fp16"),
        (asked("ncnn", dynamic=True), "one size", "--dynamic"),
        (asked("onnx", precision="int8"), "found with pictures", "--calibrate DATA"),
        (asked("onnx", calibrate=Path("photos")), "takes no pictures", "leave --calibrate away"),
        (asked("mnn", precision="int8", calibrate=Path("photos")), "takes no pictures", "leave --calibrate away"),
        (asked("onnx", chip="rk3588"), "for any chip", "leave --chip away"),
        (asked(ROCKCHIP), "one chip", "rk3588"),
        (asked(ROCKCHIP, chip="rk9"), "one chip", "rk3588"),
        (asked(ROCKCHIP, chip="rk3588", precision="fp32"), "fp16 or int8", "fp16, int8"),
        (asked(ROCKCHIP, chip="rv1103", precision="fp16"), "int8 only", "--precision int8"),
    ],
)
def test_what_a_target_cannot_is_refused_with_what_is_possible(request_: Request, why: str, remedy: str):
    with pytest.raises(CannotConvert) as met:
        settled(request_, find(request_.to))
    assert why in met.value.cause and remedy in met.value.remedy and met.value.exit == Exit.USAGE


@pytest.mark.parametrize(
    ("request_", "precision"),
    [
        (asked("onnx"), "fp32"),
        (asked("mnn", precision="int8"), "int8"),
        (asked(ROCKCHIP, chip="rk3588"), "fp16"),
        (asked(ROCKCHIP, chip="rv1106", calibrate=Path("photos")), "int8"),
    ],
)
def test_without_a_precision_the_target_and_the_chip_choose(request_: Request, precision: str):
    assert settled(request_, find(request_.to)) == precision


def test_a_precision_that_a_task_has_not_is_refused_with_one_that_it_has():
    with pytest.raises(CannotConvert, match="this one is for pose") as met:
        for_task("pose", "int8", find(ROCKCHIP))
    assert met.value.remedy == "--precision fp16"
    for_task("detect", "int8", find(ROCKCHIP))


@pytest.mark.parametrize(("size", "near"), [((650, 640), "640,640"), ((33, 100), "32,96"), ((47, 49), "32,64")])
def test_a_size_that_is_no_multiple_of_the_stride_is_refused_with_the_nearest(size: tuple[int, int], near: str):
    with pytest.raises(CannotConvert) as met:
        fits(size, 32)
    assert met.value.remedy == f"--imgsz {near}"


@pytest.mark.parametrize(("text", "size"), [("640", (640, 640)), ("384,640", (384, 640)), ("384x640", (384, 640))])
def test_a_size_is_a_number_or_two(text: str, size: tuple[int, int]):
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "-1", "0", "31", "8193", "1,2,3", "640,", "big", "640.0", "٣٢٠٠٠"])
def test_a_size_that_is_none_is_refused(text: str):
    with pytest.raises(CannotConvert, match="--imgsz"):
        size_of(text)


def version_of(there: dict[str, str]):
    def version(name: str) -> str:
        if name not in there:
            raise importlib.metadata.PackageNotFoundError(name)
        return there[name]

    return version


def test_a_missing_package_is_named_with_the_command_that_brings_it():
    pytest.importorskip("packaging")
    with pytest.raises(MissingTool) as met:
        tools(find("openvino"), find("openvino").precisions["int8"], version_of({"openvino": "2023.1"}))
    assert met.value.packages == ["openvino>=2024.0.0", "nncf>=2.14.0"]
    assert "2023.1 is installed" in met.value.cause and "not installed" in met.value.cause
    assert met.value.remedy.endswith("-m pip install 'openvino>=2024.0.0' 'nncf>=2.14.0'")


def test_a_package_that_must_come_alone_gets_a_command_of_its_own():
    pytest.importorskip("packaging")
    with pytest.raises(MissingTool) as met:
        tools(find("ncnn"), Precision(), version_of({}))
    first, _, second = met.value.remedy.partition(" && ")
    assert first.endswith("pip install --no-deps ncnn") and second.endswith("pip install pnnx==20260526")


def test_what_is_there_is_told_with_its_version():
    pytest.importorskip("packaging")
    there = {"onnx": "1.23.2", "onnxslim": "0.1.98", "onnxruntime": "1.32.0"}
    assert tools(find("onnx"), find("onnx").precisions["fp32"], version_of(there)) == there
    assert Need("onnx", ">=1").words() == "'onnx>=1'"


TABLE = """[abc]
needs = []
dynamic = false
source = "a test"
date = 2026-11-24
[abc.precision.fp16]
quantize = 16
"""


def platform(folder: Path, monkeypatch: pytest.MonkeyPatch, table: str, code: str) -> None:
    (folder / "acme").mkdir()
    (folder / "acme/convert.toml").write_text(table)
    (folder / "acme/convert.py").write_text(code)
    monkeypatch.setenv("YOLOPORT_PLATFORMS", str(folder))


def test_a_folder_outside_this_package_brings_a_target(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    platform(tmp_path, monkeypatch, TABLE, "def collect(a, b): return b\ndef stored(a): return {'float16': 1}\n")
    target = find("abc")
    assert (target.precisions["fp16"].quantize, target.stored(tmp_path)) == (16, {"float16": 1})


@pytest.mark.parametrize(
    ("table", "code", "why"),
    [
        (TABLE.replace("dynamic = false", "dynamic = 'x'"), "", "abc.dynamic"),
        (TABLE + "colour = 1", "", "abc.precision.fp16.colour"),
        ("[abc", "", "convert"),
        (TABLE, "def collect(a, b): return b\n", "has no function stored"),
    ],
)
def test_a_platforms_table_that_is_wrong_is_named(tmp_path: Path, monkeypatch, table: str, code: str, why: str):
    platform(tmp_path, monkeypatch, table, code)
    with pytest.raises(BadPlatformFolder, match=why):
        find("abc")
