"""``yoloport predict`` from the shell's side. The model behind it is a double; the rest is the real thing."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import cv2
import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from runtime.doubles import RUNNING, Facts, Told, head
from runtime.sources.rtsp_server import RtspCamera
from yoloport.cli import predict
from yoloport.errors import Exit
from yoloport.runtime import model as models


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """Two pictures, and a model that finds a helmet in each of them."""
    session = Told(lambda batch: (head([(32, 32, 16, 8, 0.9, 0.1), (10, 10, 8, 8, 0.1, 0.3)]),))

    def load(artifact, *, conf, iou, **asked):
        if asked != {"mode": "latency", "device": "auto", "precision": "fp32"}:
            raise models.BadChoice("asked", sorted(asked.values()), "what this double was told")
        return models.Model(session, Facts(), models.Choice(conf=conf, iou=iou))

    monkeypatch.setattr(models, "load", load)
    for name in ("a.png", "b.png"):
        (tmp_path / name).write_bytes(cv2.imencode(".png", np.zeros((64, 64, 3), np.uint8))[1].tobytes())
    return tmp_path


def run(*arguments: object):
    app = typer.Typer()
    app.command()(predict.command)
    return CliRunner().invoke(app, ["model.onnx", *map(str, arguments)])


def test_a_line_for_each_picture(folder):
    done = run(folder)
    assert done.exit_code == 0, done.output
    assert done.stdout.splitlines() == [f"{folder}/{name}: 1 helmet, 1 head" for name in ("a.png", "b.png")]


def test_what_it_runs_on_is_told_beside_the_results(folder):
    assert "model.onnx: double 1 on cpu, fp32" in run(folder).stderr.replace("\n", "")
    last = json.loads(run(folder, "--json").stdout.splitlines()[-1])
    assert last["running"] == {**asdict(RUNNING), "shapes": []} and last["seconds"] >= 0


def test_device_precision_and_mode_reach_the_engine(folder):
    done = run(folder, "--device", "vulkan:0", "--precision", "fp16", "--mode", "throughput")
    assert done.exit_code == Exit.USAGE and "['fp16', 'throughput', 'vulkan:0']" in done.stderr.replace("\n", "")


def test_several_pictures_may_be_named_as_a_shell_expands_them(folder):
    done = run(folder / "b.png", folder / "a.png", folder / "none.png")
    assert [line.partition(":")[0] for line in done.stdout.splitlines()] == [f"{folder}/b.png", f"{folder}/a.png"]
    assert "none.png: no such file" in done.stderr.replace("\n", "")


def test_classes_by_number_or_name_and_a_threshold(folder):
    assert run(folder / "a.png", "--classes", "head").stdout.endswith(": 1 head\n")
    assert run(folder / "a.png", "--classes", "0, head").stdout.endswith(": 1 helmet, 1 head\n")
    assert run(folder / "a.png", "--conf", 0.5).stdout.endswith(": 1 helmet\n")
    for wrong in ("hat", "9"):
        refused = run(folder / "a.png", "--classes", wrong)
        assert refused.exit_code == Exit.USAGE and "helmet" in refused.stderr


def test_json_is_a_line_for_each_picture_and_one_at_the_end(folder):
    (folder / "c.png").write_bytes(b"")
    lines = [json.loads(line) for line in run(folder, "--json", "--save", folder / "out").stdout.splitlines()]
    assert [Path(line["path"]).name for line in lines[:-1]] == ["a.png", "b.png"]
    assert lines[0]["detections"][0]["name"] == "helmet" and Path(lines[0]["saved"]).is_file()
    assert (lines[-1]["ok"], lines[-1]["pictures"], lines[-1]["broken_count"]) == (True, 2, 1)
    assert lines[-1]["broken"] == [{"path": str(folder / "c.png"), "why": "the file is empty"}]


def test_broken_pictures_are_named_at_the_end(folder):
    (folder / "c.png").write_bytes(b"")
    done = run(folder)
    assert done.exit_code == 0 and f"not read: {folder}/c.png: the file is empty" in done.stderr.replace("\n", "")


def test_nothing_that_can_be_read_is_a_problem(folder):
    (folder / "x").mkdir()
    for name in ("1.png", "2.png"):
        (folder / "x" / name).write_bytes(b"")
    done = run(folder / "x")
    assert done.exit_code == Exit.BAD_DATASET and "not one picture" in done.stderr
    assert run(folder / "none").exit_code == Exit.BAD_DATASET


def test_speed_is_shown_when_asked_for(folder):
    assert "2 pictures in" in run(folder, "--show-speed").stdout


def test_an_interrupt_keeps_the_annotated_video_playable(folder, monkeypatch):
    writer = cv2.VideoWriter(str(folder / "v.avi"), cv2.VideoWriter_fourcc(*"MJPG"), 12.0, (64, 64))
    for _ in range(10):
        writer.write(np.zeros((64, 64, 3), np.uint8))
    writer.release()
    said = predict._line

    def interrupted(result, *rest):
        if result.frame == 6:
            raise KeyboardInterrupt
        return said(result, *rest)

    monkeypatch.setattr(predict, "_line", interrupted)
    done = run(folder / "v.avi", "--save", folder / "out")
    assert done.exit_code == Exit.INTERRUPTED and done.stdout.count("frame") == 6
    capture, count = cv2.VideoCapture(str(folder / "out/v.mp4")), 0
    while capture.read()[0]:
        count += 1
    assert count == 7


def test_a_stream_is_looked_at_until_it_is_lost_and_the_last_line_tells_its_gaps(folder):
    with RtspCamera([(40, 0.0), (40, 0.0)]) as camera:
        done = run(camera.address, "--json", "--retries", 1)
    *each, last = map(json.loads, done.stdout.splitlines())
    assert {tuple(line["shape"]) for line in each} == {(48, 64)} and each[0]["detections"][0]["name"] == "helmet"
    assert [line["frame"] for line in each] == sorted({line["frame"] for line in each}) and each[-1]["frame"] == 79
    assert done.exit_code == last["exit"] == Exit.NETWORK and last["problem"] == "StreamLost" and not last["ok"]
    assert last["pictures"] == len(each) and [gap["after"] for gap in last["gaps"]] == [40]
    assert "secret" not in done.output


def test_the_help_has_two_examples():
    text = run("--help").stdout
    assert text.count("yoloport predict ") == 2
