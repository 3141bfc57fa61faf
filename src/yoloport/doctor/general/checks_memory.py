"""Memory and disk: what runs out in the middle of a training."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.doctor.check import Case, Found, Level, Look
from yoloport.host.facts import Disk

MB, GB = 1024 * 1024, 10**9
ENGINE_DEFAULT_SHM = 64 * MB
LITTLE_MEMORY = 4 * GB
DISK_TIGHT, DISK_BLOCKED = 10 * GB, 2 * GB


def shared_memory_small(case: Case) -> Iterator[Found]:
    """A container with the engine's default for /dev/shm."""
    size = case.around.shm_bytes
    if case.around.container and 0 < size <= ENGINE_DEFAULT_SHM:
        platform = case.wanted
        wanted = max(platform.limits.shm_mb if platform else 0, 2048)
        yield Found({"size": size // MB, "wanted": wanted // 1024})


def memory_little(case: Case) -> Iterator[Found]:
    """Less memory than a training of the smallest model wants."""
    if 0 < case.host.memory_bytes < LITTLE_MEMORY:
        yield Found({"gb": f"{case.host.memory_bytes / GB:.1f}"})


def disk_little(case: Case) -> Iterator[Found]:
    """Little room where images, environments and data go."""
    for disk in _disks(case):
        if disk.free < DISK_TIGHT:
            level: Level | None = "blocked" if disk.free < DISK_BLOCKED else None
            yield Found({"path": disk.path, "free": f"{disk.free / GB:.1f}", "total": f"{disk.total / GB:.0f}"}, level)


def _disks(case: Case) -> Iterator[Disk]:
    """Each file system once; the root one only where nothing of ours is known to lie elsewhere."""
    stores = [engine.storage for engine in case.around.engines if engine.storage]
    own = [disk for disk in case.around.disks if disk.path != "/"]
    seen: set[tuple[int, int]] = set()
    for disk in (*own, *stores) if own or stores else case.around.disks:
        if disk.total and (disk.total, disk.free) not in seen:
            seen.add((disk.total, disk.free))
            yield disk


CHECKS: dict[str, Look] = {
    "shared-memory-small": shared_memory_small,
    "memory-little": memory_little,
    "disk-little": disk_little,
}
