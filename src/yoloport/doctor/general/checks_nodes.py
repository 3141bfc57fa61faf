"""Nodes that are there and cannot be opened, or are not all there, or are somebody else's."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from yoloport.doctor.check import Case, Found, Level, Look
from yoloport.doctor.general.there import card_nodes, known, listed, usable, working_engine
from yoloport.host.facts import Caller, Host, Node
from yoloport.platforms.schema import Platform

READ_AND_WRITE = 6


def node_permission(case: Case) -> Iterator[Found]:
    """Nodes of the wanted platform that this user may not open."""
    if case.wanted is None or not usable(case.wanted, case.host):
        return
    closed = [node for node in _nodes(case.wanted, case.host) if not may_open(node, case.around.caller)]
    engine = working_engine(case)
    for gid in dict.fromkeys(node.gid for node in closed):
        nodes = [node for node in closed if node.gid == gid]
        values = {
            "nodes": listed([node.path for node in nodes], 4),
            "first": nodes[0].path,
            "gid": gid,
            "uid": nodes[0].uid,
            "mode": f"{nodes[0].mode:04o}",
        }
        # An engine that runs as root opens the nodes and gives the workspace the group: only --engine local fails.
        level: Level | None = "warning" if engine and not engine.rootless else None
        yield Found(values, level, _way(nodes[0], case))


def may_open(node: Node, caller: Caller) -> bool:
    """Whether the kernel lets this user read and write the node; yes where it is not known that it does not."""
    if (caller.uid == 0 and caller.capabilities is None) or "DAC_OVERRIDE" in (caller.capabilities or ()):
        return True
    if caller.uid == node.uid:
        return node.mode >> 6 & READ_AND_WRITE == READ_AND_WRITE
    shift = 3 if node.gid in caller.groups else 0
    return node.mode >> shift & READ_AND_WRITE == READ_AND_WRITE


def _way(node: Node, case: Case) -> str:
    by_group = node.gid != 0 and node.mode >> 3 & READ_AND_WRITE == READ_AND_WRITE
    if case.around.caller.uid == 0:
        return "root"
    if not by_group or node.gid in case.around.caller.groups:
        return "owner"
    return "container" if case.around.container else ""


def _nodes(platform: Platform, host: Host) -> Iterator[Node]:
    shared = {path.split(":")[0] for group in (platform.container, *platform.product) for path in group.shared}
    cards = {node.path for node in card_nodes(platform, host)}
    # A folder of nodes (/dev/dri) has x bits, a node has none: what is in the folder decides.
    return (node for node in host.nodes if node.path in shared | cards and not node.mode & 0o111)


def shared_node_missing(case: Case) -> Iterator[Found]:
    """The cards' own nodes are there, and those that every card needs beside its own are not."""
    platform = case.wanted
    if platform is None or not usable(platform, case.host):
        return
    product = next((p for p in platform.product if case.host.node(p.detect)), None)
    groups = [product] if product else [platform.container, *(platform.product if case.around.container else ())]
    # Inside a container a product cannot be told by its node: enough that the nodes of one kind are complete.
    missing = min((_missing(group.shared, case.host) for group in groups), key=len)
    if missing:
        variant = "container" if case.around.container else ""
        yield Found({"platform": platform.name, "missing": listed(missing), "first": missing[0]}, None, variant)


def _missing(shared: tuple[str, ...], host: Host) -> list[str]:
    """Of pairs ``on the machine:in the container`` one suffices; a pattern wants one node that matches."""
    there = [node.path for node in host.nodes]
    return [
        path.split(":")[-1]
        for path in known(shared)
        if not any(
            fnmatchcase(node, wanted) or node.startswith(f"{wanted}/") for wanted in path.split(":") for node in there
        )
    ]


def mounts_missing(case: Case) -> Iterator[Found]:
    """A container with the card's nodes and none of the driver's files."""
    platform = case.wanted
    if platform is None or not case.around.container or not usable(platform, case.host):
        return
    wanted = known((*platform.container.mounts, *(path for one in platform.product for path in one.mounts)))
    if wanted and not case.host.files.intersection(wanted):
        mounts = known(platform.container.mounts) or wanted
        yield Found({"platform": platform.name, "mounts": listed(mounts, 4), "first": mounts[0]})


def card_taken(case: Case) -> Iterator[Found]:
    """Cards of the wanted platform that running containers were given."""
    if case.wanted is None or not usable(case.wanted, case.host):
        return
    paths = {node.path for node in card_nodes(case.wanted, case.host)}
    for engine in case.around.engines:
        held = {number: _held(case.wanted, given, paths) for number, given in engine.containers}
        holders = [number for number, nodes in held.items() if nodes]
        taken = set().union(*held.values())
        if holders:
            values = {"count": len(taken), "total": len(paths), "holders": len(holders), "engine": engine.name}
            yield Found({**values, "nodes": listed(sorted(taken), 4)}, None if taken == paths else "note")


def _held(platform: Platform, given: tuple[str, ...], paths: set[str]) -> set[str]:
    if platform.container.gpus_flag and "gpus=all" in given:
        return paths
    return paths.intersection(given)


CHECKS: dict[str, Look] = {
    "node-permission": node_permission,
    "shared-node-missing": shared_node_missing,
    "mounts-missing": mounts_missing,
    "card-taken": card_taken,
}
