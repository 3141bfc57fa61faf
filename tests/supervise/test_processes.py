"""Ending a server ends what it started, in whatever session that is."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from yoloport.supervise import processes

GRANDPARENT = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
print(child.pid, flush=True)
time.sleep(60)
"""
STUBBORN = "import signal, time; signal.signal(15, signal.SIG_IGN); print(1, flush=True); time.sleep(60)"


def started(code: str, tmp_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """The process and the number it printed."""
    log = tmp_path / "log"
    child = processes.start([sys.executable, "-c", code], os.environ, log, tmp_path)
    deadline = time.monotonic() + 5
    while not log.read_text().strip() and time.monotonic() < deadline:
        time.sleep(0.01)
    return child, int(log.read_text())


def gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_output_and_errors_are_added_to_the_log_of_a_session_of_its_own(tmp_path: Path):
    log = tmp_path / "log"
    log.write_text("before\n")
    code = "import os, sys; print(os.getcwd(), os.getsid(0) == os.getpid(), flush=True); sys.exit('an error')"
    assert processes.start([sys.executable, "-c", code], os.environ, log, tmp_path).wait(10) == 1
    assert log.read_text() == f"before\n{tmp_path} True\nan error\n"


def test_a_grandchild_in_another_session_ends_with_its_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.5)
    child, grandchild = started(GRANDPARENT, tmp_path)
    processes.end([child])
    assert child.poll() is not None and gone(grandchild)


def test_one_that_ignores_the_signal_is_killed_after_the_grace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(processes, "GRACE_SECONDS", 0.3)
    child, _ = started(STUBBORN, tmp_path)
    began = time.monotonic()
    processes.end([child])
    assert child.returncode == -9 and 0.3 <= time.monotonic() - began < 3


def test_one_that_has_ended_already_is_no_error(tmp_path: Path):
    child = processes.start([sys.executable, "-c", ""], os.environ, tmp_path / "log", tmp_path)
    child.wait()
    processes.end([child])
    processes.end([])
    assert child.returncode == 0
