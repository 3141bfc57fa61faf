"""Wrong input ends the demo within a second, with a cause, a remedy and the exit code of the enum."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import namedtuple
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.inside.demo import out_folder
from yoloport.inside.demo.command import Interrupted, main, request_of
from yoloport.inside.demo.training import Position

Usage = namedtuple("Usage", ["total", "used", "free"])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--epochs", "0"], "'0' is not a number of epochs"),
        (["--epochs", "-3"], "'-3' is not a number of epochs"),
        (["--epochs", "many"], "'many' is not a number of epochs"),
        (["--epochs", "1000000"], "not a number of epochs"),
        (["--device", "../etc"], "is not a device"),
        (["--device", "0,"], "is not a device"),
        (["--data", "a.yaml", "--scenes", "b"], "with --data none are"),
        (["--no-such-option"], "unrecognized arguments"),
    ],
)
def test_a_wrong_option_is_named(arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        request_of(arguments)
    assert ended.value.code == Exit.USAGE
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("device", ["cpu", "0", "0,1", "npu", "npu:0", "npu:0,1", "cuda:1", "mps"])
def test_devices_in_ultralytics_words_pass(device: str) -> None:
    assert request_of(["--device", device])[0].device == device


def test_the_command_in_the_report_is_the_one_that_was_asked_for() -> None:
    request, _ = request_of(["--data", "my set.yaml", "--epochs", "3", "--device", "npu:0"])
    assert request.command() == "./yoloport demo --data 'my set.yaml' --epochs 3 --out yoloport-demo --device npu:0"


def test_scenes_are_drawn_where_the_workspace_keeps_datasets(tmp_path: Path) -> None:
    request, _ = request_of(["--out", str(tmp_path)])
    assert request.scenes_folder({"YOLOPORT_DATA": "/data"}) == Path("/data/datasets/helmet-scenes")
    assert request.scenes_folder({}) == tmp_path / "helmet-scenes"


def test_missing_weights_are_a_problem_before_anything_is_made(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(["--weights", str(tmp_path / "none.pt"), "--out", str(tmp_path / "out")])
    told = capsys.readouterr().err
    assert code == Exit.BAD_WEIGHTS
    assert "there is no such file" in told
    assert "remedy: " in told
    assert not (tmp_path / "out").exists()


def test_a_problem_is_json_where_that_was_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--data", str(tmp_path / "none.yaml"), "--out", str(tmp_path / "out"), "--json"])
    fields = json.loads(capsys.readouterr().out)
    assert (code, fields["exit"], fields["problem"]) == (Exit.BAD_DATASET, 50, "BadDataset")
    assert fields["faults"][0]["what"] == "there is no such file"


def test_an_unknown_platform_is_refused_before_training(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--platform", "abacus", "--out", str(tmp_path / "out")]) == Exit.NO_PLATFORM
    assert "abacus" in capsys.readouterr().err


def test_an_out_folder_that_is_a_file_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "out").write_text("keep me")
    assert main(["--out", str(tmp_path / "out")]) == Exit.DATA_FOLDER
    assert "is a file" in capsys.readouterr().err
    assert (tmp_path / "out").read_text() == "keep me"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_out_folder_that_cannot_be_written_into_is_refused(tmp_path: Path) -> None:
    tmp_path.chmod(0o555)
    assert main(["--out", str(tmp_path / "out")]) == Exit.DATA_FOLDER


def test_an_out_folder_below_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert main(["--out", str(tmp_path / "file" / "out")]) == Exit.DATA_FOLDER


def test_a_nearly_full_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(out_folder.shutil, "disk_usage", lambda _: Usage(10**10, 10**10, 499_000_000))
    assert main(["--out", str(tmp_path)]) == Exit.DISK_FULL
    assert "499 MB are free" in capsys.readouterr().err


def test_wrong_input_is_told_without_importing_torch(tmp_path: Path) -> None:
    program = (
        "import sys; from yoloport.inside.demo.command import main; "
        f"code = main(['--data', '{tmp_path / 'none.yaml'}']); "
        "assert not {'torch', 'ultralytics', 'cv2', 'numpy'} & set(sys.modules), 'a heavy import'; sys.exit(code)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ended.returncode == Exit.BAD_DATASET, ended.stderr


def test_an_interrupt_before_training_says_that_nothing_was_saved() -> None:
    assert "before an epoch was saved" in Interrupted(Position()).cause


def test_an_interrupt_during_training_says_how_to_go_on(tmp_path: Path) -> None:
    last = tmp_path / "weights" / "last.pt"
    last.parent.mkdir()
    assert Interrupted(Position(tmp_path)).checkpoint is None
    last.write_bytes(b"x")
    problem = Interrupted(Position(tmp_path))
    assert f"yolo detect train resume=True model={last}" in problem.remedy
    assert problem.fields()["checkpoint"] == str(last)
    assert problem.exit == 130


def test_an_interrupt_after_training_does_not_offer_to_go_on(tmp_path: Path) -> None:
    assert "resume" not in Interrupted(Position(tmp_path, trained=True)).remedy


@pytest.mark.torch
def test_ctrl_c_in_training_ends_with_130_names_the_checkpoint_and_leaves_no_report(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    from yoloport.datasets.helmet_scenes import write_dataset

    data = write_dataset(tmp_path / "scenes", train=4, val=2, size=(128, 96))
    out = tmp_path / "out"
    command = [sys.executable, "-m", "yoloport.inside.demo", "--data", str(data), "--out", str(out), "--epochs", "500"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    saved = out / "runs" / "train" / "weights" / "last.pt"
    end = time.monotonic() + 300
    while not saved.is_file() and process.poll() is None and time.monotonic() < end:
        time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    told = process.communicate(timeout=60)[1]
    assert process.returncode == Exit.INTERRUPTED, told
    assert f"model={saved}" in told
    assert not list(out.glob("report*"))
