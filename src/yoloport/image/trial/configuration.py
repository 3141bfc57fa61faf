"""What an image's configuration must say, seen without starting it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yoloport.image.trial.check import Failed
from yoloport.workspace.plan import INSIDE_PORT, INSIDE_SSH_PORT

if TYPE_CHECKING:
    from yoloport.image.trial.bench import Bench

LABELS = ("title", "licenses", "version", "base.name")
INITS = ("tini", "catatonit", "dumb-init")


def configured(bench: Bench) -> Mapping[str, object]:
    """An ordinary user, its labels, its signal; a workspace also has an init, a health check and its two ports."""
    faults = [*_of_every(bench), *(_of_a_workspace(bench) if bench.subject.kind == "workspace" else ())]
    if faults:
        raise Failed("; ".join(faults))
    subject = bench.subject
    return {"user": subject.user, "entrypoint": " ".join(subject.entrypoint), "ports": list(subject.ports)}


def _of_every(bench: Bench) -> list[str]:
    subject, faults = bench.subject, []
    if subject.user.split(":")[0] in ("", "0", "root"):
        faults.append(f"its user is {subject.user or 'root'!r}, not an ordinary one")
    missing = [name for name in LABELS if not subject.labels.get(f"org.opencontainers.image.{name}")]
    if missing:
        faults.append(f"it lacks the labels {', '.join(missing)}")
    if subject.platform != bench.platform.name:
        faults.append(f"it was built for {subject.platform!r}, not {bench.platform.name!r}")
    if bench.platform.kind == "accelerator" and not subject.requires_device:
        faults.append("it does not require its accelerator: YOLOPORT_REQUIRE is not set")
    return faults


def _of_a_workspace(bench: Bench) -> list[str]:
    subject, faults = bench.subject, []
    if not subject.entrypoint or subject.entrypoint[0].rpartition("/")[2] not in INITS:
        faults.append(f"nothing reaps processes: its entry point is {' '.join(subject.entrypoint) or 'not set'}")
    if not subject.health:
        faults.append("it has no health check")
    if subject.ports != (INSIDE_SSH_PORT, INSIDE_PORT):
        faults.append(f"it declares the ports {list(subject.ports)}, not {[INSIDE_SSH_PORT, INSIDE_PORT]}")
    if "/data" not in subject.volumes:
        faults.append("it declares no volume /data")
    return faults
