"""The shape of a platform folder: every key of ``platform.toml`` and ``versions.toml``, checked on reading."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

UNSOURCED = "UNSOURCED"
"""Stands in place of a value that no source was found for. Never a guess."""

Language = Literal["en", "zh"]
Words = dict[Language, str]
Reason = Annotated[Words | None, BeforeValidator(lambda told: _in_both(told))]
"""Words in both languages; a user's own file may give them in one."""
PciId = Annotated[str, Field(pattern=r"^[0-9a-f]{4}$")]
NodePath = Annotated[str, Field(pattern=r"^/dev/")]
HostPath = Annotated[str, Field(pattern=r"^/")]
Half = Literal["float16", "bfloat16"]
"""A type of 16 bits that autocast may use."""


def _in_both(told: object) -> object:
    return {"en": told, "zh": told} if isinstance(told, str) and told else told or None


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
    ``compatible``: strings of the device tree, for boards. ``cards``: whether a card's physical id is the number in
    its node's name, or its place among the platform's functions on the PCI bus, where nodes bear no number.
    """

    always: bool = False
    nodes: tuple[NodePath, ...] = ()
    pci_vendors: tuple[PciId, ...] = ()
    pci_devices: tuple[PciId, ...] = ()
    pci_classes: tuple[PciId, ...] = ()
    compatible: tuple[str, ...] = ()
    cards: Literal["node", "pci"] = "node"
    driver: str = ""


class Processor(Sourced):
    """A processor family. ``vendor``: ``vendor_id`` on x86, ``CPU implementer`` on Arm; ``parts``: ``CPU part``.

    ``model``: a regular expression on the model's name, where ids do not tell.
    """

    name: str
    vendor: str = ""
    parts: tuple[str, ...] = ()
    model: str = ""
    note: Words | None = None


class Chip(Sourced):
    """One model of chip. ``tool_names``: what the vendor's tool prints; ``target``: what its compiler calls it.

    ``amp``: types that autocast takes on this chip; where empty, no more than the platform's own list is known.
    """

    name: str
    boards: tuple[str, ...] = ()
    pci_devices: tuple[PciId, ...] = ()
    tool_names: tuple[str, ...] = ()
    target: str = ""
    amp: tuple[Half, ...] = ()
    note: Words | None = None


class Companion(Sourced):
    """A card that stands beside the processor and does not compute for torch: display, video decoding."""

    name: str
    pci_vendors: tuple[PciId, ...]
    pci_devices: tuple[PciId, ...] = ()
    nodes: tuple[NodePath, ...] = ()
    purpose: Words


class Torch(Sourced):
    """How torch names the device, the packages that add it, the shim for code written for another device.

    ``module``: what is imported. ``shim``: the module whose import redirects such code. ``amp``: types that the
    plug-in's autocast takes on every chip; what a chip takes besides is in its own table. ``local``: the local
    version label (after ``+``) that marks the vendor's own builds.
    ``road``: how code that names no device gets there. ``native``: Ultralytics knows the name; ``adapter``: yoloport
    teaches it the name; ``shim``: the vendor's import is the better road; ``same``: the name is the one that such code
    has anyway; empty where torch computes on the processor. ``fallback_words``: a regular expression for what the
    plug-in says when an operator runs on the host, with a group ``operator``; some say so once for each operator, so
    this names operators and does not count calls. Empty where none falls back, or no source gives the words.
    """

    device: str
    plugin: str = ""
    module: str = ""
    shim: str = ""
    road: Literal["", "native", "adapter", "shim", "same"] = ""
    collective: str = ""
    fallback_words: str = ""
    amp: tuple[Half, ...] = ()
    local: tuple[str, ...] = ()
    note: Words | None = None


class Shared(Sourced):
    """Device nodes and mounts that every card of a kind needs; the optional ones where the machine has them."""

    shared: tuple[NodePath, ...] = ()
    optional: tuple[NodePath, ...] = ()
    mounts: tuple[HostPath, ...] = ()


class Container(Shared):
    """What a container needs to see the cards. ``{physical}`` in ``card`` is the driver's physical id.

    ``visibility_also``: variables set to the same list as ``visibility``. ``groups``: names of groups that own nodes;
    the engine is given their numbers, read from the nodes. ``options``: what the engine needs besides nodes and mounts.
    """

    visibility: str = ""
    visibility_also: tuple[str, ...] = ()
    runtime_env: str = ""
    runtime_env_also: tuple[str, ...] = ()
    runtime: str = ""
    cdi: str = ""
    cdi_also: tuple[str, ...] = ()
    gpus_flag: bool = False
    kubernetes: tuple[str, ...] = ()
    nodes_suffice: bool = True
    card: str = ""
    node_group: bool = False
    groups: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    environment: dict[str, str] = {}


class Limits(Sourced):
    """Shared memory, process limits and capabilities that the vendor's stack asks for."""

    shm_mb: int = 0
    ulimits: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()


class Toolkit(Sourced):
    """The vendor's toolkit on the host, and the files that state its version (``Version=``), newest layout first."""

    name: str
    files: tuple[HostPath, ...]


class Driver(Sourced):
    """The kernel driver: its modules' names, and the files that state its version."""

    name: str
    modules: tuple[str, ...] = ()
    files: tuple[HostPath, ...] = ()


class Tool(Sourced):
    """The vendor's command-line tool: what is asked of it, where it lies, and whose name it shares."""

    name: str
    queries: tuple[tuple[str, ...], ...]
    paths: tuple[HostPath, ...] = ()
    clash: str = ""


class Product(Shared):
    """A board family whose nodes and mounts replace the platform's own; recognised by the node ``detect``."""

    name: str
    chips: tuple[str, ...] = ()
    detect: NodePath
    card: str | None = None
    """The node of one card, where it is not the platform's own; empty where there is none."""


class Image(Sourced):
    """The base that the platform's image starts from, one of its ``[[base]]``, and the Python that the image has."""

    base: str
    python: str


class Digest(Sourced):
    """What a registry knows an image by, whatever its tag means later; of the index that has all architectures."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")

    def __str__(self) -> str:
        return f"{self.sha256} ({self.source})"


class Base(Sourced):
    """An image by others that can serve as a base, or shows what works together.

    ``os``: what it is made of; without it no image is built on it. ``python``: the version that it has itself; where
    it has none, the system's is installed. ``brings``: Python packages of the vendor's in it, which nothing may
    replace. ``toolkit``: name and version, as in the rows. ``digest``: where a source gives it for this very tag.
    """

    ref: str
    digest: Digest | None = None
    os: Literal["", "debian", "ubuntu", "openeuler"] = ""
    python: str = ""
    brings: tuple[str, ...] = ()
    toolkit: str = ""
    holds: str
    chips: tuple[str, ...] = ()
    architectures: tuple[str, ...] = ()

    @property
    def pinned(self) -> str:
        """By its digest where that is known; without the tag then, since older Podman takes no reference with both."""
        if not self.digest:
            return self.ref
        folder, slash, name = self.ref.rpartition("/")
        return f"{folder}{slash}{name.partition(':')[0]}@sha256:{self.digest.sha256}"


class Artifact(Sourced):
    """A form of a model that the chip can run, and the program that runs it."""

    format: str
    by: str
    note: Words | None = None


class Mirror(Sourced):
    """A place to fetch from where the usual one is slow or closed."""

    kind: Literal["packages", "wheels", "system", "images", "toolkit"]
    address: str


class Quirk(Sourced):
    """Something that surprises; ``id`` is stable, so that code and issues can name it."""

    id: str = Field(pattern=r"^[a-z0-9-]+$")
    text: Words


class Workaround(Sourced):
    """What the device cannot do as Ultralytics asks for it. ``upstream``: Ultralytics works around it itself.

    ``versions``: of the vendor's software that it is known for, such as ``CANN <= 9.1.1``; empty where not known.
    """

    id: Literal["ema-without-foreach", "clip-without-foreach", "max-without-bool"]
    upstream: bool = False
    versions: str = ""
    reason: Reason = None


class Watch(Strict):
    """What the checks of this folder want to know besides what the other tables name.

    ``files``: paths and globs, for whether they exist. ``texts``: short files whose text is read. ``packages``: names
    of Python distributions.
    """

    files: tuple[HostPath, ...] = ()
    texts: tuple[HostPath, ...] = ()
    variables: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


class Size(Strict):
    """Megabytes on disk once installed: from the row's own index, and from the default index."""

    index: int
    default: int


class Row(Sourced):
    """One combination of versions. ``python`` is the first and last minor version, both included.

    ``driver``, ``firmware`` and ``toolkit`` are version prefixes; several are alternatives. Empty means that no source
    ties the row to one. ``torch`` is empty where the chip runs artifacts and no torch.
    """

    torch: str = ""
    torchvision: str = ""
    plugin: str = ""
    driver: tuple[str, ...] = ()
    firmware: tuple[str, ...] = ()
    toolkit: str = ""
    toolkit_also: tuple[str, ...] = ()
    libc: str = ""
    python: tuple[str, str]
    architectures: tuple[str, ...]
    chips: tuple[str, ...] = ()
    decision: Literal["exact", "tolerated", "refused"]
    wheelhouse_only: bool = False
    reason: Reason = None
    index: str = ""
    index_local: str = ""
    size_mb: Size = Size(index=0, default=0)


class Platform(Strict):
    """A kind of hardware with its software stack.

    ``kind``: whether torch computes on it (``accelerator``), it is the processor itself, or it only runs converted
    artifacts beside a torch on the processor (``inference``). ``also_named``: what else it is called,
    in tags of images. ``counted_as``: its maker's name in gpustack-runtime; empty where that counts none of it.
    """

    name: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    also_named: tuple[str, ...] = ()
    counted_as: str = ""
    title: Words
    kind: Literal["accelerator", "processor", "inference"]
    architectures: tuple[str, ...]
    match: Match
    processor: tuple[Processor, ...] = ()
    chip: tuple[Chip, ...] = ()
    companion: tuple[Companion, ...] = ()
    torch: Torch
    container: Container
    limits: Limits = Limits()
    toolkit: Toolkit | None = None
    driver: Driver | None = None
    tool: Tool | None = None
    product: tuple[Product, ...] = ()
    image: Image
    base: tuple[Base, ...] = ()
    artifact: tuple[Artifact, ...] = ()
    mirror: tuple[Mirror, ...] = ()
    quirk: tuple[Quirk, ...] = ()
    workaround: tuple[Workaround, ...] = ()
    watch: Watch = Watch()
    rows: tuple[Row, ...]
