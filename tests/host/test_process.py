"""A job that is left in the middle leaves nothing running, not even what it started itself."""

from __future__ import annotations

import time

import psutil
import pytest

from yoloport.host.process import ahead, following

PARENT = "sleep 60 & echo $!; wait"
STUBBORN = "trap '' TERM; sleep 60 & echo $!; wait; wait"


def left(script: str) -> int:
    """Start the script, leave it as Ctrl-C does, and return the number of the process that it had started."""
    with pytest.raises(KeyboardInterrupt), following(["sh", "-c", script]) as process:
        child = int(process.stdout.readline())
        assert psutil.pid_exists(child)
        raise KeyboardInterrupt
    assert process.returncode is not None
    return child


def gone(pid: int) -> bool:
    """A signal is on its way when kill returns: the process gets a moment to act on it."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def test_an_interrupt_ends_the_job_and_its_children():
    assert gone(left(PARENT))


def test_a_job_that_ignores_the_signal_is_killed_after_a_while(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("yoloport.host.process._GRACE_SECONDS", 0.5)
    assert gone(left(STUBBORN))


def test_a_job_that_ends_by_itself_gives_its_output_and_its_code():
    with following(["sh", "-c", "echo out; echo error >&2; exit 3"]) as process:
        assert sorted(process.stdout) == ["error\n", "out\n"]
        assert process.wait() == 3


def test_the_environment_is_the_one_given():
    with following(["sh", "-c", "echo $WORD"], {"WORD": "given", "PATH": "/usr/bin:/bin"}) as process:
        assert process.stdout.read() == "given\n"


def test_a_question_asked_ahead_gives_its_answer_as_often_as_it_is_asked_for():
    answer = ahead(lambda: 7)
    assert (answer(), answer()) == (7, 7)


def test_a_question_asked_ahead_raises_where_its_answer_is_taken():
    answer = ahead(lambda: int("no number"))
    with pytest.raises(ValueError, match="no number"):
        answer()
