"""What container engines say of themselves and of what they run, without names, labels and addresses of the site."""

from __future__ import annotations

import json
import re
from typing import Any

from yoloport.host import engine
from yoloport.host.ask import Machine
from yoloport.host.embedded_json import find
from yoloport.host.engine import NAMES
from yoloport.host.facts import Answer, EngineFacts, Sought

__all__ = ["NAMES", "ask"]

_KEPT = (
    "ServerVersion", "DefaultRuntime", "CgroupDriver", "CgroupVersion", "SecurityOptions", "DockerRootDir",
    "CDISpecDirs", "ServerErrors", "Architecture", "OSType",
)  # fmt: skip


def ask(
    machine: Machine, name: str, sought: Sought, devices: bool, image: str
) -> tuple[EngineFacts | None, tuple[Answer, ...]]:
    """An engine's facts, or None where it is not installed; and its answer about ``image``, if one is asked about.

    Args:
        machine: whom to ask.
        name: ``docker`` or ``podman``.
        sought: names of the variables that give devices to a container.
        devices: whether to ask which devices the running containers have.
        image: an image's reference; empty for none.
    """
    program = engine.client_of(name) or ""
    info = machine.run((name, "info", "--format", "{{json .}}"), program, reduce=_reduce_info)
    if info.fault == "missing":
        return None, ()
    facts = _facts(machine, name, info)
    if facts.fault:
        return facts, ()
    if devices:
        facts = _with_containers(machine, facts, program, sought)
    more = (machine.run((name, "image", "inspect", image), program, reduce=_reduce_image),) if image else ()
    return facts, more


def _facts(machine: Machine, name: str, info: Answer) -> EngineFacts:
    if info.fault:
        return EngineFacts(name, fault=f"{name} info: {info.fault}")
    try:
        told = find(info.text)
        if told.get("ServerErrors"):
            return EngineFacts(name, fault="; ".join(map(str, told["ServerErrors"])))
        facts = _podman(told) if "host" in told else _docker(name, told)
    except (ValueError, TypeError, AttributeError, KeyError):
        return EngineFacts(name, fault=info.text.strip()[:300] or f"{name} info said nothing")
    root = told.get("DockerRootDir") or (told.get("store") or {}).get("graphRoot") or ""
    return EngineFacts(**{**vars(facts), "storage": machine.disk(str(root)) if root else None})


def _docker(name: str, told: dict[str, Any]) -> EngineFacts:
    return EngineFacts(
        name=name,
        version=str(told.get("ServerVersion") or ""),
        runtimes=tuple(map(str, told.get("Runtimes") or ())),
        default_runtime=str(told.get("DefaultRuntime") or ""),
        cgroup_driver=str(told.get("CgroupDriver") or ""),
        cdi=bool(told.get("CDISpecDirs")) if "CDISpecDirs" in told else None,
        rootless="rootless" in " ".join(map(str, told.get("SecurityOptions") or ())),
    )


def _podman(told: dict[str, Any]) -> EngineFacts:
    host = told["host"]
    return EngineFacts(
        name="podman",
        version=str((told.get("version") or {}).get("Version") or ""),
        cgroup_driver=str(host.get("cgroupManager") or ""),
        cdi=True,  # since podman 4.1 (release notes, 2022-05); older ones do not reach the Python that this needs
        rootless=bool((host.get("security") or {}).get("rootless")),
    )


def _reduce_info(text: str) -> str:
    """What of `info` the facts are made of; the rest names the host, its registries, proxies and labels."""
    try:
        told = find(text)
        if "host" in told:
            host = {key: told["host"].get(key) for key in ("cgroupManager", "cgroupVersion")}
            host["security"] = {"rootless": (told["host"].get("security") or {}).get("rootless")}
            store = {"graphRoot": (told.get("store") or {}).get("graphRoot")}
            version = {"Version": (told.get("version") or {}).get("Version")}
            return json.dumps({"host": host, "store": store, "version": version})
        kept = {key: told[key] for key in _KEPT if key in told}
        if not kept.get("ServerVersion") and not kept.get("ServerErrors"):
            # The client's half, and on a line of its own why the daemon's is missing (docker 28.2).
            words = [line for line in text.splitlines() if line.strip() and not line.startswith("{")]
            kept["ServerErrors"] = [" ".join(words)[:500] or "the daemon did not answer"]
        return json.dumps({**kept, "Runtimes": list(told.get("Runtimes") or ())})
    except (ValueError, TypeError, AttributeError):
        return text[:2000]


def _reduce_image(text: str) -> str:
    """Of an image what it is built for and how large it is; its layers, labels and variables are the site's."""
    try:
        kept = [{key: one.get(key) for key in ("Architecture", "Os", "Size")} for one in find(text)]
    except (ValueError, TypeError, AttributeError):
        return text[:500]  # no such image, in the engine's words
    return json.dumps(kept)


def _with_containers(machine: Machine, facts: EngineFacts, program: str, sought: Sought) -> EngineFacts:
    listed = machine.run((facts.name, "ps", "-q"), program)
    ids = re.findall(r"^[0-9a-f]{12,64}$", listed.text, re.MULTILINE) if listed.ok else []
    if not ids:
        return facts
    told = machine.run(
        (facts.name, "inspect", "--format", "{{json .HostConfig}}\t{{json .Config.Env}}", *ids),
        program,
        name=(facts.name, "inspect", "DEVICES"),
        reduce=lambda text: _reduce_devices(text, sought.environment),
    )
    # One that ended in between makes the code 1; the others are told nevertheless.
    lines = () if told.fault else told.text.splitlines()
    containers = tuple((str(number), tuple(line.split())) for number, line in enumerate(lines, 1))
    return EngineFacts(**{**vars(facts), "containers": containers})


_REDUCED = re.compile(r"(?:[-?]|privileged|gpus=\S+|/\S+|[A-Z][A-Z0-9_]*=\S*)")


def _reduce_devices(text: str, variables: tuple[str, ...]) -> str:
    """A line for each container; an engine's warnings in between are left out."""
    lines = (_devices(line, variables) for line in text.splitlines())
    return "\n".join(filter(None, lines))


def _devices(line: str, variables: tuple[str, ...]) -> str:
    """A container in one line: nodes it was given, ``privileged``, and variables that a vendor's runtime reads."""
    if "\t" not in line or not line.startswith("{"):
        return line if all(_REDUCED.fullmatch(word) for word in line.split()) else ""  # as reduced before, or a warning
    try:
        config, environ = (json.loads(part) for part in line.split("\t", 1))
        found = [str(device["PathOnHost"]) for device in config.get("Devices") or ()]
        found += [f"gpus={_gpus(request)}" for request in config.get("DeviceRequests") or ()]
        found += ["privileged"] if config.get("Privileged") else []
        found += [entry for entry in environ or () if entry.split("=")[0] in variables and not re.search(r"\s", entry)]
    except (ValueError, TypeError, AttributeError, KeyError, RecursionError):
        return "?"
    return " ".join(found) or "-"


def _gpus(request: dict[str, Any]) -> str:
    """Which devices were asked for: by name, so many of them, or all (-1)."""
    count = request.get("Count") or 0
    return "+".join(request.get("DeviceIDs") or ()) or (f"any-{count}" if count > 0 else "all")
