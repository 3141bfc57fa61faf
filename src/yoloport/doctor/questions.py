"""Small questions that many checks put to a case, so that each check reads as what it looks for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from yoloport.doctor.check import Case
from yoloport.host.facts import Node, Package, PciDevice

READ_WRITE = 0o6


def wants(case: Case, platform: str) -> bool:
    """Whether this platform was asked for, or is what the machine is."""
    return case.wanted is not None and case.wanted.name == platform


def nodes(case: Case, *patterns: str) -> tuple[Node, ...]:
    """Device nodes whose path fits one of the patterns."""
    return tuple(node for node in case.host.nodes if any(fnmatchcase(node.path, pattern) for pattern in patterns))


def paths(case: Case, *patterns: str) -> tuple[str, ...]:
    """Those files and folders, of the ones that were looked for, that exist and fit one of the patterns."""
    return tuple(sorted(p for p in case.host.files if any(fnmatchcase(p, pattern) for pattern in patterns)))


def variable(case: Case, name: str) -> str:
    """An environment variable's value; empty where it is unset."""
    return case.around.environment.get(name, "")


def functions(case: Case, vendor: str, *devices: str) -> tuple[PciDevice, ...]:
    """Functions on the PCI bus by their ids; no device ids stand for all of the vendor's."""
    return tuple(d for d in case.host.pci if d.vendor == vendor and (not devices or d.device in devices))


def version(text: str) -> tuple[int, ...]:
    """The numbers at the head of a version, so that versions can be compared; empty where there are none."""
    found = re.match(r"[vV]?(\d+(?:\.\d+)*)", text.strip())
    return tuple(int(part) for part in found[1].split(".")) if found else ()


def together(case: Case, *names: str) -> Iterator[tuple[Package, ...]]:
    """These distributions, once for each environment that holds all of them, in the order of ``names``."""
    for first in case.around.package(names[0]):
        others = [[p for p in case.around.package(name) if p.environment == first.environment] for name in names[1:]]
        if all(others):
            yield (first, *(found[0] for found in others))


def shut_out(case: Case, node: Node) -> bool:
    """Whether the caller, who is not root, may not open the node for reading and writing."""
    caller = case.around.caller
    if caller.uid == 0:
        return False
    shift = 6 if node.uid == caller.uid else 3 if node.gid in caller.groups else 0
    return (node.mode >> shift) & READ_WRITE != READ_WRITE


def python_of(place: str) -> str:
    """The Python of an environment, as a command: ``…/bin/python3.11`` beside its ``lib``; else ``python3``."""
    before, lib, after = place.partition("/lib/python3")
    minor = after.partition("/")[0]
    return f"{before}/bin/python3{minor}" if lib and minor.startswith(".") else "python3"


def listed(items: object) -> str:
    """Several names as one text, in order."""
    return ", ".join(str(item) for item in items) if isinstance(items, (list, tuple)) else str(items)
