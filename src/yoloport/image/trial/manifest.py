"""The measured manifest: what an image is, by what was found in it, and the labels and tags that follow from that."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

from yoloport import __version__
from yoloport.image.trial.inventory import Inventory
from yoloport.image.trial.subject import LABEL_BASE, Subject
from yoloport.platforms.schema import Platform

FORMAT = 1
TOLD = (
    "ultralytics",
    "torch",
    "torchvision",
    "onnxruntime",
    "jupyterlab",
    "opencv-python-headless",
    "numpy",
    "yoloport",
)
"""Packages whose versions users ask for first."""


@dataclass(frozen=True)
class Manifest:
    """A measured manifest, format 1.

    Args:
        date: when it was measured, UTC, ISO 8601.
        bytes: of all files, unpacked.
        versions: of Python and of what users ask for; the vendor's plug-in among them.
        tags: names after the colon that these versions give it, the most exact first.
        labels: to be put on it.
        passed: whether every check that was done passed.
    """

    date: str
    subject: Subject
    bytes: int
    inventory: Inventory
    versions: dict[str, str]
    tags: tuple[str, ...]
    labels: dict[str, str]
    passed: bool

    def to_json(self) -> dict[str, Any]:
        """The file's content."""
        subject = asdict(self.subject)
        layers = subject.pop("layers")
        for name in ("variables", "labels"):
            subject.pop(name)
        return {
            "format": FORMAT, "date": self.date, "measured_by": f"yoloport {__version__}", "passed": self.passed,
            "image": subject, "bytes": self.bytes, "layers": layers, "versions": self.versions, "tags": list(self.tags),
            "labels": self.labels, "inventory": asdict(self.inventory),
        }  # fmt: skip


def measured(
    subject: Subject, platform: Platform, inventory: Inventory, size: int, date: str, passed: bool
) -> Manifest:
    """Put together what was found.

    Args:
        size: bytes of all files.
        date: ISO 8601, UTC.
    """
    versions = _versions(platform, inventory)
    tags = _tags(subject, versions)
    return Manifest(date, subject, size, inventory, versions, tags, _labels(subject, versions, size, date), passed)


def _versions(platform: Platform, inventory: Inventory) -> dict[str, str]:
    plugins = [re.split(r"[<>=!~ \[]", row.plugin)[0] for row in platform.rows if row.plugin]
    found = {"python": inventory.python}
    for name in dict.fromkeys((*TOLD, *plugins)):
        if version := inventory.version(name):
            found[name] = version
    return found


def _tags(subject: Subject, versions: dict[str, str]) -> tuple[str, ...]:
    """``cpu-ultralytics8.4.190-torch2.13.0-py3.11`` with and without the version of this project."""
    words = [subject.platform]
    for name in ("ultralytics", "torch", "onnxruntime"):
        if name in versions and not (name == "onnxruntime" and "torch" in versions):
            words.append(name + versions[name].partition("+")[0])
    words.append("py" + ".".join(versions["python"].split(".")[:2]))
    exact = "-".join([*words, f"yoloport{versions.get('yoloport', __version__)}"])
    return tuple(re.sub(r"[^A-Za-z0-9_.-]", ".", tag)[:128] for tag in (exact, "-".join(words)))


def _labels(subject: Subject, versions: dict[str, str], size: int, date: str) -> dict[str, str]:
    base = subject.labels.get(LABEL_BASE, "")
    found = {f"yoloport.version.{name}": version for name, version in versions.items()}
    found |= {"yoloport.bytes": str(size), "yoloport.tested": date, "org.opencontainers.image.created": subject.created}
    return {**found, LABEL_BASE: base} if base else found
