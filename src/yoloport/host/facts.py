"""What is known of a machine. Plain values: a recorded machine and this one look the same to a plan."""

from __future__ import annotations

from dataclasses import dataclass


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
    """A device node. ``gid`` and ``mode`` decide whether an ordinary user may open it."""

    path: str
    gid: int
    mode: int


@dataclass(frozen=True)
class Sought:
    """What to look for on a machine; the platforms say it (``yoloport.platforms.load.sought``), not the code."""

    nodes: tuple[str, ...] = ()
    """Absolute paths and globs of device nodes."""
    files: tuple[str, ...] = ()
    """Absolute paths whose existence a plan will want to know."""
    toolkits: tuple[tuple[str, str], ...] = ()
    """Name of a vendor's toolkit, and a file that states its version; the first that does counts."""


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

    def node(self, path: str) -> Node | None:
        """The node at exactly this path, or None."""
        return next((node for node in self.nodes if node.path == path), None)
