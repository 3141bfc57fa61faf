"""Machines for the tests of checks, made by small functions; the platforms on them are made up."""

from __future__ import annotations

import dataclasses
from typing import Any

from yoloport.doctor.check import Case
from yoloport.host.facts import (
    Answer,
    Caller,
    Card,
    Cpu,
    Disk,
    EngineFacts,
    Host,
    Node,
    Package,
    PciDevice,
    Surroundings,
)
from yoloport.platforms.schema import Platform

GB = 10**9
ENV = "/home/ann/envs/a/lib/python3.11/site-packages"
QUERY = ("acme-smi", "info")

ACME = Platform.model_validate(
    {
        "name": "acme",
        "title": {"en": "Acme card", "zh": "Acme 卡"},
        "kind": "accelerator",
        "architectures": ["x86_64", "aarch64"],
        "match": {
            "nodes": ["/dev/acme[0-9]*"],
            "pci_vendors": ["1abc"],
            "pci_devices": ["0001"],
            "compatible": ["acme,board"],
            "driver": "the Acme driver",
        },
        "companion": [
            {"name": "Acme View", "pci_vendors": ["1abc"], "pci_devices": ["00ff"], "purpose": {"en": "display"}}
        ],
        "torch": {"device": "acme", "plugin": "torch_acme"},
        "container": {
            "visibility": "ACME_CARDS",
            "runtime_env": "ACME_RUNTIME_CARDS",
            "runtime": "acme",
            "cdi": "acme.com/card",
            "card": "/dev/acme{physical}",
            "shared": ["/dev/acmectl"],
            "mounts": ["/opt/acme/driver"],
        },
        "toolkit": {"name": "ATK", "files": ["/opt/acme/toolkit/version.info"]},
        "driver": {"name": "acme", "modules": ["acme_drv"]},
        "tool": {"name": "acme-smi", "queries": [QUERY, ("acme-smi", "more")]},
        "image": {"base": "registry.example/acme/base:1", "python": "3.11"},
        "watch": {"packages": ["onnxruntime-acme"]},
        "rows": [
            {
                "torch": "2.9.0", "plugin": "torch-acme==2.9.0", "python": ["3.10", "3.12"], "libc": "2.28",
                "architectures": ["x86_64", "aarch64"], "decision": "exact",
            }
        ],
    }
)  # fmt: skip
# Reached through a runtime alone; its torch is a build of its own, which bears a label.
RIVAL = Platform.model_validate(
    {
        "name": "rival",
        "title": {"en": "Rival card", "zh": "Rival 卡"},
        "kind": "accelerator",
        "architectures": ["x86_64"],
        "match": {"nodes": ["/dev/rival[0-9]*"], "pci_vendors": ["2abc"]},
        "torch": {"device": "rival", "local": ["rv"]},
        "container": {
            "visibility": "RIVAL_CARDS", "runtime": "rival", "cdi": "rivalcorp.com/gpu", "nodes_suffice": False,
        },
        "image": {"base": "UNSOURCED", "python": "3.11"},
        "rows": [],
    }
)  # fmt: skip
PLAIN = Platform.model_validate(
    {
        "name": "plain",
        "title": {"en": "Plain processor", "zh": "处理器"},
        "kind": "processor",
        "architectures": ["x86_64", "aarch64"],
        "match": {"always": True},
        "torch": {"device": "cpu"},
        "container": {},
        "image": {"base": "debian", "python": "3.11"},
        "rows": [],
    }
)
FAMILY = PLAIN.model_copy(
    update={
        "name": "family",
        "match": ACME.match.model_copy(update={"nodes": (), "pci_vendors": ()}),
        "processor": Platform.model_validate(
            {**PLAIN.model_dump(), "processor": [{"name": "One", "vendor": "MakerOne"}]}
        ).processor,
    }
)
PLATFORMS = {platform.name: platform for platform in (ACME, RIVAL, FAMILY, PLAIN)}


def changed(platform: Platform, table: str, **values: Any) -> Platform:
    """The platform with some keys of one of its tables changed."""
    return platform.model_copy(update={table: getattr(platform, table).model_copy(update=values)})


def pci(number: int = 1, driver: str = "acme_drv", vendor: str = "1abc", device: str = "0001") -> PciDevice:
    return PciDevice(f"0000:0{number}:00.0", vendor, device, "1200", driver)


def node(path: str, gid: int = 0, mode: int = 0o666, uid: int = 0) -> Node:
    return Node(path, gid, mode, uid)


def package(name: str, version: str, *requires: str, at: str = ENV) -> Package:
    return Package(name, version, at, requires)


def card(order: int = 0, **values: Any) -> Card:
    return Card(**{"platform": "acme", "order": order, "physical": order, "logical": order, "name": "A1", **values})


def answer(text: str = "", code: int | None = 0, fault: str = "", argv: tuple[str, ...] = QUERY) -> Answer:
    return Answer(argv, text, code, fault)


DOCKER = EngineFacts(
    "docker", "28.5.1", ("runc",), "runc", "cgroupfs", False, storage=Disk("/var/lib/docker", 900 * GB, 400 * GB)
)
SERVER = Host(
    architecture="x86_64",
    processor="A server's processor",
    cores=64,
    memory_bytes=256 * GB,
    distribution="openEuler 22.03",
    libc="2.34",
    nodes=(),
    pci=(PciDevice("0000:00:01.0", "8086", "1533", "0200", "igb"),),
    files=frozenset(),
    toolkits={},
    cdi_kinds=frozenset(),
    cpu=Cpu("GenuineIntel", "", "A server's processor", frozenset(("avx", "avx2"))),
)
AROUND = Surroundings(
    kernel="6.6.0",
    cgroup=2,
    caller=Caller(1000, (1000,)),
    shm_bytes=128 * GB,
    disks=(Disk("/", 900 * GB, 400 * GB), Disk("/home/ann", 2000 * GB, 900 * GB)),
    year=2026,
    locale="UTF-8",
    environment={},
    engines=(DOCKER,),
)


def case(
    wanted: Platform | None = PLAIN,
    host: dict[str, Any] | None = None,
    around: dict[str, Any] | None = None,
    platforms: dict[str, Platform] | None = None,
    **rest: Any,
) -> Case:
    """A plain server with Docker, changed in what is named."""
    every = dict(PLATFORMS if platforms is None else platforms)
    if wanted is not None:
        every[wanted.name] = wanted
    return Case(
        dataclasses.replace(SERVER, **(host or {})),
        dataclasses.replace(AROUND, **(around or {})),
        every,
        wanted,
        **rest,
    )


WELL = {"nodes": (node("/dev/acme0"), node("/dev/acme1"), node("/dev/acmectl")), "pci": (pci(1), pci(2))}


def with_cards(
    wanted: Platform = ACME, host: dict[str, Any] | None = None, around: dict[str, Any] | None = None, **rest: Any
) -> Case:
    """A server with two Acme cards that work; its tool answered."""
    well = {"answers": (answer("two cards"),), **(around or {})}
    return case(wanted, {**WELL, **(host or {})}, well, **rest)


def inside(**around: Any) -> dict[str, Any]:
    """What differs inside a container."""
    return {
        "container": "docker",
        "engines": (),
        "disks": (Disk("/", 900 * GB, 400 * GB),),
        "shm_bytes": 16 * GB,
        **around,
    }
