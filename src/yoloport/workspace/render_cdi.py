"""A platform's nodes, files and variables as a CDI specification, for those vendors whose tools make none."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from yoloport.errors import Exit, Problem
from yoloport.host.facts import Host
from yoloport.platforms.choose import Choice
from yoloport.workspace.plan import Plan
from yoloport.workspace.render_yaml import comment, document

VERSION = "0.5.0"
"""The oldest with names that begin with a digit and with ``hostPath`` (container-device-interface specs-go, version.go,
requiresV050), so that old engines take it; an engine refuses a version newer than itself."""
OWN = "yoloport.io"
"""Stands for the vendor where none has named a kind."""


class NothingToPass(Problem):
    """No CDI specification can be written for the platform, or none is needed."""

    exit = Exit.NO_DEVICE

    def __init__(self, platform: str, why: str, remedy: str) -> None:
        super().__init__(f"no CDI specification for platform {platform!r}: {why}", remedy, "docs/en/render.md")
        self.platform = platform


def require_possible(choice: Choice) -> None:
    """Whether nodes are all that the platform's containers need.

    Raises:
        NothingToPass: a processor, or cards whose libraries only the vendor's toolkit brings.
    """
    platform = choice.platform
    if platform.kind == "processor":
        raise NothingToPass(platform.name, "a processor needs no device", "render docker or compose")
    if not platform.container.nodes_suffice:
        raise NothingToPass(
            platform.name,
            "its nodes alone do not suffice, the driver's libraries have to come along",
            "let the vendor's own container toolkit write it",
        )


def kind(choice: Choice) -> str:
    """The vendor's kind where cards can be passed singly, as its name promises; else one of our own.

    Under the vendor's kind ``yoloport up`` asks for cards by number (``KIND=1``), which shared nodes cannot give.
    """
    platform = choice.platform
    singly = bool(_template(choice)) or not choice.cards
    return platform.container.cdi if platform.container.cdi and singly else f"{OWN}/{platform.name}"


def file_name(of: str) -> str:
    """Where engines look for a kind's specification."""
    return f"/etc/cdi/{of.replace('/', '-')}.yaml"


def specification(choice: Choice, plan: Plan, host: Host) -> dict[str, Any]:
    """The specification as data.

    One device a card where cards have nodes of their own, by physical number, and ``all``. What every card needs
    stands once, for all of them.

    Args:
        choice: platform and product; decides how a card's node is named.
        plan: of the same choice; its nodes, cards and mounts are those that the machine has.
        host: has the nodes inside a folder of nodes, which an engine opens up for ``--device`` and not for CDI
            (container-device-interface, pkg/cdi, container-edits_unix.go: what is no device node is an error).

    Raises:
        NothingToPass: the machine has none of the nodes, or is not known well enough.
    """
    template, count = _template(choice), len(plan.card_ids)
    # Cards' nodes come first in a plan, one each.
    own, rest = (plan.nodes[:count], plan.nodes[count:]) if template else ((), plan.nodes)
    shared = [node for pair in rest for node in _opened(pair, choice, host)]
    if not (own or shared):
        raise NothingToPass(plan.platform, "none of its nodes is known here", "render it there, or --snapshot FILE")
    devices = [
        {"name": str(card), "containerEdits": {"deviceNodes": [_node(*node)]}}
        for card, node in zip(plan.card_ids, own, strict=False)
    ]
    common: dict[str, Any] = {}
    if choice.platform.container.environment:
        common["env"] = [f"{name}={value}" for name, value in choice.platform.container.environment.items()]
    files = [mount for mount in plan.mounts if mount.host == mount.inside and mount.read_only]
    if files:
        common["mounts"] = [
            {"hostPath": m.host, "containerPath": m.inside, "options": ["ro", "nosuid", "nodev", "rbind"]}
            for m in files
        ]
    if own:
        every = {"deviceNodes": [_node(*node) for node in own]}
        if shared:
            common["deviceNodes"] = [_node(*node) for node in shared]
    else:
        every = {"deviceNodes": [_node(*node) for node in shared]}
    found = {
        "cdiVersion": VERSION,
        "kind": kind(choice),
        "devices": [*devices, {"name": "all", "containerEdits": every}],
    }
    return found | ({"containerEdits": common} if common else {})


def cdi(choice: Choice, plan: Plan, host: Host, as_json: bool = False, told: Sequence[str] = ()) -> str:
    """The file's text; YAML with a comment how to use it, JSON without.

    Raises:
        NothingToPass: see :func:`require_possible` and :func:`specification`.
    """
    require_possible(choice)
    made = specification(choice, plan, host)
    if as_json:
        return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
    closed = [path for path, _ in plan.nodes if _is_folder(path, choice) and not _opened((path, path), choice, host)]
    more = [f"{path} is a folder, and CDI wants the nodes in it by name: render it there." for path in closed]
    return comment(_words(choice, plan, made, (*told, *more))) + document(made)


def _words(choice: Choice, plan: Plan, made: dict[str, Any], told: Sequence[str]) -> list[str]:
    container, name = choice.platform.container, made["kind"]
    first = made["devices"][0]["name"]
    lines = [
        f"CDI specification of platform {plan.platform}. Put it there: {file_name(name)}",
        f"Docker 25 to 27 with features.cdi in daemon.json, from 28 on without: docker run --device {name}={first} …",
        f"Podman 4.1 or newer: podman run --device {name}={first} …",
    ]
    if container.runtime or container.cdi:
        lines.append(f"Where the vendor's own toolkit writes {container.cdi or 'a specification'}, take that one.")
    if not _template(choice) and choice.cards:
        pick = f" Pick one with --env {container.visibility}=NUMBER." if container.visibility else ""
        lines.append(f"All cards share these nodes, so there is only {name}=all.{pick}")
    if plan.groups:
        added = " ".join(f"--group-add {gid}" for gid in plan.groups)
        lines.append(f"An ordinary user in the container needs besides: {added}")
    if container.options:
        lines.append(f"The vendor's stack needs besides: {' '.join(container.options)}")
    return [*lines, *told]


def _template(choice: Choice) -> str:
    product = choice.product
    return choice.platform.container.card if product is None or product.card is None else product.card


def _is_folder(path: str, choice: Choice) -> bool:
    """Whether the catalogue has patterns of nodes below this one."""
    return any(one.startswith(f"{path}/") for one in (choice.product or choice.platform.container).optional)


def _opened(pair: tuple[str, str], choice: Choice, host: Host) -> list[tuple[str, str]]:
    path, inside = pair
    if not _is_folder(path, choice):
        return [pair]
    there = (node.path for node in host.nodes if node.path.startswith(f"{path}/"))
    return [(one, inside + one.removeprefix(path)) for one in there]


def _node(host: str, inside: str) -> dict[str, str]:
    return {"path": inside, "permissions": "rw"} | ({"hostPath": host} if host != inside else {})
