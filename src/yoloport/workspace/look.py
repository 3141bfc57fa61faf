"""How a registered workspace is: running, answering, training."""

from __future__ import annotations

from dataclasses import dataclass

from yoloport.errors import Problem
from yoloport.supervise.trainings import Training, recorded, started_at
from yoloport.workspace import answer
from yoloport.workspace.register import Record

_REMEDY = "start the engine again, then type the same command"


@dataclass(frozen=True)
class Status:
    """A workspace now. ``condition``: answering, starting, stopped, or unknown with the reason."""

    record: Record
    condition: str
    address: str
    trainings: tuple[Training, ...]
    resumable: tuple[Training, ...]


def status(record: Record) -> Status:
    """Ask process or container, then the server itself."""
    try:
        alive = lives(record)
    except Problem as problem:
        return Status(record, f"unknown: {problem.cause}", "", (), ())
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
    """Whether its process or container runs.

    Raises:
        EngineProblem: the engine did not say; a silent engine is not a stopped container.
    """
    if record.engine == "local":
        return bool(record.started) and started_at(record.pid) == record.started
    # Imported here: for a local workspace `yoloport status` has no use for them, and its start is what one waits for.
    import subprocess

    from yoloport.host.engine import EngineProblem
    from yoloport.workspace import render_engine

    name = render_engine.container_name(record.name)
    argv = [record.client, "inspect", "--format", "{{.State.Running}}", name]
    try:
        done = subprocess.run(argv, capture_output=True, text=True, check=False, timeout=10)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineProblem(record.engine, f"{record.engine} does not answer: {error}", _REMEDY) from error
    if done.returncode and "no such" not in done.stderr.lower():
        raise EngineProblem(record.engine, f"{record.engine} does not say: {done.stderr.strip()[:200]}", _REMEDY)
    return done.stdout.strip() == "true"
