"""An image as an engine tells it, recorded from docker 26.1.5 on 2026-11-24 and shortened, and what follows from it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from yoloport.host.engine import Engine
from yoloport.image.trial.bench import Bench
from yoloport.image.trial.contents import Entry
from yoloport.image.trial.inventory import Inventory, Package
from yoloport.image.trial.subject import Subject, subject
from yoloport.platforms.load import load

ENGINE = Engine("docker", "docker", "26.1.5", frozenset(), False)
INSPECTED: dict[str, Any] = {
    "Id": "sha256:05bdba9d99f0a98f6f2ee5f2de9f32b1f9a6a9f0a7e3d6ce1d7f3f6d8e9f0a1b",
    "RepoTags": ["yoloport/workspace:cpu"],
    "RepoDigests": [],
    "Created": "2026-11-24T11:06:06.154204828Z",
    "Config": {
        "User": "1000:1000",
        "ExposedPorts": {"2222/tcp": {}, "8888/tcp": {}},
        "Env": ["PATH=/opt/venv/bin:/usr/bin", "HOME=/data", "YOLOPORT_PLATFORM=cpu", "YOLOPORT_DATA=/data"],
        "Cmd": ["python", "-m", "yoloport.supervise"],
        "Healthcheck": {"Test": ["CMD", "python", "-m", "yoloport.supervise.health"], "Interval": 10000000000},
        "Volumes": {"/data": {}},
        "WorkingDir": "/data",
        "Entrypoint": ["tini", "--"],
        "Labels": {
            "org.opencontainers.image.base.name": "debian:bookworm-slim",
            "org.opencontainers.image.licenses": "Apache-2.0 AND AGPL-3.0-only",
            "org.opencontainers.image.title": "yoloport workspace for cpu",
            "org.opencontainers.image.version": "0.1.0",
            "yoloport.kind": "workspace",
            "yoloport.platform": "cpu",
        },
        "StopSignal": "SIGTERM",
    },
    "Architecture": "amd64",
    "Os": "linux",
}
HISTORY = "\n".join(
    json.dumps({"Comment": "buildkit", "CreatedBy": by, "Size": size})
    for by, size in (
        ("HEALTHCHECK &{[CMD]}", "0"),
        ("RUN python -m pip install …", "9.1MB"),
        ("COPY /opt/venv", "1.69GB"),
        ("ADD base", "190129234"),
    )
)
INVENTORY = Inventory(
    "3.11.2",
    {"ID": "debian", "VERSION_ID": "12", "PRETTY_NAME": "Debian GNU/Linux 12 (bookworm)"},
    (
        Package("jupyterlab", "4.6.6", licence="BSD-3-Clause"),
        Package("numpy", "2.4.6"),
        Package("torch", "2.13.0+cpu", licence="BSD-3-Clause"),
        Package("typing_extensions", "4.15.0"),
        Package("ultralytics", "8.4.190", licence="AGPL-3.0"),
        Package("yoloport", "0.1.0"),
    ),
    (Package("libc6", "2.36-9+deb12u13", architecture="amd64"), Package("tini", "0.19.0-1", architecture="amd64")),
)


def recorded(**config: Any) -> Subject:
    """The recorded image, with other values in its configuration."""
    told = {**INSPECTED, "Config": {**INSPECTED["Config"], **config}}
    return subject("yoloport/workspace:cpu", told, HISTORY)


def bench(of: Subject | None = None, files: tuple[Entry, ...] = (), platform: str = "cpu", budget: int = 0) -> Bench:
    """A bench whose image was looked into already."""
    made = Bench(ENGINE, replace(of or recorded(), platform=platform), load(platform), budget=budget)
    made._files = files
    return made


def file(path: str, bytes: int = 1, mode: int = 0o644, kind: str = "file") -> Entry:
    return Entry(path, bytes, mode, 0, kind)
