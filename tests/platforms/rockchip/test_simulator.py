"""The true simulator of rknn-toolkit2 against ONNX Runtime, on the same ONNX file and real pictures."""

from __future__ import annotations

import shutil
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest

from platforms.rockchip.fake_toolkits import rknn_bytes
from platforms.sessions import artifact

FEW = 4


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Path:
    pytest.importorskip("rknn.api", reason="rknn-toolkit2 is not installed; it takes torch 2.4 at most")
    ultralytics = pytest.importorskip("ultralytics", reason="makes the ONNX file that the simulator builds from")
    weights = tmp_path_factory.mktemp("export") / "yolov8n.pt"
    shutil.copyfile(test_data / "weights/yolov8n.pt", weights)
    return Path(ultralytics.YOLO(weights).export(format="onnx", imgsz=320, opset=19, verbose=False))


@pytest.mark.torch
def test_the_simulated_npu_finds_what_onnx_runtime_finds(source: Path, test_data: Path, tmp_path: Path):
    pytest.importorskip("onnxruntime", reason="what the simulator is compared with")
    from yoloport.runtime import load
    from yoloport.runtime.artifact import open_artifact

    told = ("format", "preprocess", "precision")
    facts = {name: value for name, value in asdict(open_artifact(source).metadata).items() if name not in told}
    eight = {"input": "uint8", "scale": 1.0, "layout": "NHWC"}
    made = artifact(tmp_path, "rknn", rknn_bytes((1, 3, 320, 320)), **facts, preprocess=eight, precision="fp16")
    shutil.copyfile(source, tmp_path / "model.onnx")
    pictures = [str(one) for one in sorted((test_data / "coco/images").rglob("*.jpg"))[: 10 * FEW : 10]]
    with load(made.path, conf=0.3) as ours, load(source, conf=0.3) as theirs:
        assert ours.running().device == "simulator of rk3588"
        pairs = [(ours(one)[0].boxes, theirs(one)[0].boxes) for one in pictures]
    assert sum(len(one.xyxy) for one, _ in pairs) > FEW
    for one, other in pairs:
        assert sorted(one.cls) == sorted(other.cls)
        if len(one.cls) == 0:
            continue
        apart = np.abs(one.xyxy[:, None] - other.xyxy[None]).max(axis=2)
        assert apart.min(axis=1).max() < 1.5 and apart.min(axis=0).max() < 1.5
        assert np.abs(np.sort(one.conf) - np.sort(other.conf)).max() < 0.01


@pytest.mark.torch
def test_an_int8_model_is_quantised_anew_with_its_pictures_and_finds_what_fp32_finds(
    source: Path, test_data: Path, tmp_path: Path
):
    pytest.importorskip("onnxruntime", reason="what the simulator is compared with")
    from yoloport.inside.convert import command
    from yoloport.runtime import load

    photos, made = tmp_path / "photos", tmp_path / "rk"
    photos.mkdir()
    for one in sorted((test_data / "coco/images/train").glob("*.jpg"))[: 3 * FEW]:
        (photos / one.name).symlink_to(one)
    words = ["--to", "rknn", "--chip", "rk3588", "--precision", "int8", "--calibrate", str(photos), "--imgsz", "320"]
    weights = str(test_data / "weights/yolov8n.pt")
    assert command.main([weights, *words, "--output", str(made), "--skip-check"]) == 0
    listed = (made / "calibration.txt").read_text(encoding="utf-8").splitlines()
    assert len(listed) == 3 * FEW and (made / "model.onnx").is_file()
    pictures = [str(one) for one in sorted((test_data / "coco/images/val").glob("*.jpg"))[:FEW]]
    with load(made, conf=0.25) as ours, load(source, conf=0.6) as theirs:
        assert ours.running().precision == "int8"
        pairs = [(ours(one)[0].boxes, theirs(one)[0].boxes) for one in pictures]
    assert sum(len(other.cls) for _, other in pairs) > FEW
    for one, other in pairs:
        for box, kind in zip(other.xyxy, other.cls, strict=True):
            apart = np.abs(one.xyxy[one.cls == kind] - box).max(axis=1)
            assert apart.min(initial=np.inf) < 0.1 * max(box[2] - box[0], box[3] - box[1]) + 8
