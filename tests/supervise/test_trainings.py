"""Records of trainings: what a stop has to wait for, and what can be resumed."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from yoloport.supervise.trainings import Training, recorded, remove, running, started_at, write

HERE = Training("/data/runs/train", os.getpid(), started_at(os.getpid()), 3, 50, "/data/runs/train/weights/last.pt")
DEAD = replace(HERE, folder="/data/runs/dead", started=1.5)


@examples(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(run=st.text(min_size=1), checkpoint=st.text(), epoch=st.integers(0, 10**6), started=st.floats(0, 1e12))
def test_what_is_written_is_read_again_to_the_last_digit(tmp_path: Path, run, checkpoint, epoch, started):
    training = Training(run, 7, started, epoch, epoch + 1, checkpoint)
    write(tmp_path, training)
    assert training in recorded(tmp_path)
    remove(tmp_path, run)
    assert training not in recorded(tmp_path)


def test_a_run_has_one_record_which_is_updated(tmp_path: Path):
    write(tmp_path, HERE)
    write(tmp_path, replace(HERE, epoch=4))
    assert recorded(tmp_path) == (replace(HERE, epoch=4),)
    assert not list(tmp_path.glob("*.part"))


def test_a_training_whose_process_is_gone_is_marked_as_stopped_on_the_way(tmp_path: Path):
    for training in (HERE, DEAD):
        write(tmp_path, training)
    assert running(tmp_path) == (HERE,)
    assert set(recorded(tmp_path)) == {HERE, replace(DEAD, stopped=True)}


def test_a_stopped_one_is_recorded_and_does_not_run(tmp_path: Path):
    write(tmp_path, replace(HERE, stopped=True))
    assert running(tmp_path) == () and recorded(tmp_path) != ()


@pytest.mark.parametrize("content", [b"", b'{"folder": "/d', b"[]", b"null", b"\xff", b'{"folder": "a"}', b'{"x": 1}'])
def test_a_file_that_cannot_be_understood_is_left_out(tmp_path: Path, content: bytes):
    write(tmp_path, HERE)
    (tmp_path / "00000000.json").write_bytes(content)
    assert recorded(tmp_path) == (HERE,)


def test_no_folder_means_no_trainings_and_removing_twice_is_no_error(tmp_path: Path):
    assert recorded(tmp_path / "missing") == () == running(tmp_path / "missing")
    remove(tmp_path, "never")


def ticks(start: str) -> int:
    return int(start.split(":")[1])


def test_the_start_time_of_a_process_stays_the_same():
    first = started_at(os.getpid())
    assert first and started_at(os.getpid()) == first


def test_a_process_started_later_has_a_later_start_and_none_once_it_is_a_zombie():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert ticks(started_at(child.pid)) > ticks(started_at(os.getpid()))
    child.stdin.close()
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert started_at(child.pid) == ""
    child.wait()
    assert started_at(child.pid) == ""


def test_a_name_with_brackets_and_spaces_does_not_move_the_fields(tmp_path: Path):
    program = tmp_path / "a) R 1 (b"
    program.symlink_to(sys.executable)
    with subprocess.Popen([program, "-c", "input()"], stdin=subprocess.PIPE) as child:
        assert ticks(started_at(child.pid)) >= ticks(started_at(os.getpid()))
        child.stdin.close()


def test_another_boot_gives_another_start_time(monkeypatch: pytest.MonkeyPatch):
    now, real = started_at(os.getpid()), Path.read_text

    def after_a_restart(self: Path, *arguments: object, **named: object) -> str:
        return "another\n" if self.name == "boot_id" else real(self, *arguments, **named)

    monkeypatch.setattr(Path, "read_text", after_a_restart)
    assert started_at(os.getpid()) != now


def test_a_clock_that_is_set_does_not_change_a_start_time(monkeypatch: pytest.MonkeyPatch):
    now, real = started_at(os.getpid()), Path.read_text

    def an_hour_later(self: Path, *arguments: object, **named: object) -> str:
        text = real(self, *arguments, **named)
        if self == Path("/proc/stat"):  # the kernel computes btime from the wall clock
            boot = trainings_boot(text)
            text = text.replace(f"btime {boot}", f"btime {boot + 3600}")
        return text

    monkeypatch.setattr(Path, "read_text", an_hour_later)
    assert started_at(os.getpid()) == now


def trainings_boot(text: str) -> int:
    return int(next(line for line in text.splitlines() if line.startswith("btime ")).split()[1])
