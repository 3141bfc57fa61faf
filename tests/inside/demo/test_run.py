"""The whole demo on twelve small scenes for one epoch: everything is real but the number of pictures."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.inside.demo.pictures import choose


@pytest.mark.torch
def test_a_demo_trains_validates_predicts_exports_and_reports(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    from yoloport.datasets.helmet_scenes import write_dataset

    data = write_dataset(tmp_path / "scenes", train=12, val=4, size=(160, 128))
    out = tmp_path / "out"
    options = ["--data", str(data), "--epochs", "1", "--out", str(out), "--device", "cpu", "--json"]
    ended = subprocess.run(
        [sys.executable, "-m", "yoloport.inside.demo", *options], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout)["page"] == str(out / "report.html")
    assert "━" not in ended.stderr, "a progress bar of Ultralytics"
    assert "[3/7] training: epoch 1/1, mAP50 0." in ended.stderr
    report = json.loads((out / "report.json").read_text())
    assert report["machine"]["device"] == "cpu"
    assert [step["name"] for step in report["steps"]][2] == "training"
    assert all(step["seconds"] >= 0 for step in report["steps"])
    assert len(report["training"]["epochs"]) == 1
    assert report["training"]["epochs"][0]["box_loss"] > 0
    assert [picture["title"] for picture in report["photographs"]] == ["bus.jpg", "zidane.jpg"]
    assert len(report["validation"]) == 4
    assert report["validation"][0]["truth"]
    assert report["onnx"]["agrees"] is True
    assert Path(report["onnx"]["file"]).is_file()
    assert Path(report["training"]["weights"]).is_file()
    page = (out / "report.html").read_text()
    assert page.count("data:image/jpeg") == 6


def test_pictures_to_show_are_spread_over_the_set_and_have_labels(tmp_path: Path) -> None:
    for kind in ("images", "labels"):
        (tmp_path / kind).mkdir()
    pictures = [tmp_path / "images" / f"{number:02d}.jpg" for number in range(20)]
    for picture in pictures[:12]:
        (tmp_path / "labels" / f"{picture.stem}.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    (tmp_path / "labels" / "19.txt").write_text("")
    chosen = choose(pictures, 6)
    assert [picture.stem for picture in chosen] == ["01", "03", "05", "07", "09", "11"]
    assert choose(pictures, 50) == pictures[:12]
