"""A plan as a Compose file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yoloport.workspace import render_engine
from yoloport.workspace.plan import STOP_SECONDS, Mount, Plan
from yoloport.workspace.render_yaml import comment, document

SERVICE = "workspace"


def compose(plan: Plan, told: Sequence[str] = ()) -> str:
    """The file for ``docker compose``, with a comment how to use it.

    Args:
        told: what could not be known, for the comment.

    Raises:
        ValueError: the catalogue has an option for the engine that Compose has no key for.
    """
    name = render_engine.container_name(plan.name)
    scheme = "https" if plan.expose else "http"
    head = [
        f"Workspace {plan.name} on platform {plan.platform}, for Docker Compose v2 (from 2.20 on).",
        "Make the data folder first, as the user of the workspace: an engine would not, or as root.",
        "Start: docker compose -f FILE up --detach --wait",
        f"Open:  {scheme}://127.0.0.1:{plan.ports[0].host}/lab?token=TOKEN",
        f"TOKEN: docker compose -f FILE exec {SERVICE} cat /data/.yoloport/{plan.name}/token",
        *(["Device names of CDI need Docker 25 or newer with features.cdi on."] if plan.cdi and plan.card_ids else []),
        *told,
    ]
    body = {"name": name, "services": {SERVICE: _service(plan, name)}}
    return comment(head) + document(_escaped(body))


def _service(plan: Plan, name: str) -> dict[str, Any]:
    capabilities, options = _root_needs(plan), _options(plan.options)
    capabilities += options.pop("cap_add", [])
    return {
        "image": plan.image,
        "container_name": name,
        "hostname": plan.name,
        "labels": {render_engine.LABEL: plan.name},
        "restart": "unless-stopped",
        "stop_grace_period": f"{STOP_SECONDS + 20}s",
        "user": f"{plan.user.uid}:{plan.user.gid}",
        "cap_drop": ["ALL"],
        **({"cap_add": capabilities} if capabilities else {}),
        "security_opt": ["no-new-privileges:true", *options.pop("security_opt", [])],
        **options,
        "ports": [f"{port.address}:{port.host}:{port.inside}" for port in plan.ports],
        "volumes": [_volume(mount) for mount in plan.mounts],
        **_accelerator(plan),
        "environment": dict(plan.environment),
    }


def _root_needs(plan: Plan) -> list[str]:
    # The same three as render_engine gives: sshd of uid 0 changes to another user before it reads the network.
    return ["SETUID", "SETGID", "SYS_CHROOT"] if plan.user.uid == 0 and plan.ssh else []


def _volume(mount: Mount) -> dict[str, Any]:
    # The long form: in the short one a colon in a path moves the mount, and a missing folder is made, as root.
    found: dict[str, Any] = {"type": "bind", "source": mount.host, "target": mount.inside}
    found |= {"read_only": True} if mount.read_only else {}
    return found | {"bind": {"create_host_path": False}}


def _accelerator(plan: Plan) -> dict[str, Any]:
    if plan.cdi and plan.card_ids:
        return {"devices": [f"{plan.cdi}={card}" for card in plan.card_ids]}
    if plan.gpus_flag and plan.card_ids:
        wanted = {"device_ids": [str(card) for card in plan.card_ids], "capabilities": ["gpu"]}
        return {"deploy": {"resources": {"reservations": {"devices": [wanted]}}}}
    found: dict[str, Any] = {}
    if plan.nodes:
        found["devices"] = [f"{host}:{inside}" for host, inside in plan.nodes]
    if plan.groups:
        found["group_add"] = [str(gid) for gid in plan.groups]
    return found


def _options(options: Sequence[str]) -> dict[str, Any]:
    """The engine's options as Compose's keys."""
    found: dict[str, Any] = {}
    for option in options:
        name, _, value = option.removeprefix("--").partition("=")
        if name == "ulimit":
            limit, _, number = value.partition("=")
            soft, _, hard = number.partition(":")
            found.setdefault("ulimits", {})[limit] = {"soft": int(soft), "hard": int(hard)} if hard else int(soft)
        elif name in ("security-opt", "cap-add"):
            found.setdefault(name.replace("-", "_"), []).append(value)
        elif name == "shm-size":
            found["shm_size"] = value
        else:
            raise ValueError(f"Compose has no key for the engine's option {option!r}")
    return found


def _escaped(value: Any) -> Any:
    """Compose replaces ``$NAME`` in every text of the file; ``$$`` stands for the sign itself."""
    if isinstance(value, dict):
        return {key: _escaped(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_escaped(inner) for inner in value]
    return value.replace("$", "$$") if isinstance(value, str) else value
