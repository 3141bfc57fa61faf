"""From what the user typed to a plan that can be started: facts are gathered, decisions taken, nothing is changed."""

from __future__ import annotations

import os
import pwd
import re
from dataclasses import dataclass
from pathlib import Path

from yoloport.environment import prepare
from yoloport.errors import Exit, Problem
from yoloport.host import engine as engines
from yoloport.host import machine, names, ports
from yoloport.host.engine import Engine, EngineProblem
from yoloport.host.facts import Host
from yoloport.platforms import choose, load
from yoloport.workspace import answer, architecture, checks, look, plan, register
from yoloport.workspace.plan import Plan, Request, User

DEFAULT_PORT = 8888
DEFAULT_SSH_PORT = 2222


@dataclass(frozen=True)
class Wanted:
    """The options of ``up``, as typed."""

    platform: str
    engine: str
    data: Path
    name: str
    port: int | None
    devices: str
    ssh_key: Path | None
    ssh_port: int | None
    expose: bool
    tls_cert: Path | None
    tls_key: Path | None
    sources: prepare.Sources


@dataclass(frozen=True)
class Arranged:
    """Everything decided. ``engine`` is None for a local workspace, which then has ``prepared``."""

    plan: Plan
    request: Request
    choice: choose.Choice
    engine: Engine | None
    engine_reason: str
    prepared: prepare.Prepared | None
    notes: tuple[str, ...]


class NoImage(Problem):
    """An engine was asked for by name, and it lacks the image."""

    exit = Exit.NO_IMAGE

    def __init__(self, engine: str, image: str, platform: str) -> None:
        super().__init__(
            f"{engine} has no image {image}",
            f"build it: yoloport image build {platform}; or leave the engine away: --engine local",
            "docs/en/images.md",
        )
        self.image = image


def choose_platform(asked: str) -> tuple[choose.Choice, Host]:
    """The platform for this machine, and the facts it was chosen by."""
    if asked != "auto":
        load.load(asked)  # an unknown name is told before anything is probed
    platforms = load.load_all()
    host = machine.probe(sought=load.sought(platforms))
    return choose.choose(platforms, host, asked), host


def arrange(wanted: Wanted) -> Arranged:
    """Decide everything about a workspace.

    Raises:
        any Problem of what is asked: names, ports, keys, platform, cards, engine, image, versions, the data folder.
    """
    _require_not_running(checks.name(wanted.name))
    if wanted.ssh_key:
        checks.public_key(wanted.ssh_key)
    checks.certificate(wanted.tls_cert, wanted.tls_key, wanted.expose)
    choice, host = choose_platform(wanted.platform)
    devices = _devices(wanted.devices)
    engine, reason = choose_engine(wanted.engine, choice.platform.name)
    request, notes = _request(wanted, devices)
    user = caller()
    if engine and (emulated := architecture.note(engine, plan.image_name(choice.platform.name), host.architecture)):
        notes += (emulated,)
    notes += _told(choice, user)
    made = plan.build(request, choice, host, user)
    prepared = None if engine else prepare.look(choice.platform, host, wanted.sources)
    return Arranged(made, request, choice, engine, reason, prepared, notes)


def _told(choice: choose.Choice, user: User) -> tuple[str, ...]:
    """What the user has to know before it starts: a chip that torch does not reach would be a quiet fallback."""
    found = []
    if choice.platform.kind == "inference":
        note = choice.platform.torch.note or {"en": "torch computes on the processor"}
        found.append(f"{choice.platform.title['en']}: {note['en']}")
    if user.uid == 0:
        found.append("you are root, so the workspace runs as root; as an ordinary user it is safer")
    return tuple(found)


def choose_engine(asked: str, platform: str) -> tuple[Engine | None, str]:
    """The engine to use, or None for local processes, and why.

    Raises:
        EngineProblem, NoImage: an engine asked for by name is not usable; with ``auto`` that is a reason for local.
    """
    if asked == "local":
        return None, "asked for by name"
    image = plan.image_name(platform)
    if asked != "auto":
        engine = engines.find(asked)
        if not engines.has_image(engine, image):
            raise NoImage(asked, image, platform)
        return engine, "asked for by name"
    why = []
    for name in engines.NAMES:
        try:
            engine = engines.find(name)
            there = engines.has_image(engine, image)
        except EngineProblem as problem:
            why.append(problem.cause)
            continue
        if there:
            return engine, f"{name} {engine.version} answers and has {image}"
        why.append(f"{name} has no image {image} (yoloport image build {platform} makes it)")
    return None, "; ".join(why)


def caller() -> User:
    """Who runs this; a name that a container can use."""
    uid, gid = os.getuid(), os.getgid()
    try:
        name = pwd.getpwuid(uid).pw_name
    except KeyError:
        name = "yolo"
    return User(uid, gid, name if re.fullmatch(r"[a-z_][a-z0-9_-]{0,30}", name) else "yolo")


class BadDevices(Problem):
    """``--devices`` is a list of numbers."""

    exit = Exit.USAGE

    def __init__(self, text: str) -> None:
        super().__init__(
            f"--devices {text!r} is not a list of card numbers", "such as: --devices 0,1", "docs/en/platforms.md"
        )


def _devices(text: str) -> tuple[int, ...]:
    if not text:
        return ()
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise BadDevices(text)
    return tuple(dict.fromkeys(int(part) for part in parts))


def _require_not_running(name: str) -> None:
    record = register.find(name)
    if record and look.lives(record):
        raise checks.NameTaken(record, answer.address(record, answer.token(record)))


def _request(wanted: Wanted, devices: tuple[int, ...]) -> tuple[Request, tuple[str, ...]]:
    address = "0.0.0.0" if wanted.expose else "127.0.0.1"  # noqa: S104  asked for by --expose, then with TLS
    before = register.find(wanted.name) or register.last(wanted.name)
    port, note = _port(wanted.port, before.port if before else DEFAULT_PORT, address, "--port")
    notes, ssh_port = [note], 0
    if wanted.ssh_key:
        if wanted.ssh_port == port:
            raise ports.BadPort(port, "JupyterLab and SSH cannot share a port")
        usual = (before.ssh_port if before else 0) or DEFAULT_SSH_PORT
        ssh_port, note = _port(wanted.ssh_port, usual, address, "--ssh-port", not_this=port)
        notes.append(note)
    request = Request(
        name=wanted.name,
        data=wanted.data,
        port=port,
        ssh_port=ssh_port,
        devices=devices,
        ssh_key=wanted.ssh_key,
        expose=wanted.expose,
        tls_cert=wanted.tls_cert,
        tls_key=wanted.tls_key,
        tls_names=names.reachable_as() if wanted.expose else (),
    )
    return request, tuple(note for note in notes if note)


def _port(asked: int | None, usual: int, address: str, option: str, not_this: int = 0) -> tuple[int, str]:
    """The port asked for, or an error; with none asked for, the usual one or the next free, which is then said."""
    if asked is not None:
        return ports.require(asked, address, option), ""
    if usual != not_this and ports.is_free(usual, address):
        return usual, ""
    free = ports.next_free(max(usual, not_this), address)
    by = ports.owner(usual)
    if free is None:
        raise ports.PortTaken(usual, by, None, option)
    return free, f"port {usual} is taken{f' by {by}' if by else ''}: using {free} ({option} N names another)"
