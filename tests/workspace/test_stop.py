"""Going down: a word to the trainings, a bounded wait, then the end; the data stays."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.errors import Problem
from yoloport.supervise import trainings
from yoloport.supervise.trainings import Training, started_at
from yoloport.workspace import register, stop
from yoloport.workspace.register import Record

OBEYS = "import signal, time; signal.signal(15, lambda *a: exit(0)); print(flush=True); time.sleep(60)"
IGNORES = "import signal, time; signal.signal(15, signal.SIG_IGN); print(flush=True); time.sleep(60)"
Started = Callable[[str], tuple[Record, "subprocess.Popen[str]"]]


@pytest.fixture
def started(record: Record) -> Iterator[Started]:
    """Start a process as a registered workspace; somebody else waits for it, as init does for a real one."""
    children: list[subprocess.Popen[str]] = []

    def start(code: str) -> tuple[Record, subprocess.Popen[str]]:
        child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        children.append(child)
        child.stdout.readline()
        ours = replace(record, pid=child.pid, started=started_at(child.pid))
        register.save(ours)
        threading.Thread(target=child.wait, daemon=True).start()
        return ours, child

    yield start
    for child in children:
        child.kill()
        child.wait()
        child.stdout.close()


def test_the_workspace_gets_a_signal_and_the_word_how_long_to_wait(started: Started):
    ours, child = started(OBEYS)
    assert stop.stop(ours, wait=7, report=print) == ()
    assert child.wait(2) == 0
    assert json.loads((ours.state / "stop").read_text()) == {"wait": 7}
    assert register.find(ours.name) is None and ours.token_file.is_file()


def test_one_that_ignores_the_signal_is_killed_after_the_bound_and_not_before(started, monkeypatch):
    monkeypatch.setattr(stop, "_ENDING_SECONDS", 0.3)
    ours, child = started(IGNORES)
    began = time.monotonic()
    stop.stop(ours, wait=0.2, report=print)
    assert 0.5 <= time.monotonic() - began < 5
    assert started_at(child.pid) == "" and register.find(ours.name) is None


def test_a_training_that_did_not_come_to_its_end_is_handed_back_for_resuming(started: Started):
    ours, _ = started(OBEYS)
    running = Training("/runs/a", ours.pid, ours.started, 1, 9, "/runs/a/weights/last.pt")
    trainings.write(ours.state / "trainings", running)
    trainings.write(ours.state / "trainings", replace(running, folder="/runs/old", stopped=True))
    said: list[str] = []
    assert stop.stop(ours, wait=1, report=said.append) == (running,)
    assert set(said) <= {"/runs/a: waiting for the checkpoint of epoch 2 of 9"}


def test_a_workspace_that_is_dead_already_is_only_forgotten(record: Record):
    dead = replace(record, started=1.0)
    register.save(dead)
    assert stop.stop(dead, wait=60, report=print) == ()
    assert register.find(record.name) is None and not (record.state / "stop").exists()


def test_a_workspace_whose_data_folder_is_gone_can_be_stopped(started: Started, tmp_path: Path):
    ours, child = started(OBEYS)
    Path(ours.data).rename(tmp_path / "moved")
    stop.stop(ours, wait=0, report=print)
    assert child.wait(2) == 0


def engine(tmp_path: Path, inspect: str) -> tuple[str, Path]:
    """A client that writes down what it is asked; ``inspect`` is its answer to that question."""
    log, program = tmp_path / "asked", tmp_path / "docker"
    program.write_text(f'#!/bin/sh\necho "$*" >>{log}\ncase $1 in inspect) {inspect};; esac\n')
    program.chmod(0o755)
    return str(program), log


def test_a_container_is_stopped_with_time_for_its_checkpoint_and_then_removed(record: Record, tmp_path: Path):
    program, log = engine(tmp_path, f"grep -q ^stop {tmp_path}/asked && echo false || echo true")
    ours = replace(record, engine="docker", client=program)
    register.save(ours)
    stop.stop(ours, wait=100, report=print)
    asked = log.read_text().splitlines()
    assert "stop --time 145 yoloport-line2" in asked
    assert asked[-1] == "rm --force yoloport-line2" and register.find("line2") is None


def test_an_engine_that_does_not_stop_its_container_is_a_problem_and_the_record_stays(record, tmp_path, monkeypatch):
    monkeypatch.setattr(stop, "_ENDING_SECONDS", 0.1)
    program, _ = engine(tmp_path, "echo true")
    ours = replace(record, engine="docker", client=program)
    register.save(ours)
    with pytest.raises(stop.StillRunning) as caught:
        stop.stop(ours, wait=0, report=print)
    assert "--name line2" in caught.value.remedy and register.find("line2") == ours


def test_an_engine_that_does_not_answer_does_not_make_a_container_forgotten(record: Record, tmp_path: Path):
    program, _ = engine(tmp_path, "echo Cannot connect to the Docker daemon >&2; exit 1")
    ours = replace(record, engine="docker", client=program)
    register.save(ours)
    with contextlib.suppress(Problem):
        stop.stop(ours, wait=0, report=print)
    assert register.find("line2") == ours
