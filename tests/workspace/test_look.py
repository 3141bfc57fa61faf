"""How a workspace is: a pid counts only together with its start time."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.host.engine import EngineProblem
from yoloport.supervise import trainings
from yoloport.supervise.trainings import Training, started_at
from yoloport.workspace import answer, look
from yoloport.workspace.register import Record


@pytest.fixture
def silent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "answers", lambda record: False)


def test_a_live_process_whose_server_is_silent_is_starting(record: Record, silent: None):
    status = look.status(record)
    assert (status.condition, status.address) == ("starting", "")


def test_a_live_process_whose_server_takes_the_token_is_answering(record: Record, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(answer, "answers", lambda record: True)
    status = look.status(record)
    assert (status.condition, status.address) == ("answering", "http://127.0.0.1:9/lab?token=right")


def test_a_process_that_has_ended_is_stopped_also_before_its_parent_has_noticed(record: Record, silent: None):
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    ours = replace(record, pid=child.pid, started=started_at(child.pid))
    assert look.lives(ours) is True
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # a zombie now
    assert look.status(ours).condition == "stopped"
    child.wait()
    assert look.lives(ours) is False


def test_a_pid_that_is_used_again_is_not_ours(record: Record):
    assert look.lives(replace(record, started=record.started + "0")) is False


def test_a_record_without_a_pid_does_not_live(record: Record):
    assert look.lives(replace(record, pid=0, started="")) is False
    assert look.lives(replace(record, pid=2**22 + 1, started="")) is False


def remember(record: Record, run: str, **given: object) -> Training:
    training = Training(**{"folder": run, "pid": record.pid, "started": record.started, "epoch": 2, "epochs": 9,
                           "checkpoint": f"{run}/weights/last.pt", **given})  # fmt: skip
    trainings.write(record.state / "trainings", training)
    return training


def test_trainings_run_while_the_workspace_does_and_can_be_resumed_after(record: Record, silent: None):
    runs, left = remember(record, "/runs/a"), remember(record, "/runs/b", stopped=True)
    remember(record, "/runs/c", stopped=True, checkpoint="")
    assert look.status(record).trainings == (runs,)
    assert look.status(record).resumable == (left,)
    dead = look.status(replace(record, started="gone"))
    assert (dead.trainings, {t.folder for t in dead.resumable}) == ((), {"/runs/a", "/runs/b"})


def client(tmp_path: Path, script: str) -> str:
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return str(program)


@pytest.mark.parametrize(
    ("script", "alive"),
    [("echo true", True), ("echo false", False), ('echo "Error: No such object: x" >&2; exit 1', False)],
)
def test_a_container_lives_when_its_engine_says_so(record: Record, tmp_path: Path, script: str, alive: bool):
    assert look.lives(replace(record, engine="docker", client=client(tmp_path, script))) is alive


def test_a_client_that_is_gone_cannot_say_that_a_container_runs(record: Record):
    with pytest.raises(EngineProblem):
        look.lives(replace(record, engine="docker", client="/nowhere/docker"))
