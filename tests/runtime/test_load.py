"""The real road: an export of Ultralytics, loaded by ONNX Runtime, from Python and from the shell."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("onnxruntime")
ultralytics = pytest.importorskip("ultralytics")

from yoloport.runtime import load  # noqa: E402
from yoloport.runtime.artifact import open_artifact  # noqa: E402
from yoloport.runtime.session import CannotLoad, open_session  # noqa: E402

pytestmark = pytest.mark.torch


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory, test_data: Path) -> Path:
    folder = tmp_path_factory.mktemp("export")
    weights = folder / "yolov8n.pt"
    weights.write_bytes((test_data / "weights/yolov8n.pt").read_bytes())
    return Path(ultralytics.YOLO(str(weights)).export(format="onnx", imgsz=320, dynamic=True, verbose=False))


@pytest.fixture(scope="module")
def picture(test_data: Path) -> Path:
    return sorted((test_data / "coco/images").rglob("*.jpg"))[0]


def test_it_finds_what_ultralytics_finds_with_the_same_file(exported: Path, picture: Path):
    theirs = ultralytics.YOLO(str(exported), task="detect").predict(str(picture), imgsz=320, verbose=False)[0].boxes
    with load(exported) as model:
        ours = model(picture)[0].boxes
        running = model.running()
    assert len(ours.xyxy) == len(theirs) > 0
    assert abs(ours.xyxy - theirs.xyxy.numpy()).max() < 0.01 and abs(ours.conf - theirs.conf.numpy()).max() < 1e-4
    assert (running.engine, running.device, running.precision) == ("onnxruntime", "cpu", "fp32")
    assert running.shapes[0][1] == (0, 3, 0, 0)


def test_from_the_shell_it_prints_a_line_for_each_picture_and_saves_it(exported: Path, picture: Path, tmp_path: Path):
    argv = [
        sys.executable,
        "-m",
        "yoloport.cli.app",
        "predict",
        exported,
        picture,
        "--save",
        tmp_path / "out",
        "--json",
    ]
    code = "import sys; sys.argv = sys.argv[1:]; from yoloport.cli.app import main; main()"
    done = subprocess.run(
        [sys.executable, "-c", code, "yoloport", *map(str, argv[3:])],
        capture_output=True, text=True, check=False, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    first, last = map(json.loads, done.stdout.splitlines())
    assert first["detections"] and last["pictures"] == 1 and (tmp_path / "out" / picture.name).is_file()


def test_torch_is_never_imported(exported: Path, picture: Path):
    code = (
        "import sys; from yoloport.runtime import load\n"
        f"with load({str(exported)!r}) as model: print(len(model({str(picture)!r})[0].boxes.xyxy) > 0)\n"
        "print(sorted(name for name in ('torch', 'ultralytics') if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "True\n[]\n", done.stderr[-2000:]


def test_a_device_that_this_build_does_not_have_is_refused_with_those_it_has(exported: Path):
    with pytest.raises(CannotLoad, match=r"no provider for 'abacus'; it has: .*cpu"):
        open_session(open_artifact(exported), device="abacus")


def test_a_file_whose_graph_is_torn_is_refused(exported: Path, tmp_path: Path):
    content = exported.read_bytes()
    middle = len(content) // 2
    torn = tmp_path / "torn.onnx"
    torn.write_bytes(content[:200] + bytes(len(content[200:middle])) + content[middle:])
    with pytest.raises(Exception, match=r"torn\.onnx"):
        load(torn)
