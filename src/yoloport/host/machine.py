"""Find out what a machine is, reading files under ``root`` only: a recorded folder can stand in for a server."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path

from yoloport.host.facts import Host, Node, PciDevice, Sought


def probe(root: Path = Path("/"), sought: Sought = Sought()) -> Host:  # noqa: B008  frozen
    """All facts of the machine at ``root``.

    Args:
        root: ``/``, or a folder that holds a recorded machine's ``dev``, ``etc``, ``proc``, ``sys``.
        sought: which nodes, files and toolkits to look for.
    """
    cpuinfo = _read(root / "proc/cpuinfo")
    return Host(
        architecture=_architecture(root),
        processor=_processor(cpuinfo),
        cores=_cores(root, cpuinfo),
        memory_bytes=_memory(_read(root / "proc/meminfo")),
        distribution=_distribution(_read(root / "etc/os-release")),
        libc=platform.libc_ver()[1] if root == Path("/") else "",
        nodes=_nodes(root, sought.nodes),
        pci=_pci(root / "sys/bus/pci/devices"),
        # os.path.exists: a folder that this user may not look into is "not there", not an error.
        files=frozenset(path for path in sought.files if os.path.exists(root / path.lstrip("/"))),  # noqa: PTH110
        toolkits=_toolkits(root, sought.toolkits),
        cdi_kinds=_cdi_kinds(root),
    )


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def _architecture(root: Path) -> str:
    recorded = _read(root / "etc/yoloport-recorded-architecture").strip()
    return recorded or platform.machine()


def _processor(cpuinfo: str) -> str:
    for key in ("model name", "Model Name", "Hardware", "Model"):
        found = re.search(rf"^{key}\s*:\s*(.+)$", cpuinfo, re.MULTILINE)
        if found:
            return found[1].strip()
    # Arm servers name no model: implementer and part are what tells a Kunpeng from a Phytium.
    implementer = re.search(r"^CPU implementer\s*:\s*(\S+)", cpuinfo, re.MULTILINE)
    part = re.search(r"^CPU part\s*:\s*(\S+)", cpuinfo, re.MULTILINE)
    return f"implementer {implementer[1]} part {part[1]}" if implementer and part else "unknown processor"


def _cores(root: Path, cpuinfo: str) -> int:
    if root == Path("/"):
        return len(os.sched_getaffinity(0))
    return len(re.findall(r"^processor\s*:", cpuinfo, re.MULTILINE)) or 1


def _memory(meminfo: str) -> int:
    found = re.search(r"^MemTotal:\s*(\d+) kB", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _distribution(os_release: str) -> str:
    found = re.search(r'^PRETTY_NAME="?([^"\n]+)', os_release, re.MULTILINE)
    return found[1] if found else "unknown distribution"


def _nodes(root: Path, wanted: Iterable[str]) -> tuple[Node, ...]:
    found = {path for pattern in wanted for path in root.glob(pattern.lstrip("/"))}
    return tuple(_node(root, path) for path in sorted(found))


def _node(root: Path, path: Path) -> Node:
    status = path.stat()
    return Node("/" + str(path.relative_to(root)), status.st_gid, status.st_mode & 0o777)


def _pci(folder: Path) -> tuple[PciDevice, ...]:
    try:
        entries = sorted(folder.iterdir())
    except OSError:  # no PCI bus, or none that this user may look at
        return ()
    return tuple(_pci_device(entry) for entry in entries if os.path.isfile(entry / "vendor"))  # noqa: PTH113  as above


def _pci_device(entry: Path) -> PciDevice:
    def number(name: str) -> str:
        return _read(entry / name).strip().removeprefix("0x")

    driver = entry / "driver"
    bound = driver.readlink().name if driver.is_symlink() else ""
    return PciDevice(entry.name, number("vendor"), number("device"), number("class")[:4], bound)


def _toolkits(root: Path, wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, file in wanted:
        version = re.search(r"^[Vv]ersion=\"?([\w.]+)", _read(root / file.lstrip("/")), re.MULTILINE)
        if version:
            found.setdefault(name, version[1])
    return found


def _cdi_kinds(root: Path) -> frozenset[str]:
    kinds: set[str] = set()
    for folder in ("etc/cdi", "var/run/cdi"):
        for file in sorted((root / folder).glob("*.*")):
            kinds.update(re.findall(r"[\"']?kind[\"']?\s*:\s*[\"']?([\w./-]+)", _read(file)))
    return frozenset(kinds)
