"""The container engine: whether there is one, whether it answers, whether it is new enough."""

from __future__ import annotations

import re
from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Look
from yoloport.doctor.general.there import card_nodes, listed, usable, working_engine

OLDEST_SUPPORTED = (20, 10)
READS_ZSTD = (23, 0)
ALL_READ_AND_WRITE = 0o006


def engine_missing(case: Case) -> Iterator[Found]:
    """No engine on the machine; inside a container that is as it should be."""
    if not case.around.engines and not case.around.container:
        yield Found()


def engine_silent(case: Case) -> Iterator[Found]:
    """An engine is installed and does not answer this user."""
    if case.around.container:
        return
    for engine in case.around.engines:
        if engine.fault:
            has_daemon = engine.name == "docker"
            refused = has_daemon and "permission denied" in engine.fault.lower()
            variant = "permission" if refused else "daemon" if has_daemon else ""
            values = {"engine": engine.name, "fault": engine.fault.splitlines()[0][:200]}
            # What the cause says whole is not said twice.
            raw = "" if variant != "permission" and engine.fault.strip() == values["fault"] else engine.fault
            yield Found(values, "note" if working_engine(case) else None, variant, raw=raw)


def engine_old(case: Case) -> Iterator[Found]:
    """Docker engines that cannot read layers as images are packed today."""
    for engine in case.around.engines:
        found = re.match(r"(\d+)\.(\d+)", engine.version)
        if engine.name == "docker" and not engine.fault and found:
            version = int(found[1]), int(found[2])
            if version < READS_ZSTD:
                oldest = version < OLDEST_SUPPORTED
                yield Found({"version": engine.version}, None if oldest else "note", "" if oldest else "most")


def engine_rootless(case: Case) -> Iterator[Found]:
    """An engine without root hands on only those nodes that the user may open, and drops the user's groups."""
    engine = working_engine(case)
    if engine is None or not engine.rootless or case.wanted is None or not usable(case.wanted, case.host):
        return
    closed = [n for n in card_nodes(case.wanted, case.host) if n.mode & ALL_READ_AND_WRITE != ALL_READ_AND_WRITE]
    if closed and case.around.caller.uid != 0:
        values = {"engine": engine.name, "nodes": listed([node.path for node in closed], 4), "gid": closed[0].gid}
        yield Found(values, variant="" if engine.name == "podman" else "other")


def selinux_enforcing(case: Case) -> Iterator[Found]:
    """Folders that are mounted into a container need its label."""
    engine = working_engine(case)
    if case.around.selinux == "enforcing" and engine is not None:
        yield Found({"engine": engine.name})


CHECKS: dict[str, Look] = {
    "engine-missing": engine_missing,
    "engine-silent": engine_silent,
    "engine-old": engine_old,
    "engine-rootless": engine_rootless,
    "selinux-enforcing": selinux_enforcing,
}
