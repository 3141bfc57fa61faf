"""The supervisor: waits for a checkpoint within a bound, and leaves no server behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.supervise import processes, run, trainings
from yoloport.supervise.run import Stop, wait_for_checkpoints
from yoloport.supervise.settings import Settings
from yoloport.supervise.trainings import Training, started_at


@pytest.fixture
def training(settings: Settings) -> Training:
    """A training of this very process."""
    made = Training("/runs/a", os.getpid(), started_at(os.getpid()), 1, 9, "/runs/a/weights/last.pt")
    trainings.write(settings.trainings, made)
    return made


def leave_word(settings: Settings, wait: object) -> None:
    settings.stop_file.write_text(json.dumps({"wait": wait}))


def elapsed(settings: Settings, stop: Stop) -> float:
    began = time.monotonic()
    wait_for_checkpoints(settings, stop)
    return time.monotonic() - began


def later(seconds: float, call) -> None:
    threading.Timer(seconds, call).start()


def test_without_a_training_nothing_is_waited_for(settings: Settings):
    assert elapsed(settings, Stop()) < 0.1
    assert json.loads(settings.stop_file.read_text()) == {"wait": run.STOP_SECONDS}


def test_waiting_ends_when_the_training_says_it_has_stopped(settings: Settings, training: Training, capsys):
    leave_word(settings, 30)
    later(0.2, lambda: trainings.write(settings.trainings, replace(training, stopped=True)))
    assert 0.1 < elapsed(settings, Stop()) < 5
    said = capsys.readouterr().out
    assert said.count("waiting up to 30 s for /runs/a") == 1 and "not waiting any longer" not in said


def test_waiting_ends_when_the_training_has_come_to_its_end(settings: Settings, training: Training):
    leave_word(settings, 30)
    later(0.2, lambda: trainings.remove(settings.trainings, training.folder))
    assert elapsed(settings, Stop()) < 5


def test_waiting_is_given_up_after_the_bound_with_what_is_saved(settings: Settings, training: Training, capsys):
    leave_word(settings, 0.3)
    assert 0.3 <= elapsed(settings, Stop()) < 2
    assert "not waiting any longer for /runs/a; saved so far: /runs/a/weights/last.pt" in capsys.readouterr().out


def test_a_second_signal_ends_the_waiting(settings: Settings, training: Training):
    leave_word(settings, 30)
    stop = Stop()
    stop(signal.SIGTERM, None)
    later(0.2, lambda: stop(signal.SIGTERM, None))
    assert 0.1 < elapsed(settings, stop) < 5


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"wait": "x"}', '{"wait": null}'])
def test_a_stop_file_that_cannot_be_understood_means_the_usual_time(settings: Settings, content: str):
    settings.stop_file.write_text(content)
    assert run._seconds_to_wait(settings.stop_file) == run.STOP_SECONDS


def test_a_time_below_zero_is_no_time(settings: Settings):
    leave_word(settings, -5)
    assert run._seconds_to_wait(settings.stop_file) == 0.0


@pytest.fixture
def servable(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setattr(run.prepare, "ultralytics_settings", lambda settings, environ: None)
    monkeypatch.setattr(processes, "GRACE_SECONDS", 1.0)
    (settings.state / "logs").mkdir()
    return settings


def test_a_server_that_ends_by_itself_ends_the_workspace_with_its_code(servable: Settings, capsys):
    assert run.serve(servable, os.environ, [sys.executable, "-c", "exit(3)"], [], Stop()) == 3
    assert "JupyterLab ended by itself with 3" in capsys.readouterr().out


def test_a_server_that_ends_well_is_still_not_what_was_asked_for(servable: Settings):
    assert run.serve(servable, os.environ, [sys.executable, "-c", ""], [], Stop()) == 1


SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_stop_ends_both_servers_and_is_a_success(servable: Settings):
    stop = Stop()
    later(0.3, lambda: stop(signal.SIGTERM, None))
    assert run.serve(servable, os.environ, SLEEP, SLEEP, stop) == 0


def test_sshd_is_started_again_after_a_pause(servable: Settings, monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setattr(run, "_SSHD_PAUSE", 0.1)
    stop = Stop()
    later(0.9, lambda: stop(signal.SIGTERM, None))
    run.serve(servable, os.environ, SLEEP, [sys.executable, "-c", "exit(7)"], stop)
    assert "sshd ended with 7 and is started again" in capsys.readouterr().out


def test_a_full_disk_leaves_no_server_behind(servable: Settings, monkeypatch: pytest.MonkeyPatch):
    started = []
    real = processes.start
    monkeypatch.setattr(processes, "start", lambda *a: started.append(real(*a)) or started[-1])

    def full(folder: Path) -> tuple[Training, ...]:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(trainings, "running", full)
    stop = Stop()
    later(0.5, lambda: stop(signal.SIGTERM, None))
    with contextlib.suppress(OSError):
        run.serve(servable, os.environ, SLEEP, [], stop)
    left = [child for child in started if child.poll() is None]
    for child in left:
        child.kill()
        child.wait()
    assert not left


def test_a_data_folder_that_cannot_be_written_is_one_line_in_the_log(monkeypatch: pytest.MonkeyPatch, capsys):
    monkeypatch.setenv("YOLOPORT_LOCAL", "1")
    monkeypatch.setenv("YOLOPORT_DATA", "/proc/yoloport")
    before, mask = [signal.getsignal(n) for n in (signal.SIGTERM, signal.SIGINT)], os.umask(0o022)
    try:
        assert run.main() == 1
    finally:
        os.umask(mask)
        for number, handler in zip((signal.SIGTERM, signal.SIGINT), before, strict=True):
            signal.signal(number, handler)
    assert "cannot start: /proc/yoloport belongs to uid" in capsys.readouterr().out
