"""A plan as a unit and as a Quadlet: systemd's own reading of it is the engine's command."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from workspace.render.cases import FOLDERS, RECORDED
from yoloport.host.engine import Engine
from yoloport.workspace import render_engine
from yoloport.workspace.plan import STOP_SECONDS
from yoloport.workspace.render_systemd import quadlet, unit, word

DOCKER = Engine("docker", "/usr/bin/docker", "", frozenset(), False)
PODMAN = Engine("podman", "/usr/bin/podman", "", frozenset(), True)


def words(text: str) -> list[str]:
    """A command line as systemd reads it (systemd.syntax(7), systemd.service(5)); only what ``word`` may write."""
    found = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', text)
    read = [re.sub(r"\\(.)", r"\1", quoted) if quoted else plain for quoted, plain in found]
    for one in read:
        assert not re.search(r"%(?!%)", one.replace("%%", "")) and "$" not in one.replace("$$", "")
    return [one.replace("%%", "%").replace("$$", "$") for one in read]


def value(text: str, key: str) -> str:
    joined = text.replace("\\\n", " ")
    return re.search(rf"^{key}=(.*)$", joined, re.MULTILINE)[1]


def command(text: str) -> list[str]:
    return words(value(text, "ExecStart"))


def expected(plan) -> list[str]:
    argv = list(render_engine.run(plan, DOCKER))
    at = argv.index("--restart")
    del argv[at : at + 2]
    argv[argv.index("--detach")] = "--rm"
    return argv


@pytest.mark.parametrize("platform", RECORDED)
def test_the_unit_is_exactly_this(platform: str, settled, golden):
    made = settled(platform)
    golden(f"systemd-{platform}.service", unit(made.plan, DOCKER, made.told))


def test_the_quadlet_is_exactly_this(settled, golden):
    made = settled("cambricon", ssh_key=Path("/home/lin/.ssh/id.pub"))
    golden("quadlet-cambricon.container", quadlet(made.plan, PODMAN, made.told))


@pytest.mark.parametrize("platform", RECORDED)
def test_systemd_runs_the_engines_command_in_the_foreground(platform: str, settled):
    plan = settled(platform).plan
    assert command(unit(plan, DOCKER)) == expected(plan)


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_strange_data_folder_survives(folder: Path, settled):
    plan = settled("cpu", data=folder).plan
    assert command(unit(plan, DOCKER)) == expected(plan)
    mount = re.search(r"^PodmanArgs=--mount (.*)$", quadlet(plan, PODMAN), re.MULTILINE)[1]
    argv = render_engine.run(plan, PODMAN)
    assert words(mount) == [argv[argv.index("--mount") + 1]] and str(folder)[:6] in mount


@pytest.mark.parametrize(
    ("text", "written"),
    [("a", "a"), ("a b", '"a b"'), ("100%", "100%%"), ("$x", "$$x"), ('"', '"\\""'), ("\\", '"\\\\"'), ("", '""'),
     (";", '";"'), ("'", '"\'"')],
)  # fmt: skip
def test_a_word_is_written_so_that_systemd_reads_the_same(text: str, written: str):
    assert word(text) == written


def test_a_stop_waits_longer_than_the_engine_and_the_engine_longer_than_an_epoch(settled):
    text = unit(settled("cpu").plan, DOCKER)
    engine = int(words(value(text, "ExecStop"))[3])
    assert STOP_SECONDS < engine < int(value(text, "TimeoutStopSec"))


def test_a_unit_for_docker_needs_its_daemon_and_one_for_podman_does_not(settled):
    plan = settled("cpu").plan
    assert value(unit(plan, DOCKER), "Requires") == "docker.service"
    assert "docker" not in unit(plan, PODMAN)


def test_every_option_of_the_command_is_in_the_quadlet(settled):
    plan = settled("ascend").plan
    lines = quadlet(plan, PODMAN).splitlines()
    for node, _ in plan.nodes:
        assert f"AddDevice={node}" in lines
    for gid in plan.groups:
        assert f"PodmanArgs=--group-add {gid}" in lines
    for option in plan.options:
        assert f"PodmanArgs={option}" in lines
    assert "DropCapability=ALL" in lines and "PodmanArgs=--userns keep-id" in lines
    assert not any("--detach" in line or "--restart" in line or "--rm" in line for line in lines)


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="systemd-analyze is not here")
@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_systemd_finds_no_fault_in_the_unit(folder: Path, settled, tmp_path: Path):
    engine = replace(DOCKER, client="/bin/true")
    text = unit(settled("ascend", data=folder).plan, engine)
    file = tmp_path / "yoloport-default.service"
    # The daemon's own unit need not be on this machine.
    file.write_text(re.sub(r"^Requires=.*\n", "", text, flags=re.MULTILINE), encoding="utf-8")
    done = subprocess.run(["systemd-analyze", "verify", "--man=no", str(file)], capture_output=True, text=True,
                          check=False)  # fmt: skip
    own = [line for line in done.stderr.splitlines() if "yoloport-default" in line]
    assert own == []
