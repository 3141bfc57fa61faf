"""A plan as a systemd unit, or as a Quadlet of Podman."""

from __future__ import annotations

import re
from collections.abc import Sequence

from yoloport.host.engine import Engine
from yoloport.workspace import render_engine
from yoloport.workspace.plan import STOP_SECONDS, Plan
from yoloport.workspace.render_docker import after
from yoloport.workspace.render_yaml import comment

WAIT_SECONDS = STOP_SECONDS + 40
"""Longer than the engine itself waits for an epoch to be saved."""
_KEYS = {"--publish": "PublishPort", "--device": "AddDevice", "--env": "Environment", "--label": "Label",
         "--cap-drop": "DropCapability", "--cap-add": "AddCapability"}  # fmt: skip
"""Keys that every Quadlet has, from Podman 4.4 on; the other options go through PodmanArgs."""


def unit(plan: Plan, engine: Engine, told: Sequence[str] = ()) -> str:
    """A service that runs the engine's command in the foreground.

    Args:
        engine: ``client`` is an absolute path: systemd knows no PATH of a user.
        told: what could not be known, for the comment.
    """
    name = render_engine.container_name(plan.name)
    daemon = engine.name == "docker"
    head = [
        f"Workspace {plan.name} on platform {plan.platform}: {name}.service",
        "Make the data folder first, as the user of the workspace.",
        f"sudo cp FILE /etc/systemd/system/{name}.service && sudo systemctl daemon-reload",
        f"sudo systemctl enable --now {name}",
        *([] if daemon else _as_a_user(engine, name)),
        *after(plan, engine.client)[:2],
        f"Stop:  sudo systemctl stop {name}",
        *told,
    ]
    client = word(engine.client)
    needs = "After=docker.service network-online.target\nRequires=docker.service" if daemon else _ONLINE
    return (
        f"{comment(head)}\n[Unit]\nDescription=YOLO workspace {plan.name} ({plan.platform})\n{needs}\n"
        f"Wants=network-online.target\n\n"
        f"[Service]\nType=exec\nExecStartPre=-{client} rm --force {name}\n"
        f"ExecStart={_broken(_foreground(render_engine.run(plan, engine)))}\n"
        f"ExecStop={client} stop -t {STOP_SECONDS + 20} {name}\n"
        f"ExecStopPost=-{client} rm --force {name}\n"
        f"TimeoutStartSec=120\nTimeoutStopSec={WAIT_SECONDS}\nKillMode=mixed\n"
        # 143: the first process was ended by the stop's own signal.
        f"SuccessExitStatus=143\nRestart=on-failure\nRestartSec=5\n\n"
        f"[Install]\nWantedBy={'default.target' if engine.rootless else 'multi-user.target'}\n"
    )


_ONLINE = "After=network-online.target"


def _as_a_user(engine: Engine, name: str) -> list[str]:
    if not engine.rootless:
        return []
    return [f"Rootless, as here: cp FILE ~/.config/systemd/user/{name}.service, and systemctl --user in place of sudo.",
            "To run without a login: loginctl enable-linger"]  # fmt: skip


def quadlet(plan: Plan, engine: Engine, told: Sequence[str] = ()) -> str:
    """The same for Podman from 4.4 on, whose generator makes the service from it."""
    name = render_engine.container_name(plan.name)
    folder = "~/.config/containers/systemd" if engine.rootless else "/etc/containers/systemd"
    control = "systemctl --user" if engine.rootless else "systemctl"
    head = [
        f"Workspace {plan.name} on platform {plan.platform}: a Quadlet, Podman 4.4 or newer.",
        "Make the data folder first, as the user of the workspace.",
        f"cp FILE {folder}/{name}.container && {control} daemon-reload && {control} start {name}",
        *after(plan, "podman")[:2],
        f"Stop:  {control} stop {name}",
        *told,
    ]
    lines = [f"Image={word(plan.image)}", f"ContainerName={name}"]
    for option, *value in _pairs(_foreground(render_engine.run(plan, engine))):
        if option in ("--name", "--rm"):
            continue  # Quadlet's own
        key = _KEYS.get(option)
        lines.append(f"{key}={word(*value)}" if key else f"PodmanArgs={' '.join(map(word, (option, *value)))}")
    target = "default.target" if engine.rootless else "multi-user.target"
    return (
        f"{comment(head)}\n[Unit]\nDescription=YOLO workspace {plan.name} ({plan.platform})\n{_ONLINE}\n\n"
        f"[Container]\n" + "\n".join(lines) + f"\n\n[Service]\nTimeoutStartSec=120\nTimeoutStopSec={WAIT_SECONDS}\n"
        f"Restart=on-failure\nRestartSec=5\n\n[Install]\nWantedBy={target}\n"
    )


def word(text: str) -> str:
    """A word of a command in a unit, so that systemd passes on exactly this text.

    ``%`` is a specifier and ``$`` a variable; both are doubled. Backslash and quotes follow C (systemd.syntax(7),
    systemd.service(5) on command lines). Quadlet passes ``%`` and ``$`` on as they are (podman,
    pkg/systemd/parser/split.go, charNeedEscape), so the same holds there.
    """
    doubled = text.replace("%", "%%").replace("$", "$$")
    if re.fullmatch(r"[\w@%+=:,./$-]+", doubled, re.ASCII):
        return doubled
    return '"' + doubled.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _foreground(argv: Sequence[str]) -> tuple[str, ...]:
    """The command without what systemd does itself: staying, and starting again."""
    kept, skip = [], False
    for part in argv:
        if skip:
            skip = False
        elif part == "--restart":
            skip = True
        elif part == "--detach":
            kept.append("--rm")
        else:
            kept.append(part)
    return tuple(kept)


def _pairs(argv: Sequence[str]) -> list[tuple[str, ...]]:
    """Options with their values; client, ``run`` and image are left out."""
    found: list[tuple[str, ...]] = []
    for part in argv[2:-1]:
        if part.startswith("--"):
            found.append((part,))
        else:
            found[-1] = (*found[-1], part)
    return found


def _broken(argv: Sequence[str]) -> str:
    """The command over several lines, an option a line."""
    lines = [" ".join(map(word, argv[:2])), *(" ".join(map(word, pair)) for pair in _pairs(argv)), word(argv[-1])]
    return " \\\n    ".join(lines)
