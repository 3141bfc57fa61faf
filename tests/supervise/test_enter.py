"""A shell, a command or a login sees what kernels see."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.supervise.settings import Settings

SHOW = 'echo "$PWD|$YOLOPORT_STATE|$YOLO_AUTOINSTALL|${JUPYTER_TOKEN-none}"'


@pytest.fixture
def environ(settings: Settings, root: Path, tmp_path: Path) -> dict[str, str]:
    """What a local workspace's processes are started with, and a home whose .bashrc puts another folder first."""
    (tmp_path / ".bashrc").write_text("PATH=/of/the/bashrc:$PATH\n")
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(root / "src"), "YOLOPORT_LOCAL": "1", "HOME": str(tmp_path),
            "YOLOPORT_DATA": str(settings.data), "YOLOPORT_NAME": "line2", "JUPYTER_TOKEN": "x"}  # fmt: skip


def entered(environ: dict[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, "-m", "yoloport.supervise.enter", *command]
    return subprocess.run(argv, env=environ, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def sent(environ: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    """What sshd starts for a command, while a supervisor runs whose image has a vendor's variable."""
    supervisor = subprocess.Popen(["cat"], stdin=subprocess.PIPE, env={**environ, "VENDOR_HOME": "/opt/vendor"})
    try:
        session = {name: environ[name] for name in ("PATH", "PYTHONPATH", "HOME")}
        login = {**session, "YOLOPORT_SUPERVISOR": str(supervisor.pid), "SSH_ORIGINAL_COMMAND": command}
        return entered(login, "--login")
    finally:
        supervisor.communicate()


def expected(settings: Settings) -> str:
    return f"{settings.data}|{settings.state}|False|none\n"


def test_a_command_runs_in_the_data_folder_with_the_workspaces_settings(settings: Settings, environ: dict[str, str]):
    assert entered(environ, "sh", "-c", SHOW).stdout == expected(settings)


def test_a_command_sent_over_ssh_sees_the_same(settings: Settings, environ: dict[str, str]):
    done = sent(environ, SHOW + "; echo $VENDOR_HOME")
    assert (done.stdout, done.stderr) == (expected(settings) + "/opt/vendor\n", "")


def test_the_exit_code_is_the_commands_own(environ: dict[str, str]):
    assert entered(environ, "sh", "-c", "exit 7").returncode == 7


def test_a_command_that_does_not_exist_is_named_as_a_shell_would(environ: dict[str, str]):
    done = entered(environ, "no-such-command")
    assert done.returncode == 127 and done.stderr == "yoloport: no-such-command: No such file or directory\n"
