"""A workspace as a user meets it, once as processes of this user and once in a container."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from end_to_end.conftest import Account

pytestmark = [pytest.mark.browser, pytest.mark.timeout(1800)]
PICTURES = Path(os.environ.get("YOLOPORT_PICTURES", "/nonexistent"))


@dataclass(frozen=True)
class Workspace:
    """A workspace that is up, and whose it is."""

    account: Account
    engine: str
    data: Path
    key: Path
    shown: dict[str, Any]

    @property
    def state(self) -> Path:
        return self.data / ".yoloport/test"

    @property
    def base(self) -> str:
        return str(self.shown["address"]).split("/lab")[0]

    def ssh(self, key: Path, *options: str) -> subprocess.CompletedProcess[str]:
        """Log in and print who and where."""
        user = subprocess.run(["id", "-un"], capture_output=True, text=True, check=True).stdout.strip()
        argv = [
            "ssh",
            "-p",
            str(self.shown["ssh_port"]),
            "-i",
            str(key),
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "BatchMode=yes",
        ]
        argv += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", *options]
        command = "echo $YOLOPORT_DATA; python -c 'import ultralytics; print(ultralytics.__version__)'"
        return subprocess.run([*argv, f"{user}@127.0.0.1", command], capture_output=True, text=True, timeout=120)


def make_key(folder: Path, name: str) -> Path:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    return folder / name


@pytest.fixture(scope="module", params=["local", "docker"])
def workspace(request: pytest.FixtureRequest, account: Account) -> Iterator[Workspace]:
    engine = request.param
    if engine == "docker":
        request.getfixturevalue("docker")
    if not Path("/usr/sbin/sshd").is_file():
        pytest.skip("no sshd: apt-get install openssh-server")
    key = make_key(account.home, f"key-{engine}")
    data = account.home / f"data {engine}"
    options = ["--name", "test", "--engine", engine, "--data", str(data), "--ssh-key", f"{key}.pub"]
    shown = account.json("up", *options)
    yield Workspace(account, engine, data, key, shown)
    subprocess.run([account.root / "yoloport", "down", "--name", "test", "--now"], env=account.environ(), check=False)


def test_up_answers_and_says_which_platform_it_chose_and_why(workspace: Workspace):
    shown = workspace.shown
    assert shown["condition"] == "answering" and shown["engine"] == workspace.engine
    assert shown["platform"] == "cpu" and "no accelerator" in shown["platform_reason"]


def test_a_wrong_token_and_none_are_refused_and_the_right_one_opens_the_lab(workspace: Workspace, chromium: Any):
    from end_to_end.browser import Lab

    lab = Lab(chromium)
    try:
        assert lab.refused(workspace.base, "")
        assert lab.refused(workspace.base, "x" * 43)
        lab.open(workspace.base, workspace.shown["token"])
        assert lab.has_card("TensorBoard")
        _keep(lab, f"lab-{workspace.engine}.png")
    finally:
        lab.close()


def test_the_tutorial_runs_to_its_end_and_shows_a_picture_with_boxes(workspace: Workspace, chromium: Any):
    from end_to_end.browser import Lab

    language = {"local": "en", "docker": "zh"}[workspace.engine]
    lab = Lab(chromium)
    try:
        lab.open(workspace.base, workspace.shown["token"])
        lab.run_notebook(f"notebooks/helmet.{language}.ipynb", timeout=900)
        text, pictures = lab.output_text(), lab.pictures_in_output()
        found = re.search(r"^(\d+) boxes: \[(.+)\]", text, re.MULTILINE)
        assert found and int(found[1]) > 0, f"no box was found:\n{text[-3000:]}"
        # Two scenes, the curves, and the picture that show() puts into the cell: as large as the scene itself.
        assert len(pictures) == 4
        assert (pictures[3].width, pictures[3].height) == (640, 480) and pictures[3].shown_width > 100
        _keep(lab, f"notebook-{workspace.engine}.png", picture=3)
    finally:
        lab.close()
    assert (workspace.data / "runs/helmet/weights/best.onnx").is_file()


def test_tensorboard_serves_the_training_behind_the_same_token(workspace: Workspace):
    import urllib.request

    address = f"{workspace.base}/tensorboard/data/environment"
    with urllib.request.urlopen(address, timeout=60) as reply:
        assert "/login?" in reply.url
    allowed = urllib.request.Request(address, headers={"Authorization": f"token {workspace.shown['token']}"})
    with urllib.request.urlopen(allowed, timeout=120) as reply:
        assert reply.status == 200 and b"runs" in reply.read()


def test_ssh_lets_the_key_in_and_nobody_else(workspace: Workspace):
    entered = workspace.ssh(workspace.key)
    inside = "/data" if workspace.engine == "docker" else str(workspace.data)
    said = entered.stdout.splitlines()
    assert (said[0], said[-1]) == (inside, "8.4.190"), entered.stderr
    stranger = make_key(workspace.account.home, f"stranger-{workspace.engine}")
    assert "Permission denied" in workspace.ssh(stranger).stderr
    assert "Permission denied" in workspace.ssh(stranger, "-o", "PreferredAuthentications=password").stderr


def test_the_token_is_in_no_command_line_and_in_a_file_for_its_owner_only(workspace: Workspace):
    token = workspace.shown["token"]
    assert len(token) == 43
    assert token not in subprocess.run(["ps", "axwww", "-o", "args"], capture_output=True, text=True).stdout
    file = workspace.state / "token"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(workspace.state.parent.stat().st_mode) == 0o700


def test_it_listens_on_loopback_and_on_the_ports_asked_for_only(workspace: Workspace):
    import psutil

    ports = {workspace.shown["port"], workspace.shown["ssh_port"]}
    listening = {c.laddr for c in psutil.net_connections("tcp") if c.status == "LISTEN"}
    assert {a.ip for a in listening if a.port in ports} == {"127.0.0.1"}
    if workspace.engine == "docker":
        argv = [os.environ["YOLOPORT_DOCKER"], "port", "yoloport-test"]
        published = subprocess.run(argv, capture_output=True, text=True, check=True).stdout
        assert {int(line.rsplit(":", 1)[1]) for line in published.splitlines()} == ports


def test_files_on_the_host_belong_to_the_caller(workspace: Workspace):
    workspace.account.yoloport("shell", "--name", "test", "--", "touch", "made-inside")
    assert (workspace.data / "made-inside").stat().st_uid == os.getuid()


def test_ultralytics_own_settings_point_into_the_data_folder(workspace: Workspace):
    show = "from ultralytics import settings as s; print(s['datasets_dir'], s['weights_dir'], s['runs_dir'], sep='|')"
    shown = workspace.account.yoloport("shell", "--name", "test", "--", "python", "-c", show).stdout
    folders = shown.splitlines()[-1].split("|")
    assert folders == [str(_inside(workspace, workspace.data / name)) for name in ("datasets", "weights", "runs")]


def test_selftest_inside_leaves_evidence_in_the_data_folder(workspace: Workspace):
    begin = time.monotonic()
    workspace.account.yoloport("shell", "--name", "test", "--", "yoloport", "selftest", "--platform", "cpu")
    assert time.monotonic() - begin < 600
    (file,) = (workspace.data / "evidence").glob("evidence-cpu-*.json")
    evidence = json.loads(file.read_text())
    assert {check["passed"] for check in evidence["checks"]} == {True}
    assert {cell["capability"]: cell["rung"] for cell in evidence["ladder"]}["train"] == 4


def test_a_container_has_the_data_at_root_data_too_and_is_healthy(workspace: Workspace):
    if workspace.engine != "docker":
        pytest.skip("only containers have these")
    workspace.account.yoloport("shell", "--name", "test", "--", "test", "-f", "/root/data/made-inside")
    argv = [
        os.environ["YOLOPORT_DOCKER"],
        "inspect",
        "-f",
        "{{.State.Health.Status}} {{.HostConfig.Privileged}}",
        "yoloport-test",
    ]
    deadline = time.monotonic() + 60
    while (said := subprocess.run(argv, capture_output=True, text=True).stdout.split()) != ["healthy", "false"]:
        assert time.monotonic() < deadline, said
        time.sleep(0.5)


def test_a_second_up_of_the_same_name_is_refused_and_harms_nothing(workspace: Workspace):
    refused = workspace.account.json("up", "--name", "test", "--engine", workspace.engine, expect=33)
    assert refused["problem"] == "NameTaken"
    assert workspace.account.json("status", "--name", "test")["workspaces"][0]["condition"] == "answering"


def test_a_port_that_is_taken_is_named_with_its_owner_and_the_next_free_one(workspace: Workspace):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        options = ["--name", "other", "--engine", workspace.engine, "--port", str(port)]
        refused = workspace.account.json("up", *options, expect=30)
    assert str(os.getpid()) in refused["owner"] and refused["free"] > port


def test_down_during_training_leaves_a_checkpoint_that_resumes(workspace: Workspace):
    account, name = workspace.account, ("--name", "test")
    script = workspace.data / "train.py"
    script.write_text(TRAIN)
    training = subprocess.Popen(
        [account.root / "yoloport", "shell", *name, "--", "python", str(_inside(workspace, script))],
        env=account.environ(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    deadline = time.monotonic() + 240
    while not any(t["epoch"] >= 1 for t in account.json("status", *name)["workspaces"][0]["trainings"]):
        assert time.monotonic() < deadline and training.poll() is None, training.communicate(timeout=60)[0][-3000:]
        time.sleep(0.3)
    stopped = account.json("down", *name)["resumable"]
    said = training.communicate(timeout=60)[0]
    assert "is going down after epoch" in said, said[-2000:]
    assert len(stopped) == 1 and stopped[0]["stopped"] and 1 <= stopped[0]["epoch"] < 12

    options = ["--engine", workspace.engine, "--data", str(workspace.data), "--ssh-key", f"{workspace.key}.pub"]
    again = account.json("up", *name, *options)
    assert again["token"] == workspace.shown["token"] and again["port"] == workspace.shown["port"]
    assert [t["checkpoint"] for t in again["resumable"]] == [stopped[0]["checkpoint"]]
    resumed = account.yoloport("shell", *name, "--", "yolo", "train", "resume", f"model={stopped[0]['checkpoint']}")
    words = resumed.stdout + resumed.stderr
    assert f"from epoch {stopped[0]['epoch'] + 1} to 12" in words, words[-3000:]
    assert account.json("status", *name)["workspaces"][0]["resumable"] == []


TRAIN = """
import os
from pathlib import Path
from ultralytics import YOLO
from yoloport.datasets.helmet_scenes import write_dataset
data = Path(os.environ["YOLOPORT_DATA"])
dataset = write_dataset(data / "datasets" / "few", train=24, val=4)
settings = {"imgsz": 96, "epochs": 12, "batch": 4, "workers": 0}
YOLO("yolov8n.yaml").train(data=str(dataset), project=str(data / "runs"), name="stopped", **settings)
"""


def _inside(workspace: Workspace, file: Path) -> Path:
    return Path("/data") / file.relative_to(workspace.data) if workspace.engine == "docker" else file


def _keep(lab: Any, name: str, picture: int | None = None) -> None:
    """Leave a screenshot where YOLOPORT_PICTURES says, for people who want to look."""
    if PICTURES.is_dir():
        lab.screenshot(PICTURES / name, picture=picture)


def test_a_power_loss_is_seen_and_up_brings_the_same_workspace_back(workspace: Workspace):
    account, name = workspace.account, ("--name", "test")
    if workspace.engine == "docker":
        subprocess.run([os.environ["YOLOPORT_DOCKER"], "kill", "yoloport-test"], check=True, capture_output=True)
    else:
        import psutil

        record = json.loads((account.home / ".local/state/yoloport/workspaces/test.json").read_text())
        family = [psutil.Process(record["pid"]), *psutil.Process(record["pid"]).children(recursive=True)]
        for process in family:
            process.kill()
        psutil.wait_procs(family, timeout=20)
    assert account.json("status", *name)["workspaces"][0]["condition"] == "stopped"
    again = account.json("up", *name, "--engine", workspace.engine, "--data", str(workspace.data))
    assert (again["condition"], again["token"]) == ("answering", workspace.shown["token"])


def test_the_command_that_dry_run_prints_works_when_pasted(workspace: Workspace):
    account, pasted = workspace.account, workspace.data.with_name("pasted here")
    options = ["--name", "pasted", "--engine", workspace.engine, "--data", str(pasted), "--dry-run"]
    command = account.json("up", *options)["command"]
    # A session of its own: the shell's end is not the end of what it started.
    argv = ["/bin/sh", "-c", command]
    started = subprocess.Popen(
        argv, cwd=account.home, stdout=subprocess.PIPE, env=account.environ(), start_new_session=True
    )
    try:
        port = int(re.search(r"(?:127\.0\.0\.1:|YOLOPORT_PORT=)(\d+)", command)[1])  # type: ignore[index]
        deadline = time.monotonic() + 120
        while not _answers(port):
            assert time.monotonic() < deadline
            time.sleep(0.3)
        assert (pasted / ".yoloport/pasted/token").is_file()
    finally:
        with contextlib.suppress(ProcessLookupError):  # `docker run --detach` has ended long ago
            os.killpg(started.pid, signal.SIGTERM)
        if workspace.engine == "docker":
            subprocess.run([os.environ["YOLOPORT_DOCKER"], "rm", "-f", "yoloport-pasted"], capture_output=True)
        started.wait(timeout=60)


def _answers(port: int) -> bool:
    import urllib.request

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False


def test_after_the_last_down_nothing_of_it_runs(workspace: Workspace):
    workspace.account.yoloport("down", "--name", "test")
    left = subprocess.run(["ps", "axwww", "-o", "args"], capture_output=True, text=True).stdout
    assert str(workspace.data) not in left
    assert workspace.account.json("status")["workspaces"] == []
    assert (workspace.state / "token").is_file() and shutil.disk_usage(workspace.data)
