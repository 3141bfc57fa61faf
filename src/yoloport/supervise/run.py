"""Start the servers, watch them, and stop without losing a checkpoint."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType

from yoloport.errors import Problem
from yoloport.supervise import hooks, jupyter, prepare, processes, ssh, tls, trainings
from yoloport.supervise.settings import Settings, children_environment, read

STOP_SECONDS = 300.0
_SSHD_PAUSE = 5.0
_LOOK_SECONDS = 2.0


class Stop:
    """Set by SIGTERM or SIGINT; a second one means: do not wait for a checkpoint."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1


def main() -> int:
    """Run a workspace until it is told to stop, or JupyterLab ends; its exit code is ours."""
    stop = Stop()
    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    os.umask(0o022)
    settings = read(os.environ)
    refused = required(settings, os.environ)
    if refused:
        say(f"not started: {refused.words()}")
        return int(refused.exit)
    try:
        given = hooks.apply(os.environ) if settings.container else os.environ
        environ = children_environment(settings, given, Path(sys.executable))
        lab, sshd = _prepare(settings, environ)
    except (hooks.HookFailed, prepare.NotWritable, ssh.NoSshd, subprocess.CalledProcessError) as error:
        say(f"cannot start: {error}")
        return 1
    return serve(settings, environ, lab, sshd, stop)


def required(settings: Settings, environ: Mapping[str, str]) -> Problem | None:
    """Why this container must not start: an accelerator is required and none was given to it.

    On the machine itself ``yoloport up`` has looked before.
    """
    if not settings.container:
        return None
    from yoloport.inside.requirement.at_start import refusal

    try:
        return refusal(environ)
    except Problem as problem:
        return problem


def _prepare(settings: Settings, environ: Mapping[str, str]) -> tuple[list[str], list[str]]:
    prepare.folders(settings)
    prepare.token(settings)
    prepare.account(settings)
    prepare.notebooks(settings)
    lab = jupyter.write(settings, environ, *tls.provide(settings))
    sshd = ssh.write(settings, environ) if settings.authorized_keys else []
    return lab, sshd


def serve(settings: Settings, environ: Mapping[str, str], lab: list[str], sshd: list[str], stop: Stop) -> int:
    """Keep the servers running. JupyterLab's end is the workspace's end; sshd is started again."""
    logs, home = settings.state / "logs", settings.data
    main_server = processes.start(lab, environ, logs / "jupyter.log", home)
    say(f"JupyterLab starts on {settings.address}:{settings.port}; its log is {logs / 'jupyter.log'}")
    if settings.container:
        say(f"open {_address(settings)}")
    servers = {"JupyterLab": main_server}
    try:
        if sshd:
            servers["sshd"] = processes.start(sshd, environ, logs / "sshd.log", home)
        prepare.ultralytics_settings(settings, environ)  # seconds at the very first start: meanwhile JupyterLab gets up
        watch(settings, environ, servers, sshd, stop)
        if stop.asked:
            wait_for_checkpoints(settings, stop)
        else:
            say(f"JupyterLab ended by itself with {main_server.returncode}; see {logs / 'jupyter.log'}")
    except (OSError, subprocess.CalledProcessError) as error:
        say(f"cannot go on: {error}")
        return 1
    finally:  # whatever happened, nothing of ours is left behind
        processes.end(list(servers.values()))
        say("stopped")
    return 0 if stop.asked else main_server.returncode or 1


def _address(settings: Settings) -> str:
    """How to get in. Whoever started the container by hand has no other place to learn the token from."""
    page = f"http{'s' if settings.tls_names else ''}://127.0.0.1:{settings.port}/lab"
    if settings.by_hand:
        return f"{page}?token={prepare.token(settings)}"
    return f"{page} with the token in {settings.token_file}"


def watch(
    settings: Settings,
    environ: Mapping[str, str],
    servers: dict[str, subprocess.Popen[bytes]],
    sshd: list[str],
    stop: Stop,
) -> None:
    """Until a stop is asked for or JupyterLab ends; sshd is started again after a pause."""
    ended = looked = 0.0
    log = settings.state / "logs/sshd.log"
    while not stop.asked and servers["JupyterLab"].poll() is None:
        time.sleep(0.1)
        now = time.monotonic()
        if now - looked > _LOOK_SECONDS:
            looked = now
            trainings.running(settings.trainings)  # marks those that were killed, so that the host sees it too
        if sshd and servers["sshd"].poll() is not None:
            ended = ended or now
            if now - ended > _SSHD_PAUSE:
                say(f"sshd ended with {servers['sshd'].returncode} and is started again; its log is {log}")
                servers["sshd"], ended = processes.start(sshd, environ, log, settings.data), 0.0


def wait_for_checkpoints(settings: Settings, stop: Stop) -> None:
    """Tell running trainings to stop after the checkpoint of this epoch, and wait for them, at most so long."""
    seconds = _seconds_to_wait(settings.stop_file)
    settings.stop_file.write_text(json.dumps({"wait": seconds}), encoding="utf-8")
    deadline, said = time.monotonic() + seconds, set[str]()
    while running := trainings.running(settings.trainings):
        for training in running:
            if training.folder not in said:
                said.add(training.folder)
                say(f"waiting up to {seconds:.0f} s for {training.folder} to save the checkpoint of its epoch")
        if stop.asked > 1 or time.monotonic() > deadline:
            for training in running:
                say(f"not waiting any longer for {training.folder}; saved so far: {training.checkpoint or 'nothing'}")
            return
        time.sleep(0.1)


def _seconds_to_wait(stop_file: Path) -> float:
    """What ``yoloport down --wait`` left in the stop file, else the default."""
    try:
        return max(0.0, float(json.loads(stop_file.read_text(encoding="utf-8"))["wait"]))
    except (OSError, ValueError, KeyError, TypeError):
        return STOP_SECONDS


def say(words: str) -> None:
    """One line for the log of the workspace."""
    print(f"{time.strftime('%Y-%m-%d %H:%M:%S')} yoloport: {words}", flush=True)
