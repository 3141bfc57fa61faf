"""Which Python distributions a machine has, read from their metadata: no Python is started."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from yoloport.host.ask import Machine
from yoloport.host.facts import Package

# Where distributions lie: the system's, those beside it (images of vendors), conda's.
USUAL = (
    "/usr/lib/python3/dist-packages",
    "/usr/lib/python3*/site-packages",
    "/usr/lib64/python3*/site-packages",
    "/usr/local/lib/python3*/dist-packages",
    "/usr/local/lib/python3*/site-packages",
    "/usr/local/lib64/python3*/site-packages",
    "/usr/local/python3*/lib/python3*/site-packages",
    "/opt/conda/lib/python3*/site-packages",
    "/opt/py3*/lib/python3*/site-packages",
)
OWN = ("VIRTUAL_ENV", "CONDA_PREFIX", "YOLOPORT_ENV")
"""Variables that name an environment."""


def installed(machine: Machine, names: Iterable[str], environments: Iterable[str] = ()) -> tuple[Package, ...]:
    """These distributions, once for each environment that has them.

    Args:
        machine: whom to ask.
        names: names of distributions; ``-``, ``_`` and case do not matter.
        environments: further folders with an environment each; may hold ``*``.
    """
    wanted = frozenset(_same(name) for name in names)
    named = [value for value in map(machine.variable, OWN) if value]
    patterns = [*USUAL, *(f"{folder.rstrip('/')}/lib/python3*/site-packages" for folder in (*named, *environments))]
    # A link such as /usr/lib64 -> /usr/lib shows the same folder twice; the checks count environments by folder.
    sites = dict.fromkeys(site for pattern in patterns for site in machine.glob(pattern))
    return tuple(package for site in sites for package in _of(machine, site, wanted))


def _of(machine: Machine, site: str, wanted: frozenset[str]) -> Iterator[Package]:
    def is_wanted(path: str) -> bool:
        return _same(path.rpartition("/")[2].split("-")[0]) in wanted

    for folder in machine.glob(f"{site}/*-*.dist-info", is_wanted):
        name, _, version = folder.rpartition("/")[2].removesuffix(".dist-info").partition("-")
        requires = (machine.read(f"{folder}/METADATA", requirements) or "").splitlines()
        here = _markers(site, machine.values().architecture)
        yield Package(name.replace("_", "-"), version, site, tuple(filter(None, (_bare(r, here) for r in requires))))


def requirements(metadata: str) -> str:
    """Only what the distribution requires without an extra: descriptions and authors are nobody's business."""
    lines = re.findall(r"^Requires-Dist:.*$", metadata.split("\n\n")[0], re.MULTILINE)
    return "\n".join(line for line in lines if not re.search(r"\bextra\s*==", line))


def _markers(site: str, architecture: str) -> dict[str, str]:
    """What a marker may ask about the environment at ``site``."""
    python = re.search(r"python(3\.\d+)", site)
    version = {"python_version": python[1], "python_full_version": f"{python[1]}.0"} if python else {}
    return {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": architecture, **version}


def _bare(line: str, markers: dict[str, str]) -> str:
    """Name and versions, or nothing where the requirement's marker is not for this environment."""
    from packaging.requirements import Requirement

    try:
        required = Requirement(line.removeprefix("Requires-Dist:"))
        holds = required.marker is None or required.marker.evaluate({**markers, "extra": ""})
    except ValueError:  # not a requirement, or a marker that compares what cannot be compared
        return ""
    return f"{required.name}{required.specifier}" if holds else ""


def _same(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
