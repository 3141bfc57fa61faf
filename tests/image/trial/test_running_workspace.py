"""What a running workspace shows is judged, and what it does not show is not taken for good."""

from __future__ import annotations

import subprocess
from typing import Any

import pytest

from image.trial.facts import bench
from yoloport.image.trial import workspace
from yoloport.image.trial.check import Failed

TOKEN = "t" * 43
TABLES = """  sl  local_address rem_address   st
   0: 00000000:22B8 00000000:0000 0A
   1: 00000000:08AE 00000000:0000 0A"""
GOOD = {
    f"cat {workspace.TOKEN}": TOKEN,
    f"stat --format %a {workspace.TOKEN}": "600",
    "ps axwwweo args": "tini -- python -m yoloport.supervise\npython -m jupyterlab --config=x",
    "ps axo uid=": " 1000\n 1000",
    "ps -p 1 -o comm=": "tini",
    "cat /proc/net/tcp /proc/net/tcp6": TABLES,
    f"sh -c cat {workspace.LOGS}/*.log": "[I 2026-11-24 11:06:21.048 ServerApp] jupyterlab | extension was loaded",
}


class Recorded:
    """A container's answers, as the cpu workspace gave them on 2026-11-24; what is not among them fails."""

    def __init__(self, answers: dict[str, str], running: bool = True, code: int = 0) -> None:
        self.answers, self.running, self.code = answers, running, code

    def inside(self, *words: str, **_: Any) -> subprocess.CompletedProcess[str]:
        said = self.answers.get(" ".join(words))
        return subprocess.CompletedProcess(words, 1 if said is None else 0, said or "", "")

    def state(self) -> dict[str, Any]:
        return {"Running": self.running, "ExitCode": 1}

    def logs(self) -> str:
        return f"2026-11-24 11:06:20 yoloport: open http://127.0.0.1:8888/lab?token={TOKEN}"

    def stop(self, _: int) -> int:
        return self.code


def judged(check: Any, running: bool = True, code: int = 0, **changed: str | None) -> Any:
    """A check of the recorded workspace, with other answers to the questions that begin so."""
    answers = {
        question: changed.get(question.split()[0], said) for question, said in GOOD.items()
    }  # a changed None: the program is missing
    made = bench()
    container: Any = Recorded({q: said for q, said in answers.items() if said is not None}, running, code)
    made._containers = {"as typed": container, "locked down": container}
    return check(made)


CHECKS = (
    workspace.keeps_its_token,
    workspace.is_an_ordinary_user,
    workspace.listens_where_it_says,
    workspace.logs_are_clean,
    workspace.stops,
)


@pytest.mark.parametrize("check", CHECKS)
def test_the_recorded_workspace_passes(check):
    assert judged(check)


@pytest.mark.parametrize("check", CHECKS)
def test_a_container_that_has_ended_passes_nothing(check):
    with pytest.raises(Failed, match="it does not run"):
        judged(check, running=False)


@pytest.mark.parametrize(
    ("check", "changed", "why"),
    [
        (workspace.keeps_its_token, {"cat": "short"}, "5 letters"),
        (workspace.keeps_its_token, {"stat": "644"}, "mode 644"),
        (workspace.keeps_its_token, {"ps": f"python -m jupyterlab --token={TOKEN}"}, "shows the token"),
        (workspace.keeps_its_token, {"ps": None}, "cannot be listed"),
        (workspace.is_an_ordinary_user, {"ps": "0\n1000"}, "root's"),
        (workspace.is_an_ordinary_user, {"ps": None}, "cannot be listed"),
        (workspace.listens_where_it_says, {"cat": TABLES + "\n 2: 00000000:270F 00000000:0000 0A"}, "9999"),
        (workspace.listens_where_it_says, {"cat": None}, "nothing listens on 8888"),
        (workspace.logs_are_clean, {"sh": "[W 2026-11-24 11:06 LabApp] no jupyter settings"}, "alarm"),
        (workspace.logs_are_clean, {"sh": None}, "no log"),
    ],
)
def test_a_fault_or_silence_is_told(check, changed: dict[str, str | None], why: str):
    with pytest.raises(Failed, match=why):
        judged(check, **changed)


def test_a_workspace_that_had_to_be_killed_is_told():
    with pytest.raises(Failed, match="137"):
        judged(workspace.stops, code=137)
