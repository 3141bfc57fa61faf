"""A plan as the argument list of a container engine."""

from __future__ import annotations

import shlex
from collections.abc import Iterable

from yoloport.host.engine import Engine
from yoloport.workspace.plan import STOP_SECONDS, Mount, Plan

LABEL = "yoloport.workspace"


def container_name(name: str) -> str:
    """The container's name: prefixed, so that it is told from others at a glance."""
    return f"yoloport-{name}"


def run(plan: Plan, engine: Engine) -> tuple[str, ...]:
    """``docker run …`` for this plan; every option the least that works, never ``--privileged``."""
    argv = [engine.client, "run", "--detach", "--name", container_name(plan.name), "--hostname", plan.name]
    argv += ["--label", f"{LABEL}={plan.name}", "--restart", "unless-stopped", "--stop-timeout", str(STOP_SECONDS + 20)]
    argv += _user(plan, engine)
    argv += plan.options
    for port in plan.ports:
        argv += ["--publish", f"{port.address}:{port.host}:{port.inside}"]
    argv += _mounts(plan.mounts)
    argv += _accelerator(plan, engine)
    for name, value in plan.environment:
        argv += ["--env", f"{name}={value}"]
    return (*argv, plan.image)


def hand_over(plan: Plan, engine: Engine) -> tuple[str, ...]:
    """The part of the command that hands the accelerator over: nodes, groups, vendor's mounts, variables, limits."""
    variables = [
        f"{name}={value}" for name, value in plan.environment if name not in ("YOLOPORT_NAME", "YOLOPORT_USER")
    ]
    return (
        *plan.options,
        *_mounts([mount for mount in plan.mounts if mount.inside != "/data"]),
        *_accelerator(plan, engine),
        *(word for variable in variables for word in ("--env", variable)),
    )


def _mounts(mounts: Iterable[Mount]) -> list[str]:
    words = []
    for mount in mounts:
        # Not --volume: there a colon in a path moves the mount. A comma is refused before (checks.data_folder).
        fields = ["type=bind", f"src={mount.host}", f"dst={mount.inside}", *(["readonly"] if mount.read_only else [])]
        words += ["--mount", ",".join(map(_field, fields))]
    return words


def _field(text: str) -> str:
    """A field of --mount, which engines read as CSV (RFC 4180): quotes in it are doubled inside quotes."""
    return '"' + text.replace('"', '""') + '"' if '"' in text else text


def _user(plan: Plan, engine: Engine) -> list[str]:
    argv = ["--user", f"{plan.user.uid}:{plan.user.gid}", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
    if plan.user.uid == 0 and plan.ssh:
        # sshd of uid 0 changes to another user and root before it reads a byte of the network.
        argv += [flag for cap in ("SETUID", "SETGID", "SYS_CHROOT") for flag in ("--cap-add", cap)]
    if engine.name == "podman" and engine.rootless:
        argv += ["--userns", "keep-id"]
    return argv


def _accelerator(plan: Plan, engine: Engine) -> list[str]:
    if plan.cdi and plan.card_ids:
        return [flag for card in plan.card_ids for flag in ("--device", f"{plan.cdi}={card}")]
    if plan.gpus_flag and plan.card_ids:
        return ["--gpus", f'"device={",".join(map(str, plan.card_ids))}"']
    argv = [
        flag for host, inside in plan.nodes for flag in ("--device", host if host == inside else f"{host}:{inside}")
    ]
    return argv + [flag for gid in plan.groups for flag in ("--group-add", str(gid))]


def paste(plan: Plan, engine: Engine) -> str:
    """The same for a shell: the data folder is made first, since an engine would not make it, or make it as root."""
    words = run(plan, engine)
    broken = [("" if word.startswith("--") or word == plan.image else " ") + shlex.quote(word) for word in words[1:]]
    lines = "".join(word if word.startswith(" ") else f" \\\n  {word}" for word in broken)
    return f"mkdir -p {shlex.quote(str(plan.data))} && {shlex.quote(words[0])}{lines}"
