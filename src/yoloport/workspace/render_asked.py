"""From the options of ``yoloport render`` to a plan: for this machine, a recorded one, or one that is only named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.host import folders, names, ports
from yoloport.platforms.choose import NoCards, WrongArchitecture
from yoloport.workspace import arrange, checks, render_scene
from yoloport.workspace.plan import Plan, Request, User
from yoloport.workspace.render_scene import IMAGE_USER, Scene

ELSEWHERE = Path("/srv/yoloport")
"""The data folder on a machine whose users and homes are not known."""
_LARGEST_ID = 2**32 - 2


@dataclass(frozen=True)
class Asked:
    """The options, as typed."""

    platform: str = "auto"
    snapshot: Path | None = None
    cards: int | None = None
    devices: str = ""
    data: Path | None = None
    name: str = "default"
    port: int = arrange.DEFAULT_PORT
    ssh_key: Path | None = None
    ssh_port: int = arrange.DEFAULT_SSH_PORT
    expose: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    image: str = ""
    user: str = ""


@dataclass(frozen=True)
class Settled:
    """A plan, what it stands on, and what has to be told with it, as lines for a comment."""

    plan: Plan
    scene: Scene
    facts: tuple[str, ...]
    """Where the facts are from."""

    @property
    def about_cards(self) -> tuple[str, ...]:
        """The facts, and what they leave open about nodes and files."""
        return (*self.facts, *render_scene.about_nodes(self.scene, self.plan))

    @property
    def told(self) -> tuple[str, ...]:
        """Everything."""
        return (*self.about_cards, *render_scene.about_user(self.scene, self.plan))


class BadUser(Problem):
    """``--user`` is two numbers."""

    exit = Exit.USAGE

    def __init__(self, text: str, why: str = "is no UID:GID") -> None:
        super().__init__(f"--user {text!r} {why}", "two numbers, such as: --user 1000:1000", "docs/en/render.md")
        self.text = text


class CannotWrite(Problem):
    """The file for the rendered text cannot be written."""

    exit = Exit.USAGE

    def __init__(self, file: Path, why: str) -> None:
        super().__init__(f"{file} cannot be written: {why}", "name another: --output FILE", "docs/en/render.md")
        self.file = file


class CardsOfWhat(Problem):
    """A number of cards without a platform that they are of."""

    exit = Exit.USAGE

    def __init__(self, cards: int) -> None:
        super().__init__(
            f"--cards {cards} is for another machine, and it is not said which kind",
            "add --platform NAME or --snapshot FILE; for cards of this machine: --devices 0,1",
            "docs/en/render.md",
        )
        self.cards = cards


def settle(asked: Asked, scene: Scene | None = None) -> Settled:
    """Decide everything about a rendered workspace; only files are read.

    Args:
        scene: where it is known already.

    Raises:
        any Problem of what is asked: names, ports, keys, platform, cards, image, user, paths.
    """
    checks.name(asked.name)
    scene, notes = (scene, ()) if scene else _scene(asked)
    user = _user(asked.user, scene)
    made = render_scene.planned(scene, _request(asked, scene), user, asked.image)
    facts = f"Rendered from the facts of {scene.source}."
    return Settled(made, scene, (facts, *notes))


def for_a_cluster(
    platform: str, snapshot: Path | None, cards: int | None, name: str, image: str, user: str
) -> tuple[Settled, int]:
    """The same for Kubernetes, and how many cards to ask for: a platform that is named is that of its nodes.

    Raises:
        BadUser: root, which a Pod without privileges is not.
        and those of :func:`settle`.
    """
    asked = Asked(platform, snapshot, cards, name=name, image=image, user=user or "1000:1000")
    scene = None
    if snapshot is None:
        scene = render_scene.of_this_machine("auto") if platform == "auto" else None
        scene = scene or render_scene.of_catalogue(platform, cards)
    made = settle(asked, scene)
    if made.plan.user.uid == 0:
        raise BadUser(user, "is root, and a Pod without privileges is not")
    return made, _count(cards, made)


def _count(cards: int | None, made: Settled) -> int:
    there = len(made.scene.choice.cards)
    if cards is not None and made.scene.known == "host":
        render_scene.require_cards(cards, made.plan.platform, there)
    return cards or 1


def public_key(file: Path) -> str:
    """The text of a public key.

    Raises:
        BadKeyFile: it is none.
    """
    checks.public_key(file.expanduser())
    return file.expanduser().read_text(encoding="utf-8", errors="replace")


def _scene(asked: Asked) -> tuple[Scene, tuple[str, ...]]:
    if asked.snapshot:
        return render_scene.of_snapshot(asked.snapshot.expanduser(), asked.platform, asked.cards), ()
    if asked.platform == "auto":
        if asked.cards is not None:
            raise CardsOfWhat(asked.cards)
        return render_scene.of_this_machine("auto"), ()
    if asked.cards is not None:
        return render_scene.of_catalogue(asked.platform, asked.cards), ()
    try:
        return render_scene.of_this_machine(asked.platform), ()
    except (NoCards, WrongArchitecture):
        # Named, and not here: then another machine is meant, and the text says so.
        scene = render_scene.of_catalogue(asked.platform, None)
        return scene, ("For another machine: this one is not of that platform.",)


def _user(text: str, scene: Scene) -> User:
    if not text:
        return arrange.caller() if scene.known == "host" else IMAGE_USER
    found = re.fullmatch(r"([0-9]{1,10}):([0-9]{1,10})", text)
    if not found or max(map(int, found.groups())) > _LARGEST_ID:
        raise BadUser(text)
    uid, gid = int(found[1]), int(found[2])
    return User(uid, gid, "root" if uid == 0 else IMAGE_USER.name)


def _request(asked: Asked, scene: Scene) -> Request:
    here = scene.known == "host"
    files = [_path(path, here) for path in (asked.ssh_key, asked.tls_cert, asked.tls_key)]
    if here and files[0]:
        checks.public_key(files[0])
    _require_certificate(asked, files, here)
    _require_ports(asked)
    return Request(
        name=asked.name,
        data=_path(asked.data, here) or (folders.data().resolve() if here else ELSEWHERE),
        port=asked.port,
        ssh_port=asked.ssh_port if asked.ssh_key else 0,
        devices=_devices(asked.devices),
        ssh_key=files[0],
        expose=asked.expose,
        tls_cert=files[1],
        tls_key=files[2],
        tls_names=names.reachable_as() if asked.expose and here else (),
    )


def _devices(text: str) -> tuple[int, ...]:
    """As ``up`` reads the option."""
    parts = [part.strip() for part in text.split(",")] if text else []
    if not all(part.isascii() and part.isdigit() for part in parts):
        raise arrange.BadDevices(text)
    return tuple(dict.fromkeys(int(part) for part in parts))


def _path(path: Path | None, here: bool) -> Path | None:
    return path.expanduser().resolve() if path and here else path


def _require_certificate(asked: Asked, files: list[Path | None], here: bool) -> None:
    if here:
        checks.certificate(files[1], files[2], asked.expose)
    elif (files[1] is None) != (files[2] is None) or (files[1] and not asked.expose):
        raise checks.BadCertificate("a certificate comes with its key, and with --expose")


def _require_ports(asked: Asked) -> None:
    for port in (asked.port, *([asked.ssh_port] if asked.ssh_key else [])):
        if not 1 <= port <= 65535:
            raise ports.BadPort(port, "it is no port number")
    if asked.ssh_key and asked.port == asked.ssh_port:
        raise ports.BadPort(asked.port, "JupyterLab and SSH cannot share a port")
