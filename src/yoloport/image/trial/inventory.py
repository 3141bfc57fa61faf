"""What is installed in an image, asked from the image itself: Python's packages and the system's."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoloport.image.trial.container import LOCKED_DOWN
from yoloport.image.trial.problems import WillNotStart

if TYPE_CHECKING:
    from yoloport.image.trial.bench import Bench

# Runs on the image's own Python with the standard library alone. A base with a package manager has its list in one
# file, one without has a file for each package (the place where scanners look, docs/en/images.md); rpm is asked.
_SCRIPT = r"""
import json, platform, subprocess, sys
from importlib.metadata import distributions
from pathlib import Path

def python():
    seen = {}
    for one in distributions():
        name = one.metadata["Name"]
        if name and name.lower() not in seen:
            licence = one.metadata.get("License-Expression") or one.metadata.get("License") or ""
            first = (licence.splitlines() or [""])[0][:80]
            seen[name.lower()] = {"name": name, "version": one.version, "licence": first}
    return [seen[name] for name in sorted(seen)]

def system():
    status = Path("/var/lib/dpkg/status")
    texts = [status.read_text(errors="replace")] if status.is_file() else []
    texts += [file.read_text(errors="replace") for file in sorted(Path("/var/lib/dpkg/status.d").glob("*"))]
    found = []
    for paragraph in "\n\n".join(texts).split("\n\n"):
        lines = (line for line in paragraph.splitlines() if ": " in line and line[:1] not in " \t")
        fields = dict(line.split(": ", 1) for line in lines)
        if "Package" in fields and fields.get("Status", "install ok installed").endswith(" installed"):
            told = ("Package", "Version", "Architecture")
            found.append(dict(zip(("name", "version", "architecture"), (fields.get(name, "") for name in told))))
    return found or of_rpm()

def of_rpm():
    argv = ["rpm", "-qa", "--queryformat", "%{NAME} %{VERSION}-%{RELEASE} %{ARCH}\\n"]
    try:
        lines = subprocess.run(argv, capture_output=True, text=True).stdout.splitlines()
    except OSError:
        return []
    return [dict(zip(("name", "version", "architecture"), line.split())) for line in sorted(lines)]

release = {}
try:
    lines = Path("/etc/os-release").read_text().splitlines()
    release = dict(line.split("=", 1) for line in lines if "=" in line)
except OSError:
    pass
print(json.dumps({
    "python": platform.python_version(),
    "system": {name: release.get(name, "").strip('"') for name in ("ID", "VERSION_ID", "PRETTY_NAME")},
    "packages": python(),
    "system_packages": system(),
}))
"""


@dataclass(frozen=True)
class Package:
    """Something installed: name, version, and its licence (Python) or its architecture (the system's), where told."""

    name: str
    version: str
    licence: str = ""
    architecture: str = ""


@dataclass(frozen=True)
class Inventory:
    """What an image is made of: Python's version, the system's names, and packages in the order of their names."""

    python: str
    system: dict[str, str]
    packages: tuple[Package, ...]
    system_packages: tuple[Package, ...]

    def version(self, name: str) -> str:
        """Version of a Python package; empty where it is not installed."""
        wanted = _normal(name)
        return next((one.version for one in self.packages if _normal(one.name) == wanted), "")


def _normal(name: str) -> str:
    """Names as indexes compare them (packaging.python.org, name normalization)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def ask(bench: Bench) -> Inventory:
    """Ask the image.

    Raises:
        WillNotStart: it has no Python that answers.
    """
    container = bench.start(*LOCKED_DOWN, "--entrypoint", "python3", words=("-c", _SCRIPT))
    code, said = container.ended(bench.patience), container.logs()
    container.remove()
    try:
        return parse(said)
    except (ValueError, KeyError, TypeError):
        words = f"its Python ended with {code}: {said.strip()[-300:]}"
        raise WillNotStart(bench.subject.reference, words) from None


def parse(text: str) -> Inventory:
    """What the script printed.

    Raises:
        ValueError, KeyError, TypeError: it is something else.
    """
    told = json.loads(text[text.index("{") :])
    return Inventory(
        told["python"],
        told["system"],
        tuple(Package(one["name"], one["version"], licence=one["licence"]) for one in told["packages"]),
        tuple(
            Package(one["name"], one["version"], architecture=one["architecture"])
            for one in sorted(told["system_packages"], key=lambda one: str(one["name"]))
        ),
    )
