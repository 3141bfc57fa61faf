"""How an engine hands a card into a container: the vendor's runtime, a CDI specification, or neither."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Level, Look
from yoloport.doctor.general.there import known, usable, working_engine
from yoloport.host.facts import EngineFacts, Host
from yoloport.platforms.schema import Platform


def runtime_missing(case: Case) -> Iterator[Found]:
    """Nodes alone are not enough for this platform, and the engine has nothing else."""
    for platform, engine in _pair(case):
        wanted = known((platform.container.runtime, platform.container.cdi))
        if platform.container.nodes_suffice or not wanted or _has_runtime(platform, engine):
            continue
        if not _has_cdi(platform, engine, case.host):
            # --gpus also works by a hook that the engine does not list.
            level: Level | None = "warning" if platform.container.gpus_flag and engine.name == "docker" else None
            yield Found({"platform": platform.name, "engine": engine.name, "runtime": wanted[0]}, level)


def cdi_not_used(case: Case) -> Iterator[Found]:
    """The machine has a CDI specification for the cards, and the engine does not read it."""
    for platform, engine in _pair(case):
        kinds = sorted(_kinds(platform) & case.host.cdi_kinds)
        if kinds and engine.cdi is False:
            enough = platform.container.nodes_suffice or _has_runtime(platform, engine)
            values = {"kind": kinds[0], "engine": engine.name, "version": engine.version or "?"}
            yield Found(values, "note" if enough else None)


def reload_loses_devices(case: Case) -> Iterator[Found]:
    """Devices that a hook adds behind systemd's back are taken away by its next reload."""
    for platform, engine in _pair(case):
        container = platform.container
        by_hook = container.gpus_flag or not container.nodes_suffice or engine.default_runtime == container.runtime
        if (
            engine.cgroup_driver == "systemd"
            and by_hook
            and (container.gpus_flag or _has_runtime(platform, engine))
            and not _has_cdi(platform, engine, case.host)
        ):
            yield Found({"platform": platform.name, "engine": engine.name})


def _pair(case: Case) -> Iterator[tuple[Platform, EngineFacts]]:
    engine = working_engine(case)
    if engine is not None and case.wanted is not None and usable(case.wanted, case.host):
        yield case.wanted, engine


def _kinds(platform: Platform) -> set[str]:
    return set(known((platform.container.cdi, *platform.container.cdi_also)))


def _has_runtime(platform: Platform, engine: EngineFacts) -> bool:
    return bool(platform.container.runtime) and platform.container.runtime in engine.runtimes


def _has_cdi(platform: Platform, engine: EngineFacts, host: Host) -> bool:
    return bool(engine.cdi) and bool(_kinds(platform) & host.cdi_kinds)


CHECKS: dict[str, Look] = {
    "runtime-missing": runtime_missing,
    "cdi-not-used": cdi_not_used,
    "reload-loses-devices": reload_loses_devices,
}
