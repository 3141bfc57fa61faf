"""The shape of a platform folder: every key of ``platform.toml`` and ``versions.toml``, checked on reading."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

UNSOURCED = "UNSOURCED"


class Strict(BaseModel):
    """Unknown keys are faults: a misspelt key must not be a silent default."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Strict):
    """A group of facts, where they come from and when they were read."""

    source: str = ""
    date: dt.date | None = None


class Match(Sourced):
    """What on a host says that the platform is there.

    ``nodes``: globs of device nodes, there once the driver works. ``pci_*``: hexadecimal ids, there without a driver.
    """

    always: bool = False
    nodes: tuple[str, ...] = ()
    pci_vendors: tuple[str, ...] = ()
    pci_devices: tuple[str, ...] = ()
    pci_classes: tuple[str, ...] = ()
    driver: str = ""


class Torch(Sourced):
    """How torch names the device, the package that adds it, and the collective backend."""

    device: str
    plugin: str = ""
    collective: str = ""


class Shared(Sourced):
    """Device nodes and mounts that every card of a kind needs; the optional ones where the machine has them."""

    shared: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    mounts: tuple[str, ...] = ()


class Container(Shared):
    """What a container needs to see the cards. ``{physical}`` in ``card`` is the driver's physical id."""

    visibility: str = ""
    runtime_env: str = ""
    runtime: str = ""
    cdi: str = ""
    gpus_flag: bool = False
    kubernetes: str = ""
    nodes_suffice: bool = True
    card: str = ""
    node_group: bool = False


class Toolkit(Sourced):
    """The vendor's toolkit on the host, and the files that state its version (``Version=``), newest layout first."""

    name: str
    files: tuple[str, ...]


class Product(Shared):
    """A board family whose nodes and mounts replace the platform's own; recognised by the node ``detect``."""

    name: str
    chips: tuple[str, ...] = ()
    detect: str


class Image(Sourced):
    """The base that the platform's image starts from, and the Python in it."""

    base: str
    python: str


class Size(Strict):
    """Megabytes on disk once installed: from the row's own index, and from the default index."""

    index: int
    default: int


class Row(Sourced):
    """One combination of versions. ``python`` is the first and last minor version, both included."""

    torch: str
    torchvision: str
    plugin: str = ""
    toolkit: str = ""
    libc: str = ""
    python: tuple[str, str]
    architectures: tuple[str, ...]
    decision: Literal["exact", "tolerated"]
    wheelhouse_only: bool = False
    reason: str = ""
    index: str = ""
    index_local: str = ""
    size_mb: Size


class Platform(Strict):
    """A kind of hardware with its software stack."""

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: dict[Literal["en", "zh"], str]
    architectures: tuple[str, ...]
    match: Match
    torch: Torch
    container: Container
    toolkit: Toolkit | None = None
    product: tuple[Product, ...] = ()
    image: Image
    rows: tuple[Row, ...]
