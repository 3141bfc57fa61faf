"""Plans of recorded machines, and workspaces whose register and data lie in a folder of the test."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from workspace.recorded import USER, facts, request
from yoloport.supervise.trainings import started_at
from yoloport.workspace import plan
from yoloport.workspace.plan import Plan, User
from yoloport.workspace.register import Record


@pytest.fixture
def planned() -> Callable[..., Plan]:
    """``planned(machine, asked="auto", user=USER, **request)``: the plan on a recorded machine."""

    def build(machine: str, asked: str = "auto", user: User = USER, **given: Any) -> Plan:
        return plan.build(request(**given), *facts(machine, asked), user)

    return build


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Record:
    """A local workspace of this very process, with a token; nothing is registered yet."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Record(
        name="line2", engine="local", client="", platform="cpu", data=str(tmp_path / "data"), port=9, ssh_port=0,
        expose=False, user="lin", python="/nowhere/python", pid=os.getpid(), started=started_at(os.getpid()),
    )  # fmt: skip
    made.state.mkdir(parents=True)
    made.token_file.write_text("right\n")
    return made
