"""A plan as a process of this user: command line and environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yoloport.platforms.choose import Choice
from yoloport.workspace.plan import Plan, Request


def command(python: Path) -> tuple[str, ...]:
    """The supervisor, with the environment's own Python."""
    return (str(python), "-m", "yoloport.supervise")


def environment(plan: Plan, request: Request, choice: Choice) -> dict[str, str]:
    """``YOLOPORT_*`` for the supervisor, and which cards it may see."""
    inside = {name: value for name, value in plan.environment if name.startswith("YOLOPORT_")}
    found = {
        **inside,
        "YOLOPORT_LOCAL": "1",
        "YOLOPORT_DATA": str(plan.data),
        "YOLOPORT_ADDRESS": plan.ports[0].address,
        "YOLOPORT_PORT": str(request.port),
        "YOLOPORT_SSH_PORT": str(request.ssh_port),
    }
    files = (("AUTHORIZED_KEYS", request.ssh_key), ("TLS_CERT", request.tls_cert), ("TLS_KEY", request.tls_key))
    found |= {f"YOLOPORT_{name}": str(path) for name, path in files if path}
    container = choice.platform.container
    if container.visibility and request.devices:
        # On the host the variable counts cards in the order of their physical ids: physical id -> logical index.
        value = ",".join(str(choice.cards.index(card)) for card in request.devices)
        found |= dict.fromkeys((container.visibility, *container.visibility_also), value)
    return found


def merged(environ: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment with ours over it; a workspace inside a workspace starts clean."""
    return {**{k: v for k, v in environ.items() if not k.startswith("YOLOPORT_")}, **own}
