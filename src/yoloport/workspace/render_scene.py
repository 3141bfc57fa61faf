"""What a rendered text stands on: this machine, a recorded one, or the catalogue alone; and what that leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from yoloport.errors import Exit, Problem
from yoloport.host import machine, recorded
from yoloport.host.facts import Host, Node
from yoloport.platforms import load
from yoloport.platforms.choose import Choice, choose
from yoloport.platforms.schema import Platform
from yoloport.workspace import checks, plan
from yoloport.workspace.plan import Plan, Request, User

IMAGE_USER = User(1000, 1000, "yolo")
"""Who the image's own user is: for a machine whose users are not known."""
MOST_CARDS = 1024


@dataclass(frozen=True)
class Scene:
    """A machine to render for. ``known`` says where the facts are from."""

    choice: Choice
    host: Host
    known: Literal["host", "snapshot", "catalogue"]
    source: str


class CannotHave(Problem):
    """More cards than there are, or cards where there are none."""

    exit = Exit.NO_DEVICE

    def __init__(self, asked: int, platform: str, why: str) -> None:
        super().__init__(
            f"--cards {asked} is not possible on platform {platform!r}: {why}",
            "ask for fewer, or leave --cards away",
            "docs/en/render.md",
        )
        self.asked, self.platform = asked, platform


class NoImageKnown(Problem):
    """No image can be built for the platform, and none was named."""

    exit = Exit.NO_IMAGE

    def __init__(self, platform: str) -> None:
        super().__init__(
            f"there is no image for platform {platform!r}: nothing is known that one could be built on",
            "name an image of your own: --image REF",
            "docs/en/images.md",
        )
        self.platform = platform


class BadImageName(Problem):
    """What was given as an image is none."""

    exit = Exit.USAGE

    def __init__(self, image: str) -> None:
        super().__init__(
            f"{image!r} cannot be the name of an image",
            "such as: --image registry.example/ai/yolov8:1.0",
            "docs/en/render.md",
        )
        self.image = image


class NotAPathThere(Problem):
    """A path of another machine that is relative to here."""

    exit = Exit.USAGE

    def __init__(self, path: Path, option: str) -> None:
        super().__init__(
            f"{option} {path} is a path of another machine and does not begin with /",
            f"name it as it is there: {option} /srv/yoloport",
            "docs/en/render.md",
        )
        self.path = path


def of_this_machine(asked: str) -> Scene:
    """The machine that this runs on, as ``up`` sees it.

    Raises:
        any Problem of the choice: unknown platform, no such card, wrong architecture.
    """
    if asked != "auto":
        load.load(asked)  # an unknown name is told before anything is probed
    platforms = load.load_all()
    host = machine.probe(sought=load.sought(platforms))
    return Scene(choose(platforms, host, asked), host, "host", "this machine")


def of_snapshot(file: Path, asked: str, cards: int | None) -> Scene:
    """The machine that a snapshot of ``yoloport doctor --snapshot`` shows; with ``cards`` its first ones.

    Raises:
        CannotHave: it has fewer cards.
        BadSnapshot: the file is none.
    """
    if asked != "auto":
        load.load(asked)
    platforms = load.load_all()
    host = machine.probe(recorded.load(file), load.sought(platforms))
    choice = choose(platforms, host, asked)
    if cards is not None:
        require_cards(cards, choice.platform.name, len(choice.cards))
        choice = replace(choice, cards=choice.cards[:cards])
    return Scene(choice, host, "snapshot", f"the snapshot {file.name}")


def of_catalogue(name: str, cards: int | None) -> Scene:
    """A machine that nothing is known of but its platform: the nodes of the catalogue, cards 0 to N-1.

    Args:
        name: platform.
        cards: how many; None for one, or none where the platform has no numbered cards.

    Raises:
        UnknownPlatform, CannotHave.
    """
    platform = load.load(name)
    numbered = platform.kind != "processor" and bool(platform.match.nodes)
    if cards is not None:
        require_cards(cards, name, MOST_CARDS if numbered else 0)
    found = tuple(range(1 if cards is None else cards)) if numbered else ()
    choice = Choice(platform, "asked for by name", found)
    return Scene(choice, _imagined(platform, found), "catalogue", "the catalogue")


def require_cards(cards: int, platform: str, there: int) -> None:
    """Whether a count of cards fits a machine that has ``there``.

    Raises:
        CannotHave: it does not.
    """
    if 1 <= cards <= there:
        return
    why = "a count begins at 1" if cards < 1 else f"it has {there}" if there else "its cards are not numbered"
    raise CannotHave(cards, platform, why)


def _imagined(platform: Platform, cards: Sequence[int]) -> Host:
    """A host with just the nodes and files that every machine of the platform has, as far as the catalogue knows."""
    container = platform.container
    paths = [container.card.format(physical=card) for card in cards] if container.card else []
    paths += [path.split(":")[0] for path in container.shared]
    return Host(
        architecture=platform.architectures[0],
        processor="",
        cores=0,
        memory_bytes=0,
        distribution="",
        libc="",
        nodes=tuple(Node(path, gid=0, mode=0o660) for path in paths),
        pci=(),
        files=frozenset(_first_of_each(container.mounts)),
        toolkits={},
        cdi_kinds=frozenset(),
    )


def _first_of_each(mounts: Sequence[str]) -> list[str]:
    """One path of those that end in the same name: a tool lies in one folder or the other, never in both."""
    by_name: dict[str, str] = {}
    for path in mounts:
        by_name.setdefault(Path(path).name, path)
    return list(by_name.values())


def planned(scene: Scene, request: Request, user: User, image: str = "") -> Plan:
    """The plan of a workspace in this scene.

    Args:
        image: a name in place of the usual one.

    Raises:
        BadImageName, NoSuchDevice, NotAPathThere, DataFolderUnusable.
    """
    _require_paths(scene, request)
    made = plan.build(request, scene.choice, scene.host, user)
    if not image:
        return made
    if not image.isprintable() or not image.isascii() or " " in image or not image[0].isalnum():
        raise BadImageName(image)
    return replace(made, image=image)


def _require_paths(scene: Scene, request: Request) -> None:
    named = (("--data", request.data), ("--ssh-key", request.ssh_key), ("--tls-cert", request.tls_cert),
             ("--tls-key", request.tls_key))  # fmt: skip
    for option, path in named:
        if path is None:
            continue
        if scene.known != "host" and not path.is_absolute():
            raise NotAPathThere(path, option)
        if "," in str(path) or not str(path).isprintable():
            why = "a comma or a control character in a path cannot be told to an engine"
            raise checks.DataFolderUnusable(path, why)


def about_user(scene: Scene, made: Plan) -> tuple[str, ...]:
    """Whose the data folder has to be, where the machine's users are not known; lines for a comment."""
    if scene.known == "host" or made.user != IMAGE_USER:
        return ()
    return (f"The workspace runs as uid {made.user.uid}: give it the data folder (chown {made.user.uid}).",)


def about_nodes(scene: Scene, made: Plan) -> tuple[str, ...]:
    """What only the machine itself can tell about nodes, files and groups; lines for a comment."""
    if scene.known != "catalogue" or scene.choice.platform.kind == "processor":
        return ()
    return tuple(_unknown(scene, made))


def _unknown(scene: Scene, made: Plan) -> list[str]:
    container = scene.choice.platform.container
    passed = {host for host, _ in made.nodes}
    unsure = [path for path in container.optional if path not in passed]
    other = [path for path in container.mounts if path not in {mount.host for mount in made.mounts}]
    found = ["Nodes and files are the catalogue's: take away what the machine lacks, an engine refuses it."]
    found += [f"Add these nodes where the machine has them: {' '.join(unsure)}"] if unsure else []
    found += [f"Files that may lie there in place of those: {' '.join(other)}"] if other else []
    if passed and (container.node_group or container.groups):
        found.append(f"Add the group that owns the nodes, by its number: stat -c %g {' '.join(sorted(passed))}")
    boards = "; ".join(product.name for product in scene.choice.platform.product)
    found += [f"Other nodes on these boards, render from a snapshot there: {boards}"] if boards else []
    return found
