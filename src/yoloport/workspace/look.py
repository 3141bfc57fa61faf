"""How a registered workspace is: running, answering, training."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass

from yoloport.supervise.trainings import Training, recorded, started_at
from yoloport.workspace import answer, render_engine
from yoloport.workspace.register import Record


@dataclass(frozen=True)
class Status:
    """A workspace now. ``condition``: answering, starting, or stopped."""

    record: Record
    condition: str
    address: str
    trainings: tuple[Training, ...]
    resumable: tuple[Training, ...]


def status(record: Record) -> Status:
    """Ask process or container, then the server itself."""
    alive = lives(record)
    answering = alive and answer.answers(record)
    condition = "answering" if answering else "starting" if alive else "stopped"
    known = recorded(record.state / "trainings")
    return Status(
        record,
        condition,
        answer.address(record, answer.token(record)) if answering else "",
        tuple(t for t in known if alive and not t.stopped),
        tuple(t for t in known if t.checkpoint and (t.stopped or not alive)),
    )


def lives(record: Record) -> bool:
    """Whether its process or container runs."""
    if record.engine == "local":
        return record.pid > 0 and started_at(record.pid) == record.started
    name = render_engine.container_name(record.name)
    argv = [record.client, "inspect", "--format", "{{.State.Running}}", name]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.stdout.strip() == "true"
