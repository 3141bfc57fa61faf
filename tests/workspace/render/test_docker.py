"""The engine's exact command as a script."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from workspace.render.cases import FOLDERS, RECORDED
from yoloport.host.engine import Engine
from yoloport.workspace import render_engine
from yoloport.workspace.render_docker import script

DOCKER = Engine("docker", "docker", "", frozenset(), False)


@pytest.mark.parametrize("platform", RECORDED)
def test_the_script_is_exactly_this(platform: str, settled, golden):
    made = settled(platform)
    golden(f"docker-{platform}.sh", script(made.plan, DOCKER, made.told))


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_shell_runs_what_the_engine_would_be_told(folder: Path, settled, tmp_path: Path):
    said = tmp_path / "said"
    for name, body in (("docker", f'printf "%s\\0" "$@" >> {said}; printf "\\n" >> {said}'), ("mkdir", ":")):
        program = tmp_path / name
        program.write_text(f"#!/bin/sh\n{body}\n")
        program.chmod(0o755)
    plan = settled("cambricon", data=folder).plan
    file = tmp_path / "start.sh"
    file.write_text(script(plan, DOCKER, ["told"]), encoding="utf-8")
    environ = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    subprocess.run(["sh", str(file)], check=True, env=environ)
    calls = [line.split("\0")[:-1] for line in said.read_text(encoding="utf-8").splitlines()]
    assert calls == [["rm", "--force", "yoloport-default"], list(render_engine.run(plan, DOCKER)[1:])], json.dumps(
        calls
    )


def test_a_line_break_in_what_is_told_does_not_become_a_command(settled):
    text = script(settled("cpu").plan, DOCKER, ["harmless\nreboot\r\u2028halt"])
    assert all(line.startswith("#") for line in text.splitlines() if "reboot" in line or "halt" in line)
