"""An image as its configuration describes it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from yoloport.host import engine as engines
from yoloport.host.engine import Engine
from yoloport.image.trial.problems import NoImageToTest, NotOurs

KINDS = ("workspace", "runtime")
LABEL_KIND, LABEL_PLATFORM, LABEL_BASE = "yoloport.kind", "yoloport.platform", "org.opencontainers.image.base.name"


@dataclass(frozen=True)
class Layer:
    """A step of the image: bytes that it added as the engine tells it, and the instruction."""

    bytes: int
    made_by: str


@dataclass(frozen=True)
class Subject:
    """The image that is looked at.

    Args:
        reference: as the user named it.
        id: the engine's, with ``sha256:``.
        digest: by which a registry knows it; empty where it has not been in one.
        architecture: as engines name it, such as ``arm64``.
        platform: that it was built for.
        kind: ``workspace`` or ``runtime``.
        entrypoint: words.
        health: the words of its health check; empty where it has none.
        ports: numbers that it declares.
        variables: of its environment.
        layers: oldest first.
    """

    reference: str
    id: str
    digest: str
    created: str
    architecture: str
    platform: str
    kind: str
    user: str
    entrypoint: tuple[str, ...]
    health: tuple[str, ...]
    stop_signal: str
    ports: tuple[int, ...]
    volumes: tuple[str, ...]
    variables: dict[str, str]
    labels: dict[str, str]
    layers: tuple[Layer, ...]

    @property
    def requires_device(self) -> bool:
        """Whether a container without its accelerator must end."""
        return self.variables.get("YOLOPORT_REQUIRE") == "accelerator"


def ask(engine: Engine, reference: str) -> Subject:
    """The image's facts from the engine.

    Raises:
        NoImageToTest: the engine does not have it.
        NotOurs: it was not built here.
    """
    done = engines.run_quick([engine.client, "image", "inspect", reference])
    try:
        told = json.loads(done.stdout)[0] if not done.returncode else {}
    except (ValueError, IndexError):
        told = {}
    if not told:
        raise NoImageToTest(engine.name, reference)
    history = engines.run_quick(
        [engine.client, "history", "--no-trunc", "--human=false", "--format", "json", reference]
    )
    return subject(reference, told, history.stdout)


def subject(reference: str, told: dict[str, Any], history: str) -> Subject:
    """The facts in the words of this project.

    Args:
        told: an element of what ``inspect`` prints.
        history: lines of JSON (docker), or one JSON list (podman), newest first.

    Raises:
        NotOurs: the configuration names no platform.
    """
    config: dict[str, Any] = told.get("Config") or {}
    labels: dict[str, str] = config.get("Labels") or {}
    variables = dict(word.partition("=")[::2] for word in config.get("Env") or ())
    platform = labels.get(LABEL_PLATFORM) or variables.get("YOLOPORT_PLATFORM", "")
    if not platform:
        raise NotOurs(reference, f"it has no label {LABEL_PLATFORM}")
    kind = labels.get(LABEL_KIND, "workspace")
    if kind not in KINDS:
        raise NotOurs(reference, f"its label {LABEL_KIND} is {kind!r}")
    digests = told.get("RepoDigests") or ()
    return Subject(
        reference=reference,
        id=f"sha256:{str(told['Id']).removeprefix('sha256:')}",
        digest=str(digests[0]).partition("@")[2] if digests else "",
        created=str(told.get("Created", "")),
        architecture=str(told.get("Architecture", "")),
        platform=platform,
        kind=kind,
        user=str(config.get("User") or ""),
        entrypoint=tuple(config.get("Entrypoint") or ()),
        health=_health(config.get("Healthcheck") or told.get("Healthcheck") or {}),
        stop_signal=str(config.get("StopSignal") or ""),
        ports=tuple(sorted(int(word.partition("/")[0]) for word in config.get("ExposedPorts") or ())),
        volumes=tuple(sorted(config.get("Volumes") or ())),
        variables=variables,
        labels=labels,
        layers=tuple(reversed(_history(history))),
    )


def _health(told: dict[str, Any]) -> tuple[str, ...]:
    words = tuple(map(str, told.get("Test") or ()))
    if not words or words[0] == "NONE":
        return ()
    return words[1:] if words[0] == "CMD" else ("/bin/sh", "-c", words[-1])


def _history(text: str) -> list[Layer]:
    """Sizes are numbers in the newer engines and words with a unit in the older, such as ``12.3MB``."""
    try:
        whole = json.loads(text)
        rows = whole if isinstance(whole, list) else [whole]
    except ValueError:
        rows = [json.loads(line) for line in text.splitlines() if line.strip()]
    return [
        Layer(_bytes(row.get("Size", row.get("size", 0))), str(row.get("CreatedBy", row.get("created_by", ""))))
        for row in rows
    ]


def _bytes(said: object) -> int:
    text = str(said).strip()
    for unit, times in (("GB", 10**9), ("MB", 10**6), ("kB", 10**3), ("B", 1)):
        if text.endswith(unit):
            return round(float(text.removesuffix(unit)) * times)
    return int(text or 0)
