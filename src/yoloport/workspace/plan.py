"""What a workspace is made of. Pure: the same request on the same facts gives the same plan."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yoloport.errors import Exit, Problem
from yoloport.platforms.choose import node_of

if TYPE_CHECKING:
    from yoloport.host.facts import Host, Node
    from yoloport.platforms.choose import Choice
    from yoloport.platforms.schema import Container

INSIDE_PORT = 8888
INSIDE_SSH_PORT = 2222
SHM_MB = 2048
"""Data loaders pass pictures through shared memory; an engine's default of 64 MB ends in a bus error."""
STOP_SECONDS = 300
"""How long a stop waits for a running epoch to save its checkpoint."""


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    name: str
    data: Path
    port: int
    ssh_port: int
    devices: tuple[int, ...] = ()
    """Physical card numbers, as in the names of the device nodes; empty means all."""
    ssh_key: Path | None = None
    expose: bool = False
    tls_cert: Path | None = None
    tls_key: Path | None = None
    tls_names: tuple[str, ...] = ()


@dataclass(frozen=True)
class User:
    """Who the workspace runs as: the caller, so that files on the host are the caller's."""

    uid: int
    gid: int
    name: str


@dataclass(frozen=True)
class Port:
    """A port of the host that leads into the workspace."""

    address: str
    host: int
    inside: int


@dataclass(frozen=True)
class Mount:
    """A path of the host at a path inside."""

    host: str
    inside: str
    read_only: bool = False


@dataclass(frozen=True)
class Plan:
    """A workspace, in words that every renderer understands."""

    name: str
    platform: str
    device: str
    image: str
    user: User
    data: Path
    ports: tuple[Port, ...]
    mounts: tuple[Mount, ...]
    nodes: tuple[tuple[str, str], ...]
    groups: tuple[int, ...]
    environment: tuple[tuple[str, str], ...]
    expose: bool
    ssh: bool
    card_ids: tuple[int, ...] = ()
    cdi: str = ""
    gpus_flag: bool = False
    options: tuple[str, ...] = ()
    """What the engine needs for this vendor's stack besides nodes, mounts and variables."""

    @property
    def state(self) -> Path:
        """What must outlive a restart and belongs to this workspace alone: token, keys, logs."""
        return state_folder(self.data, self.name)


class NoSuchDevice(Problem):
    """A card number that the machine does not have."""

    exit = Exit.NO_DEVICE

    def __init__(self, asked: int, there: tuple[int, ...], platform: str) -> None:
        have = f"it has {', '.join(map(str, there))}" if there else f"platform {platform!r} has no numbered cards"
        super().__init__(
            f"there is no card with physical id {asked} on this machine: {have}",
            "leave --devices away for all cards" if there else "leave --devices away",
            "docs/en/platforms.md",
        )
        self.asked, self.there = asked, there


def state_folder(data: Path, name: str) -> Path:
    """Where a workspace of this name keeps its own state inside a data folder."""
    return data / ".yoloport" / name


def image_name(platform: str) -> str:
    """The tag that ``yoloport image build PLATFORM`` gives and ``up`` looks for."""
    return f"yoloport/workspace:{platform}"


def build(request: Request, choice: Choice, host: Host, user: User) -> Plan:
    """Plan a workspace.

    Raises:
        NoSuchDevice: a card was asked for that is not there.
    """
    for asked in request.devices:
        if asked not in choice.cards:
            raise NoSuchDevice(asked, choice.cards, choice.platform.name)
    container = choice.platform.container
    cards = request.devices or choice.cards
    nodes = _nodes(choice, host, cards)
    cdi = container.cdi if container.cdi in host.cdi_kinds else ""
    singly = bool(cdi or container.gpus_flag or _card_template(choice))
    address = "0.0.0.0" if request.expose else "127.0.0.1"  # noqa: S104  asked for by --expose, then with TLS
    ports = [Port(address, request.port, INSIDE_PORT)]
    if request.ssh_key:
        ports.append(Port(address, request.ssh_port, INSIDE_SSH_PORT))
    return Plan(
        name=request.name,
        platform=choice.platform.name,
        device=choice.platform.torch.device,
        image=image_name(choice.platform.name),
        user=user,
        data=request.data,
        ports=tuple(ports),
        mounts=_mounts(request, choice, host),
        nodes=nodes,
        groups=_groups(container, host, nodes),
        environment=_environment(request, choice, singly, user),
        expose=request.expose,
        ssh=request.ssh_key is not None,
        card_ids=cards,
        cdi=cdi,
        gpus_flag=container.gpus_flag,
        options=_options(choice, user),
    )


def _mounts(request: Request, choice: Choice, host: Host) -> tuple[Mount, ...]:
    vendor = choice.product.mounts if choice.product else choice.platform.container.mounts
    found = [Mount(str(request.data), "/data")]
    found += [Mount(path, path, read_only=True) for path in vendor if path in host.files]
    files = ((request.ssh_key, "authorized_keys"), (request.tls_cert, "tls.crt"), (request.tls_key, "tls.key"))
    found += [Mount(str(path), f"/etc/yoloport/{name}", read_only=True) for path, name in files if path]
    return tuple(found)


def _card_template(choice: Choice) -> str:
    """How the node of one card is named; empty where all cards share their nodes."""
    product = choice.product
    return choice.platform.container.card if product is None or product.card is None else product.card


def _nodes(choice: Choice, host: Host, cards: tuple[int, ...]) -> tuple[tuple[str, str], ...]:
    """Pairs of host node and node inside; only what the machine has, since an engine refuses a missing one."""
    container, template = choice.platform.container, _card_template(choice)
    if not container.nodes_suffice:
        return ()
    group = choice.product or container
    wanted = [_card_node(template.format(physical=card), choice, host, card) for card in cards] if template else []
    wanted += [path for path in (*group.shared, *group.optional) if host.node(path.split(":")[0])]
    return tuple((path.split(":")[0], path.split(":")[-1]) for path in wanted)


def _card_node(usual: str, choice: Choice, host: Host, card: int) -> str:
    # Some drivers name the node otherwise than the platform's first pattern; the card was found by that node.
    return usual if host.node(usual) else node_of(choice.platform.match, host, card) or usual


def _options(choice: Choice, user: User) -> tuple[str, ...]:
    limits = choice.platform.limits
    # Others get at the nodes by their group; root without capabilities would not pass over a node's mode either.
    capabilities = limits.capabilities if user.uid == 0 else ()
    return (
        *choice.platform.container.options,
        *(f"--ulimit={limit}" for limit in limits.ulimits),
        *(f"--cap-add={capability}" for capability in capabilities),
        f"--shm-size={max(SHM_MB, limits.shm_mb)}m",
    )


def _groups(container: Container, host: Host, nodes: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
    """Groups that own the nodes, and those inside a folder that is passed: by number, since names differ inside."""
    if not (container.node_group or container.groups):
        return ()
    paths = {path for path, _ in nodes}
    passed = (node for node in host.nodes if node.path in paths or any(node.path.startswith(f"{p}/") for p in paths))
    return tuple(sorted({node.gid for node in passed if node.gid and not _open_to_all(node)}))


def _open_to_all(node: Node) -> bool:
    return node.mode & 0o006 == 0o006


def _environment(request: Request, choice: Choice, singly: bool, user: User) -> tuple[tuple[str, str], ...]:
    container = choice.platform.container
    found = {"YOLOPORT_NAME": request.name, "YOLOPORT_USER": user.name, **container.environment}
    if container.visibility and request.devices:
        # Cards passed one by one are all there are inside, and torch counts them from 0. Where the nodes are those of
        # every card, the variable alone picks, and counts as on the host.
        indices = range(len(request.devices)) if singly else map(choice.cards.index, request.devices)
        value = ",".join(map(str, indices))
        found |= dict.fromkeys((container.visibility, *container.visibility_also), value)
    if choice.platform.kind == "accelerator":
        # A plug-in that does not load must stop a run, not send it to the processor (yoloport.inside.requirement).
        found |= {"YOLOPORT_PLATFORM": choice.platform.name, "YOLOPORT_REQUIRE": "accelerator"}
    if request.expose:
        found["YOLOPORT_TLS"] = ",".join(request.tls_names) or "localhost"
    return tuple(found.items())
