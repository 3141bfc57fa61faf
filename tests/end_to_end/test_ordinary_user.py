"""A container started by an ordinary user runs as that user, and what it writes is that user's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = [pytest.mark.engine, pytest.mark.timeout(600)]
UID = 4321


@pytest.fixture
def home(docker: str) -> Iterator[Path]:
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("needs root and setpriv to become somebody else")
    folder = Path(tempfile.mkdtemp(dir="/var/tmp", prefix="yoloport-user-"))
    os.chown(folder, UID, UID)
    yield folder
    shutil.rmtree(folder)


def test_a_container_runs_as_the_uid_that_started_it(home: Path, root: Path, docker: str):
    socket_group = Path("/var/run/docker.sock").stat().st_gid
    become = ["setpriv", f"--reuid={UID}", f"--regid={UID}", f"--groups={socket_group}"]
    environ = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "YOLOPORT_DOCKER": docker,
        "PIP_CERT": os.environ.get("PIP_CERT", ""),
    }
    environ = {k: v for k, v in environ.items() if v}

    def yoloport(*words: str) -> str:
        argv = [*become, str(root / "yoloport"), *words, "--name", "ordinary"]
        done = subprocess.run(argv, env=environ, cwd=home, capture_output=True, text=True, timeout=300)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    if subprocess.run([*become, "test", "-r", str(root / "yoloport")]).returncode:
        pytest.skip(f"uid {UID} may not read {root}")
    try:
        shown = json.loads(yoloport("up", "--engine", "docker", "--json"))
        assert not any("root" in note for note in shown["notes"])
        argv = [
            docker,
            "exec",
            "yoloport-ordinary",
            "sh",
            "-c",
            "id -u; id -un; touch /root/data/runs/made; echo > /etc/x",
        ]
        inside = subprocess.run(argv, capture_output=True, text=True)
        assert inside.stdout.split() == [str(UID), "yolo"]
        assert "Permission denied" in inside.stderr
        made = [home / "yoloport", *(home / "yoloport").rglob("*")]
        assert (home / "yoloport/runs/made").is_file()
        assert {path.lstat().st_uid for path in made} == {UID}
    finally:
        yoloport("down", "--now")
