"""Find out what a machine is, as far as a plan needs it: files only, no program is run."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from yoloport.host import processor
from yoloport.host.ask import Machine
from yoloport.host.facts import Host, Node, Sought
from yoloport.host.live import Live


def at(place: Path = Path("/")) -> Machine:
    """The machine at ``place``: ``/``, a folder that holds a root of its own, or a recorded machine's file."""
    if not place.is_file():
        return Live(place)
    from yoloport.host import recorded

    return recorded.load(place)


def probe(machine: Machine | Path = Path("/"), sought: Sought = Sought()) -> Host:  # noqa: B008  frozen
    """What a plan needs to know.

    Args:
        machine: a machine, or the place of one as :func:`at` takes it.
        sought: which nodes, files, toolkits and drivers to look for.
    """
    asked = at(machine) if isinstance(machine, Path) else machine
    values = asked.values()
    cpuinfo = asked.read("/proc/cpuinfo", processor.short) or ""
    return Host(
        architecture=values.architecture,
        processor=processor.name(cpuinfo),
        cores=values.cores or processor.count(cpuinfo),
        memory_bytes=_memory(asked.read("/proc/meminfo", _memory_line) or ""),
        distribution=_distribution(asked.read("/etc/os-release") or ""),
        libc=values.libc,
        nodes=_nodes(asked, sought.nodes),
        pci=asked.pci(),
        files=frozenset(path for pattern in sought.files for path in asked.glob(pattern)),
        toolkits=_versions(asked, sought.toolkits),
        cdi_kinds=_cdi_kinds(asked),
        drivers=_versions(asked, sought.drivers),
        cpu=processor.read(cpuinfo, len(asked.glob("/sys/devices/system/node/node[0-9]*"))),
        compatible=tuple((asked.read("/proc/device-tree/compatible") or "").split()),
    )


def _memory_line(meminfo: str) -> str:
    return "\n".join(line for line in meminfo.splitlines() if line.startswith(("MemTotal:", "MemAvailable:")))


def _memory(meminfo: str) -> int:
    found = re.search(r"^MemTotal:\s*(\d+) kB", meminfo, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _distribution(os_release: str) -> str:
    found = re.search(r'^PRETTY_NAME="?([^"\n]+)', os_release, re.MULTILINE)
    return found[1] if found else "unknown distribution"


def _nodes(machine: Machine, wanted: Iterable[str]) -> tuple[Node, ...]:
    paths = sorted({path for pattern in wanted for path in machine.glob(pattern)})
    return tuple(node for node in map(machine.node, paths) if node)


def _versions(machine: Machine, wanted: Iterable[tuple[str, str]]) -> dict[str, str]:
    """By name the version that the first file states."""
    found: dict[str, str] = {}
    for name, file in wanted:
        text = machine.read(file) if name not in found else None
        version = _version(text or "")
        if version:
            found[name] = version
    return found


def _version(text: str) -> str:
    """The version that a file states: after ``Version``, alone, or after a word for it in a line or in JSON."""
    found = (
        re.search(r"^[Vv]ersion\s*[=:]\s*\"?([\w.+-]+)", text, re.MULTILINE)
        or re.fullmatch(r"\s*[A-Za-z ]{0,40}?[vV]?(\d+(?:\.[\w+-]+)+)\s*", text[:200])
        or re.search(r"\b(?:driver|version)\"?\s*[=:]\s*\"?[vV]?(\d[\w.+-]*)", text[:2000], re.IGNORECASE)
    )
    return found[1] if found else ""


def _cdi_kinds(machine: Machine) -> frozenset[str]:
    kinds: set[str] = set()
    for folder in ("/etc/cdi", "/var/run/cdi"):
        for file in machine.glob(f"{folder}/*.*"):
            kinds.update(_kinds(machine.read(file, lambda text: "\n".join(_kind_lines(text))) or ""))
    return frozenset(kinds)


def _kind_lines(text: str) -> list[str]:
    """Only the lines that name the kind: the rest of a specification may hold paths and variables of the site."""
    return [f"kind: {kind}" for kind in _kinds(text)]


def _kinds(text: str) -> list[str]:
    return re.findall(r"[\"']?\bkind[\"']?\s*:\s*[\"']?([\w./-]+)", text)
