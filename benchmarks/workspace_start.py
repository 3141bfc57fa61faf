"""How long a warm ``yoloport up --engine local`` takes, against what ``jupyter lab`` itself needs to answer.

    python3 benchmarks/workspace_start.py [--rounds N] [--json FILE]

Both use the same environment. Target: within 1.3 times. A start that first had to renew the environment, because a
source file has changed meanwhile, is not a warm one: its round is taken again.
"""

from __future__ import annotations

import http.client
import json
import os
import secrets
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from interleaved import LAUNCHER, NotComparable, environment, measure, options, report, run

TARGET = 1.3
PATIENCE = 120.0
NAME = "bench"


def free_port() -> int:
    """A port of loopback that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def plain_lab(python: str, environ: Mapping[str, str], folder: Path) -> float:
    """Seconds until ``jupyter lab`` accepts its token at ``/api/status``; the server is ended again."""
    token, port = secrets.token_urlsafe(32), free_port()
    argv = [python, "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={port}"]
    argv += [f"--ServerApp.root_dir={folder}", *(["--allow-root"] if os.geteuid() == 0 else [])]
    state = {f"JUPYTER_{kind}_DIR": str(folder / kind.lower()) for kind in ("CONFIG", "DATA", "RUNTIME")}
    begin = time.perf_counter()
    server = subprocess.Popen(
        argv, env={**environ, **state, "JUPYTER_TOKEN": token}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        while not answers(port, token):
            if server.poll() is not None or time.perf_counter() - begin > PATIENCE:
                raise SystemExit("jupyter lab does not answer")
            time.sleep(0.02)
        return time.perf_counter() - begin
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def answers(port: int, token: str) -> bool:
    """Whether the server's status page answers to this token."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3)
    try:
        connection.request("GET", "/api/status", headers={"Authorization": f"token {token}"})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def workspace(environ: Mapping[str, str]) -> float:
    """Seconds until ``yoloport up`` returns; the workspace is taken down again."""
    argv = [str(LAUNCHER), "up", "--engine", "local", "--name", NAME, "--port", str(free_port())]
    begin = time.perf_counter()
    started = run(argv, environ)
    seconds = time.perf_counter() - begin
    run([str(LAUNCHER), "down", "--name", NAME, "--now"], environ)
    if "yoloport itself" in started.stderr:
        raise NotComparable("the environment had to be renewed")
    return seconds


def environment_python(environ: Mapping[str, str]) -> str:
    """The Python of the workspace's environment, from the register; the environment is made where it is missing."""
    run([str(LAUNCHER), "up", "--engine", "local", "--name", NAME, "--port", str(free_port())], environ)
    record = Path(environ["HOME"]) / f".local/state/yoloport/workspaces/{NAME}.json"
    python = json.loads(record.read_text(encoding="utf-8"))["python"]
    run([str(LAUNCHER), "down", "--name", NAME, "--now"], environ)
    return str(python)


def main() -> None:
    """Time both in turns."""
    given = options("Start of a warm local workspace.", rounds=7, least=5)
    load = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(prefix="yoloport-bench-") as temporary:
        environ = environment(Path(temporary))
        python = environment_python(environ)
        folder = Path(temporary) / "plain"
        folder.mkdir()
        cases = {
            "jupyter lab": lambda: plain_lab(python, environ, folder),
            "yoloport up --engine local": lambda: workspace(environ),
        }
        timings = measure(cases, given.rounds)
    report(timings, {"yoloport up --engine local": TARGET}, load, given.json)


if __name__ == "__main__":
    main()
