"""Put on an image what was measured in it: labels, and tags."""

from __future__ import annotations

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from yoloport.host.engine import Engine
from yoloport.image.trial.manifest import Manifest
from yoloport.image.trial.problems import CannotStamp
from yoloport.image.trial.subject import ask


@dataclass(frozen=True)
class Stamped:
    """An image that bears its labels: its id, since labels are part of it, and its names, the first as before."""

    id: str
    names: tuple[str, ...]


def repository(reference: str) -> str:
    """The reference without tag and digest.

    >>> repository("registry.example:5000/ai/yolov8:cpu")
    'registry.example:5000/ai/yolov8'
    """
    named = reference.partition("@")[0]
    head, slash, last = named.rpartition("/")
    return head + slash + last.partition(":")[0]


def dockerfile(reference: str, labels: dict[str, str]) -> str:
    """The same image with more labels: its layers stay as they are."""
    return f"FROM {reference}\n" + "".join(f"LABEL {name}={_quoted(value)}\n" for name, value in labels.items())


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("$", "\\$")
    return f'"{escaped}"'


def stamp(engine: Engine, manifest: Manifest) -> Stamped:
    """Label the image under its own name, and tag it.

    Raises:
        CannotStamp: the engine refused.
    """
    reference, architecture = manifest.subject.reference, manifest.subject.architecture
    names = (reference, *(f"{repository(reference)}:{tag}" for tag in manifest.tags))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "Dockerfile"
        file.write_text(dockerfile(reference, manifest.labels), encoding="utf-8")
        tags = [word for name in names for word in ("--tag", name)]
        argv = [engine.client, "build", "--file", str(file), "--platform", f"linux/{architecture}", *tags, folder]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=300, check=False)
    if done.returncode:
        raise CannotStamp(reference, (done.stderr.strip().splitlines() or ["no words"])[-1])
    return Stamped(ask(engine, reference).id, names)
