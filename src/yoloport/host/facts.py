"""What is known of a machine. Plain values: a recorded machine and this one look the same to a plan."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PciDevice:
    """A function on the PCI bus, by its ids in hexadecimal; there even where no driver is loaded."""

    address: str
    vendor: str
    device: str
    klass: str
    driver: str


@dataclass(frozen=True)
class Node:
    """A device node. ``uid``, ``gid`` and ``mode`` decide whether an ordinary user may open it."""

    path: str
    gid: int
    mode: int
    uid: int = 0


@dataclass(frozen=True)
class Answer:
    """What a program said. ``fault``: empty, ``missing``, ``timeout`` or ``refused``; then there is no code."""

    argv: tuple[str, ...]
    text: str
    code: int | None = 0
    fault: str = ""

    @property
    def ok(self) -> bool:
        """Whether the program ran and ended well."""
        return not self.fault and self.code == 0


@dataclass(frozen=True)
class Disk:
    """A file system, in bytes."""

    path: str
    total: int
    free: int


@dataclass(frozen=True)
class Cpu:
    """The processor by its own ids, and those of its features that change how fast a model runs."""

    vendor: str = ""
    """``vendor_id`` on x86 and LoongArch, ``CPU implementer`` on Arm."""
    part: str = ""
    model: str = ""
    features: frozenset[str] = frozenset()
    numa_nodes: int = 0


@dataclass(frozen=True)
class Caller:
    """Who asks: numbers and effective capabilities, by their names without ``CAP_``; no names of people."""

    uid: int = 0
    groups: tuple[int, ...] = ()
    capabilities: frozenset[str] | None = None
    """None where they are not known."""


@dataclass(frozen=True)
class Package:
    """A Python distribution: the environment it lies in, what it requires by name and version."""

    name: str
    version: str
    environment: str
    requires: tuple[str, ...] = ()

    @property
    def local(self) -> str:
        """The local version label, such as ``cpu`` in ``2.14.1+cpu``."""
        return self.version.partition("+")[2]


@dataclass(frozen=True)
class EngineFacts:
    """A container engine: what it answered, or why it did not."""

    name: str
    version: str = ""
    runtimes: tuple[str, ...] = ()
    default_runtime: str = ""
    cgroup_driver: str = ""
    cdi: bool | None = None
    """Whether it takes CDI names; None where it does not say."""
    rootless: bool = False
    storage: Disk | None = None
    fault: str = ""
    containers: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Running containers, by a number of ours, with the device nodes each was given."""


@dataclass(frozen=True)
class Sought:
    """What to look for on a machine; the platforms say it (``yoloport.platforms.load.sought``), not the code."""

    nodes: tuple[str, ...] = ()
    """Absolute paths and globs of device nodes."""
    files: tuple[str, ...] = ()
    """Absolute paths whose existence a plan will want to know."""
    toolkits: tuple[tuple[str, str], ...] = ()
    """Name of a vendor's toolkit, and a file that states its version; the first that does counts."""
    drivers: tuple[tuple[str, str], ...] = ()
    """Name of a driver, and a file that states its version; the first that does counts."""
    texts: tuple[str, ...] = ()
    """Absolute paths of short files whose text a check will want."""
    commands: tuple[tuple[str, ...], ...] = ()
    """Vendors' tools to ask."""
    tool_paths: tuple[tuple[str, str], ...] = ()
    """Name of a tool, and a path where it may lie outside PATH."""
    environment: tuple[str, ...] = ()
    """Names of environment variables whose values matter."""
    packages: tuple[str, ...] = ()
    """Names of Python distributions that matter."""


@dataclass(frozen=True)
class Host:
    """The machine as far as a plan needs it."""

    architecture: str
    processor: str
    cores: int
    memory_bytes: int
    distribution: str
    libc: str
    nodes: tuple[Node, ...]
    pci: tuple[PciDevice, ...]
    files: frozenset[str]
    """Those of the asked-for paths that exist: mounts of the platforms, version files."""
    toolkits: dict[str, str]
    cdi_kinds: frozenset[str]
    drivers: dict[str, str] = field(default_factory=dict)
    cpu: Cpu = Cpu()
    compatible: tuple[str, ...] = ()
    """The device tree's ``compatible`` strings, on boards."""

    def node(self, path: str) -> Node | None:
        """The node at exactly this path, or None."""
        return next((node for node in self.nodes if node.path == path), None)


@dataclass(frozen=True)
class Surroundings:
    """Everything else that decides whether a workspace will run: what only a diagnosis asks for."""

    kernel: str = ""
    cgroup: int = 0
    """1 or 2; 0 where it is unknown."""
    container: str = ""
    """The kind of container that this runs in; empty on the machine itself."""
    caller: Caller = Caller()
    shm_bytes: int = 0
    disks: tuple[Disk, ...] = ()
    modules: frozenset[str] = frozenset()
    """Loaded kernel modules."""
    selinux: str = ""
    """``enforcing``, ``permissive``, ``disabled`` or empty."""
    year: int = 0
    """The year that the machine's clock shows."""
    locale: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    """Variables that the platforms name, and a few of torch's and Python's own; no others."""
    texts: dict[str, str] = field(default_factory=dict)
    answers: tuple[Answer, ...] = ()
    packages: tuple[Package, ...] = ()
    engines: tuple[EngineFacts, ...] = ()

    def answer(self, *argv: str) -> Answer | None:
        """What the program said to exactly this question, or None where it was not asked."""
        return next((answer for answer in self.answers if answer.argv == argv), None)

    def package(self, name: str) -> tuple[Package, ...]:
        """This distribution, once for each environment that has it; ``-``, ``_`` and case do not matter."""
        wanted = name.lower().replace("_", "-")
        return tuple(p for p in self.packages if p.name.lower().replace("_", "-") == wanted)


@dataclass(frozen=True)
class Card:
    """One device as a vendor's tool lists it. Three numbers that differ: do not use one for another.

    ``physical``: the driver's own number, as in the node's name. ``logical``: the number by which the vendor's library
    and its visibility variable count; None where the tool does not print it. ``order``: the place in the tool's list.
    """

    platform: str
    order: int
    physical: int | None
    logical: int | None
    name: str
    bus: str = ""
    health: str = ""
    memory_used_mb: int | None = None
    memory_total_mb: int | None = None
    driver: str = ""
    firmware: str = ""


class NotUnderstood(ValueError):
    """A tool's answer does not have a shape that its parser knows; ``text`` is what it said."""

    def __init__(self, why: str, text: str) -> None:
        super().__init__(why)
        self.why, self.text = why, text
