"""Container engines: which one answers, and what it can do."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from yoloport.errors import Exit, Problem

NAMES = ("docker", "podman")
"""Engines that start containers."""
MACHINES = {"amd64": "x86_64", "arm64": "aarch64", "loong64": "loongarch64"}
"""What ``uname -m`` says, by an image's architecture."""
Run = Callable[[Sequence[str]], "subprocess.CompletedProcess[str]"]


@dataclass(frozen=True)
class Engine:
    """A container engine that answered."""

    name: str
    client: str
    version: str
    runtimes: frozenset[str]
    rootless: bool
    buildx: bool = True


class EngineProblem(Problem):
    """The engine asked for is missing, silent, or refuses this user."""

    exit = Exit.ENGINE

    def __init__(self, engine: str, cause: str, remedy: str) -> None:
        super().__init__(cause, remedy, "docs/en/engines.md")
        self.engine = engine


class NotThisEngine(EngineProblem):
    """An engine that is not known, or does not do what was asked."""

    exit = Exit.USAGE

    def __init__(self, asked: str, among: Sequence[str]) -> None:
        self.among = tuple(among)
        builds = asked == "buildah"
        cause = "buildah builds images and starts none" if builds else f"no engine is called {asked!r}"
        after = "; podman has what buildah built" if builds else ""
        super().__init__(asked, cause, f"use one of: {', '.join(among)}{after}")


def run_quick(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a question to an engine, at most ten seconds."""
    return subprocess.run(list(argv), capture_output=True, text=True, timeout=10, check=False, errors="replace")


def client_of(name: str) -> str | None:
    """The client program: ``YOLOPORT_DOCKER`` or ``YOLOPORT_PODMAN`` where set, else the first on PATH."""
    return os.environ.get(f"YOLOPORT_{name.upper()}") or shutil.which(name)


def find_any(asked: str) -> Engine:
    """The engine of this name; with ``auto`` the first that answers.

    Raises:
        NotThisEngine: it is none that starts containers.
        EngineProblem: it does not answer; with ``auto`` the first one's problem, where none does.
    """
    if asked != "auto":
        if asked not in NAMES:
            raise NotThisEngine(asked, NAMES)
        return find(asked)
    problems = []
    for name in NAMES:
        try:
            return find(name)
        except EngineProblem as problem:
            problems.append(problem)
    raise problems[0]


def find(name: str, run: Run = run_quick, client: str | None = None) -> Engine:
    """Ask the engine of this name.

    Raises:
        EngineProblem: no client, no answer, or no permission; each with its own remedy.
    """
    program = client or client_of(name)
    if not program:
        raise EngineProblem(name, f"{name} is not installed", f"install {name}, or use --engine local")
    try:
        answer = run([program, "info", "--format", "{{json .}}"])
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineProblem(name, f"{name} is installed and does not answer: {error}", _start(name)) from error
    if answer.returncode:
        raise _refusal(name, program, answer.stderr.strip() or answer.stdout.strip())
    return _parse(name, program, answer.stdout)


def _parse(name: str, program: str, text: str) -> Engine:
    try:
        info = json.loads(text)
        if info.get("ServerErrors"):  # docker prints its client's half and exits 0 in some versions
            raise _refusal(name, program, "; ".join(info["ServerErrors"]))
        # podman also answers behind a `docker` shim
        return _podman(program, info) if "host" in info else _docker(name, program, info)
    except (ValueError, TypeError, AttributeError) as error:
        cause = f"{name} answered something that cannot be understood: {text[:80]!r}"
        raise EngineProblem(name, cause, _start(name)) from error


def _podman(program: str, info: dict[str, Any]) -> Engine:
    security = info["host"].get("security") or {}
    version = (info.get("version") or {}).get("Version", "")
    return Engine("podman", program, version, frozenset(), bool(security.get("rootless")))


def _docker(name: str, program: str, info: dict[str, Any]) -> Engine:
    plugins = {p.get("Name") for p in (info.get("ClientInfo") or {}).get("Plugins") or []}
    options = " ".join(info.get("SecurityOptions") or [])
    runtimes = frozenset(info.get("Runtimes") or {})
    return Engine(name, program, info.get("ServerVersion", ""), runtimes, "rootless" in options, "buildx" in plugins)


def _refusal(name: str, program: str, words: str) -> EngineProblem:
    low = words.lower()
    if "permission denied" in low:
        return EngineProblem(
            name,
            f"{name} is running and this user may not use its socket",
            "sudo usermod -aG docker $USER, then log in again; or use --engine local",
        )
    if "cannot connect" in low or "is the docker daemon running" in low or "connection refused" in low:
        return EngineProblem(name, f"{name} is installed and its daemon does not answer", _start(name))
    return EngineProblem(name, f"{program} info failed: {words[:300]}", "use --engine local, or repair the engine")


def _start(name: str) -> str:
    if name == "docker":
        return "start it (sudo systemctl start docker), or use --engine local"
    return "see podman info, or use --engine local"


def has_image(engine: Engine, image: str, run: Run = run_quick) -> bool:
    """Whether the image is in the engine's own store; nothing is pulled.

    Raises:
        EngineProblem: the engine did not answer in time.
    """
    try:
        return run([engine.client, "image", "inspect", "--format", "{{.Id}}", image]).returncode == 0
    except (OSError, subprocess.TimeoutExpired) as error:
        raise EngineProblem(engine.name, f"{engine.name} does not answer: {error}", _start(engine.name)) from error
