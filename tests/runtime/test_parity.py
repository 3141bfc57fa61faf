"""The same artifact, the same pictures: our detections are Ultralytics', box by box."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch
FEW = 6
# Task, weights in the test data or a model without any, size, dynamic, threshold.
CASES = [
    ("yolov8n.pt", 640, True, 0.25),
    ("yolov8n.pt", 640, False, 0.01),
    ("yolov8n-seg.pt", 640, True, 0.25),
    ("yolov8n-pose.pt", 640, True, 0.05),
    ("yolov8n-obb.yaml", 640, True, 0.05),
    ("yolov8n-cls.yaml", 224, False, 0.25),
    ("yolo26n.yaml", 320, True, 1e-5),
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory, test_data):
    """Makes an ONNX export, once for each model and form."""
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_VERBOSE="false")
    os.environ.setdefault("YOLO_CONFIG_DIR", str(tmp_path_factory.mktemp("settings")))
    folder = tmp_path_factory.mktemp("exports")

    def export(name: str, size: int, dynamic: bool) -> Path:
        target = folder / f"{Path(name).stem}-{size}-{dynamic}.onnx"
        if not target.exists():
            made = model(name, test_data, folder).export(format="onnx", imgsz=size, dynamic=dynamic, simplify=False)
            shutil.move(made, target)
        return target

    return export


def model(name: str, test_data: Path, folder: Path):
    """A model with weights, or one that borrows a detector's and whose own last layers are told to vary."""
    import torch
    from ultralytics import YOLO

    source = test_data / "weights" / (name if name.endswith(".pt") else "yolov8n.pt")
    copy = folder / source.name
    shutil.copyfile(source, copy)  # the exporter writes beside the weights, and the test data is read-only
    if name.endswith(".pt"):
        return YOLO(copy)
    torch.manual_seed(0)
    made = YOLO(name).load(copy)
    last = made.model.model[-1]
    with torch.no_grad():
        for branch in getattr(last, "cv4", ()):  # angles
            branch[-1].weight.mul_(30)
        if hasattr(last, "linear"):
            last.linear.weight.mul_(20)
        for branch in getattr(last, "one2one_cv3", None) or ():
            branch[-1].weight.mul_(20)
            branch[-1].bias.fill_(-3)
    return made


def plain(result) -> list[dict]:
    """The summary without outlines, which may go round the pieces of a mask in another order."""
    return [{key: value for key, value in row.items() if key != "segments"} for row in result.summary(decimals=3)]


@pytest.mark.parametrize(("name", "size", "dynamic", "conf"), CASES, ids=[f"{c[0]}-{c[2]}-{c[3]}" for c in CASES])
def test_no_box_is_missing_or_extra_and_none_lies_elsewhere(name, size, dynamic, conf, exported, test_data):
    from runtime.parity import Apart, apart, both

    pictures = sorted(str(one) for one in (test_data / "coco/images").rglob("*.jpg"))[:: 190 // FEW][:FEW]
    total = Apart()
    for mine, other in both(exported(name, size, dynamic), pictures, conf):
        total.add(apart(mine, other))
        assert mine.names == other.names and mine.orig_shape == other.orig_shape
        assert mine.verbose() == other.verbose() and plain(mine) == plain(other)
    assert total.pictures == FEW and total.boxes >= FEW
    assert total.same() and total.order == 0 and total.mask <= 1e-4, total


def test_a_mask_s_outline_has_the_points_that_theirs_has(exported, test_data):
    from runtime.parity import both

    pictures = sorted(str(one) for one in (test_data / "coco/images").rglob("*.jpg"))[:FEW]
    seen = 0
    for mine, other in both(exported("yolov8n-seg.pt", 640, True), pictures, 0.25):
        for ours, theirs in zip(
            mine.masks.xy if mine.masks else [], other.masks.xy if other.masks else [], strict=True
        ):
            assert {tuple(point) for point in ours.round(2)} == {tuple(point) for point in theirs.round(2)}
            seen += 1
    assert seen > 3


ODD = [(1, 1), (1, 10000), (10000, 1), (3, 777), (165, 822), (641, 639), (2000, 31)]


def test_pictures_of_odd_sizes_and_kinds_give_the_same_through_the_whole_of_both(exported, tmp_path):
    import cv2
    import numpy as np

    from runtime.parity import Apart, apart, both

    rng = np.random.default_rng(0)
    for height, width in ODD:
        noise = cv2.resize(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8), (width, height))
        cv2.imwrite(str(tmp_path / f"{height}x{width}.png"), noise)
    cv2.imwrite(str(tmp_path / "deep.png"), rng.integers(0, 65536, (90, 120, 3), dtype=np.uint16))
    cv2.imwrite(str(tmp_path / "grey.png"), rng.integers(0, 256, (90, 120), dtype=np.uint8))
    cv2.imwrite(str(tmp_path / "clear.png"), rng.integers(0, 256, (90, 120, 4), dtype=np.uint8))
    for dynamic in (True, False):
        total = Apart()
        pictures = sorted(str(one) for one in tmp_path.iterdir())
        for mine, other in both(exported("yolov8n.pt", 640, dynamic), pictures, 0.0005):
            total.add(apart(mine, other))
        assert total.pictures == len(ODD) + 3 and total.boxes > 10 and total.same(), total
