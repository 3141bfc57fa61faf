"""A container that is looked at from outside: started in the background, asked, stopped, removed whatever happens."""

from __future__ import annotations

import json
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from yoloport.host.engine import Engine
from yoloport.image.trial.problems import WillNotStart
from yoloport.image.trial.subject import Subject

LABEL = "yoloport.test=1"
ANYBODY = 4321
"""A uid that no image has in its passwd."""
LOCKED_DOWN = (
    "--network", "none", "--read-only", "--tmpfs", "/tmp", "--cap-drop", "ALL",  # noqa: S108  the container's own
    "--security-opt", "no-new-privileges", "--user", f"{ANYBODY}:0",
)  # fmt: skip
"""No network, nothing writable but the volume, no privileges, somebody whom the image does not know."""
_PAUSE = 0.2


class Container:
    """A container by its id. Questions to it end after ``seconds``."""

    def __init__(self, client: str, number: str) -> None:
        self._client, self.id = client, number

    def inside(self, *words: str, seconds: float = 60, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a command in it, and give what it said; the code is 124 where it took too long."""
        return self._ask("exec", *(["--interactive"] if stdin else []), self.id, *words, seconds=seconds, stdin=stdin)

    def until(self, words: Sequence[str], seconds: float) -> float | None:
        """Seconds until the command succeeds in it; None where it never did, or the container has ended."""
        begin = time.monotonic()
        while (passed := time.monotonic() - begin) < seconds:
            if self.inside(*words, seconds=10).returncode == 0:
                return round(time.monotonic() - begin, 2)
            if not self.state().get("Running"):
                return None
            time.sleep(_PAUSE)
        return None if passed else 0.0

    def ended(self, seconds: float) -> int | None:
        """Its exit code; None where it still runs after so long."""
        begin = time.monotonic()
        while time.monotonic() - begin < seconds:
            state = self.state()
            if state and not state.get("Running") and state.get("Status") != "created":
                return int(state.get("ExitCode", -1))
            time.sleep(_PAUSE)
        return None

    def state(self) -> dict[str, Any]:
        """``State`` of what the engine tells about it; empty where it has gone."""
        told = self._told()
        state: dict[str, Any] = told.get("State") or {}
        return state

    def published(self, inside: int) -> str:
        """``address:port`` on this machine that leads to a port inside; empty where none does."""
        done = self._ask("port", self.id, f"{inside}/tcp")
        return done.stdout.splitlines()[0].strip() if done.stdout.strip() else ""

    def logs(self) -> str:
        """What it printed, both streams."""
        done = self._ask("logs", self.id)
        return done.stdout + done.stderr

    def stop(self, patience: int) -> int | None:
        """Ask it to stop; its exit code, 137 where the engine had to kill it."""
        self._ask("stop", "--time", str(patience), self.id, seconds=patience + 30)
        return self.ended(5)

    def remove(self) -> None:
        """Away with it, running or not, and with volumes that have no name."""
        self._ask("rm", "--force", "--volumes", self.id)

    def _told(self) -> dict[str, Any]:
        try:
            found: dict[str, Any] = json.loads(self._ask("inspect", self.id).stdout)[0]
        except (ValueError, IndexError):
            return {}
        return found

    def _ask(self, *words: str, seconds: float = 60, stdin: str = "") -> subprocess.CompletedProcess[str]:
        argv = [self._client, *words]
        text: dict[str, Any] = {"capture_output": True, "text": True, "errors": "replace", "check": False}
        try:
            return subprocess.run(argv, input=stdin or None, timeout=seconds, **text)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(argv, 124, "", f"no answer in {seconds:.0f} s")


def start(engine: Engine, subject: Subject, options: Sequence[str], words: Sequence[str] = ()) -> Container:
    """Start a container in the background.

    Raises:
        WillNotStart: the engine refused; its words are in the cause.
    """
    argv = [engine.client, "run", "--detach", "--label", LABEL, "--platform", f"linux/{subject.architecture}"]
    try:
        done = subprocess.run(
            [*argv, *options, subject.reference, *words], capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        raise WillNotStart(subject.reference, f"{engine.name} did not answer in two minutes") from None
    number = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else ""
    if done.returncode:
        if number:
            Container(engine.client, number).remove()
        raise WillNotStart(subject.reference, (done.stderr.strip().splitlines() or ["no words"])[-1])
    return Container(engine.client, number)
