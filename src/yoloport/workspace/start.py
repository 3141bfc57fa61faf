"""Start a planned workspace, wait until it truly answers, and register it."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.host.engine import Engine
from yoloport.supervise.settings import private_folder
from yoloport.supervise.trainings import started_at
from yoloport.workspace import answer, register, render_engine
from yoloport.workspace.plan import Plan
from yoloport.workspace.register import Record

ANSWER_SECONDS = 180.0


class NotAnswering(Problem):
    """It was started and does not answer; what it said last is in the message, and it was ended again."""

    exit = Exit.NOT_ANSWERING

    def __init__(self, name: str, why: str, log: str) -> None:
        super().__init__(
            f"workspace {name!r} {why}; its log ends with:\n{log}", "read the log above", "docs/en/workspace.md"
        )
        self.name = name


class EngineRefused(Problem):
    """The engine did not start the container."""

    exit = Exit.ENGINE

    def __init__(self, engine: Engine, words: str) -> None:
        super().__init__(f"{engine.name} did not start the container: {words}", _hint(words), "docs/en/engines.md")
        self.engine = engine.name


@dataclass(frozen=True)
class Running:
    """How to ask a started workspace whether it still runs, for its log, and to end it."""

    record: Record
    lives: Callable[[], bool]
    log: Callable[[], str]
    end: Callable[[], None]


def local(plan: Plan, record: Record, argv: tuple[str, ...], environ: Mapping[str, str]) -> Running:
    """Start the supervisor as a process of its own session."""
    logs = private_folder(plan.data, plan.name) / "logs"
    logs.mkdir(mode=0o700, exist_ok=True)
    file = logs / "workspace.log"
    begin = file.stat().st_size if file.exists() else 0
    with file.open("ab") as out:
        process = subprocess.Popen(
            argv, env=dict(environ), cwd=plan.data, stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT,
            start_new_session=True,
        )  # fmt: skip
    named = Record(**{**vars(record), "pid": process.pid, "started": started_at(process.pid)})
    return Running(named, lambda: process.poll() is None, lambda: _tail(file, begin), lambda: _end_process(process))


def container(plan: Plan, record: Record, engine: Engine) -> Running:
    """Run the container.

    Raises:
        EngineRefused: with the engine's own words and what usually helps.
    """
    name = render_engine.container_name(plan.name)
    subprocess.run([engine.client, "rm", "--force", name], capture_output=True, check=False)  # one that has stopped
    made = subprocess.run(render_engine.run(plan, engine), capture_output=True, text=True, check=False)
    if made.returncode:
        subprocess.run([engine.client, "rm", "--force", name], capture_output=True, check=False)
        raise EngineRefused(engine, made.stderr.strip())

    def ask(*argv: str) -> str:
        done = subprocess.run([engine.client, *argv], capture_output=True, text=True, check=False, errors="replace")
        return done.stdout + done.stderr

    return Running(
        record,
        lambda: ask("inspect", "--format", "{{.State.Running}} {{.RestartCount}}", name).split()[:2] == ["true", "0"],
        lambda: ask("logs", "--tail", "20", name),
        lambda: remove(ask, name),
    )


def remove(ask: Callable[..., str], name: str) -> None:
    """Remove the container, running or not."""
    ask("rm", "--force", name)


def wait(running: Running, seconds: float = ANSWER_SECONDS) -> None:
    """Until the server accepts the token, and sshd greets where there is one; an interrupt ends what was started.

    Raises:
        NotAnswering: it ended or took too long; it is ended and forgotten.
    """
    register.save(running.record)
    try:
        _wait(running, seconds)
    except KeyboardInterrupt:
        running.end()
        register.forget(running.record.name)
        raise


def _wait(running: Running, seconds: float) -> None:
    deadline, checked = time.monotonic() + seconds, 0.0
    while not (answer.answers(running.record) and answer.logins_answer(running.record)):
        now = time.monotonic()
        if now - checked > 0.5:  # asking an engine costs more than asking the port
            checked = now
            if not running.lives():
                _give_up(running, "ended before it answered")
        if now > deadline:
            _give_up(running, f"does not answer after {seconds:.0f} s")
        time.sleep(0.05)


def _give_up(running: Running, why: str) -> None:
    log = running.log()
    running.end()
    register.forget(running.record.name)
    raise NotAnswering(running.record.name, why, log)


def _end_process(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        process.kill()


def _tail(file: Path, begin: int) -> str:
    with file.open("rb") as log:
        log.seek(max(begin, os.fstat(log.fileno()).st_size - 4000))
        words = log.read().decode(errors="replace").strip()
    servers = [own for name in ("jupyter.log", "sshd.log") if (own := file.with_name(name)).is_file()]
    return "\n".join([words, *(line for own in servers for line in own.read_text(errors="replace").splitlines()[-12:])])


def _hint(words: str) -> str:
    low = words.lower()
    if "port is already allocated" in low or "address already in use" in low:
        return "use another port: --port N"
    if "could not select device driver" in low or "unknown runtime" in low:
        return "install the vendor's container toolkit, or use --engine local"
    if "error gathering device information" in low:
        return "a device node is missing: is the driver loaded? or go on without the card: --platform cpu"
    if "operation not permitted" in low:
        return "the engine may not do this here (a container in a container?): use --engine local"
    return "correct what it says, or use --engine local"
