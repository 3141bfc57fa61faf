"""The conversion end to end, and its refusals."""

from __future__ import annotations

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.inside.convert import command
from yoloport.runtime.artifact import open_artifact


def convert(*words: object, cwd: Path | None = None, **environ: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-m", "yoloport.inside.convert", *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, check=False, env={**os.environ, **environ}, cwd=cwd)


@pytest.mark.parametrize(
    ("content", "found"),
    [(None, "missing"), (b"", "empty"), (b"PK\x03\x04 cut", "truncated"), (b"hello", "unknown")],
)
def test_a_file_that_is_no_checkpoint_is_refused_before_torch_is_loaded(tmp_path: Path, capsys, content, found: str):
    file = tmp_path / "best.pt"
    if content is not None:
        file.write_bytes(content)
    assert command.main([str(file), "--to", "torchscript", "--json"]) == Exit.BAD_WEIGHTS
    told = json.loads(capsys.readouterr().out)
    assert (told["problem"], told["found"]) == ("BadWeights", found)
    assert {one.name for one in tmp_path.iterdir()} <= {"best.pt"}


@pytest.mark.parametrize("batch", ["0", "-1", "5000"])
def test_a_batch_that_makes_no_sense_is_refused(tmp_path: Path, capsys, batch: str):
    assert command.main([str(tmp_path / "a.pt"), "--to", "onnx", "--batch", batch, "--json"]) == Exit.USAGE
    assert json.loads(capsys.readouterr().out)["problem"] == "CannotConvert"


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small detector with random weights and names that need care, in a folder whose name holds the suffix."""
    torch = pytest.importorskip("torch")
    pytest.importorskip("ultralytics")
    from ultralytics import YOLO

    torch.manual_seed(0)
    model = YOLO("yolov8n.yaml", task="detect", verbose=False)
    model.model.names = {**{n: f"class {n}" for n in range(80)}, 0: "安全帽", 1: 'it\'s: "new"'}
    file = tmp_path_factory.mktemp("models.pts") / "bäst v1.pt"
    model.save(str(file))
    return file


@pytest.mark.torch
def test_an_onnx_artifact_is_described_tried_and_alone(weights: Path, tmp_path: Path) -> None:
    ended = convert(weights, "--to", "onnx", "--imgsz", "96,160", "--output", tmp_path / "out", "--json")
    assert ended.returncode == Exit.OK, ended.stderr
    told = json.loads(ended.stdout)
    assert (told["ok"], told["precision"], told["checked"], told["size"]) == (True, "fp32", "yes", [96, 160])
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        "conversion.json",
        "model.onnx",
        "yoloport.json",
    ]
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
    facts = open_artifact(tmp_path / "out").metadata
    assert (facts.names[0], facts.names[1], facts.size) == ("安全帽", 'it\'s: "new"', (96, 160))
    assert facts.source_digest == hashlib.sha256(weights.read_bytes()).hexdigest()
    assert {"ultralytics", "torch", "onnx", "yoloport"} <= set(facts.versions)
    assert [one.name for one in weights.parent.iterdir()] == [weights.name], "nothing is written beside the weights"
    again = convert(weights, "--to", "onnx", "--imgsz", "96", "--output", tmp_path / "out", "--json")
    assert again.returncode == Exit.DATA_FOLDER and open_artifact(tmp_path / "out").metadata.size == (96, 160)


@pytest.mark.torch
def test_an_int8_onnx_says_so_after_looking_and_counts_its_pictures(weights: Path, tmp_path: Path) -> None:
    from ultralytics.utils import ASSETS

    photos = tmp_path / "photos"
    photos.mkdir()
    for file in ("bus.jpg", "zidane.jpg"):
        (photos / file).write_bytes((ASSETS / file).read_bytes())
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff")
    # Named from where the user stands, who is not where the exporter works.
    words = ("--to", "onnx", "--precision", "int8", "--calibrate", "photos", "--imgsz", "96", "--output", "o")
    ended = convert(weights, *words, "--json", cwd=tmp_path)
    assert ended.returncode == Exit.OK, ended.stderr
    told = json.loads(ended.stdout)
    assert told["precision"] == "int8" and told["stored"]["int8"] > told["stored"]["float32"]
    assert {key: told["calibration"][key] for key in ("found", "used", "broken")} == {
        "found": 3,
        "used": 2,
        "broken": 1,
    }
    assert len(told["notes"]) == 2 and "broken.jpg" in told["notes"][0]
    assert len(list(photos.iterdir())) == 3, "nothing is written beside the pictures"


@pytest.mark.torch
def test_a_size_that_does_not_fit_the_model_is_refused_and_leaves_nothing(weights: Path, tmp_path: Path) -> None:
    ended = convert(weights, "--to", "torchscript", "--imgsz", "100", "--output", tmp_path / "out", "--json")
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["problem"], told["remedy"]) == (Exit.USAGE, "CannotConvert", "--imgsz 96,96")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.torch
def test_a_zip_that_torch_cannot_load_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    import zipfile

    with zipfile.ZipFile(tmp_path / "bad.pt", "w") as archive:
        for name in ("bad/data.pkl", "bad/data/0", "bad/version"):
            archive.writestr(name, b"x" * 100)
    ended = convert(tmp_path / "bad.pt", "--to", "onnx", "--json")
    assert (ended.returncode, json.loads(ended.stdout)["found"]) == (Exit.BAD_WEIGHTS, "not loadable")
    assert [one.name for one in tmp_path.iterdir()] == ["bad.pt"]


@pytest.mark.torch
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_conversion_leaves_no_artifact_and_no_process(weights: Path, tmp_path: Path, number: int) -> None:
    line = [
        sys.executable,
        "-m",
        "yoloport.inside.convert",
        str(weights),
        "--to",
        "onnx",
        "--output",
        str(tmp_path / "o"),
    ]
    process = subprocess.Popen(line, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = ""
    while not {"exporting to onnx: loading", "exporting to onnx: exporting"} & set(re.findall("exporting.*", said)):
        said += process.stderr.readline()
    child = next(int(one) for one in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split())
    process.send_signal(number)
    process.communicate()
    assert process.returncode == (Exit.INTERRUPTED if number != signal.SIGKILL else -signal.SIGKILL)
    deadline = time.monotonic() + 60
    while Path(f"/proc/{child}").exists() and "Z" not in Path(f"/proc/{child}/stat").read_text().split(")")[-1][:3]:
        assert time.monotonic() < deadline, "the exporter outlives its parent"
    assert not (tmp_path / "o").exists()
    assert [one.name for one in tmp_path.iterdir()] == [] or number == signal.SIGKILL


@pytest.mark.torch
def test_a_dry_run_tells_the_plan_and_makes_nothing(weights: Path, tmp_path: Path) -> None:
    ended = convert(weights, "--to", "onnx", "--dry-run", "--output", tmp_path / "out", "--json")
    told = json.loads(ended.stdout)
    assert (ended.returncode, told["dry_run"], told["output"]) == (Exit.OK, True, str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []
