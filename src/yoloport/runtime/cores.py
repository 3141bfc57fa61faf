"""How many processors this process may really use: its affinity, and its control group's share of time.

A container limited to two of 64 processors by time sees all 64; an engine that starts 64 threads there is throttled and
slower than with two. Sources: Linux ``Documentation/admin-guide/cgroup-v2.rst`` (``cpu.max``) and
``cgroup-v1``'s ``cpu.cfs_quota_us``.
"""

from __future__ import annotations

import math
import os
from pathlib import Path

ROOT = Path("/")


def share(root: Path = ROOT) -> int:
    """Processors that this process may keep busy, at least 1; a part of one counts as one.

    Args:
        root: where ``proc`` and ``sys`` lie; another folder in tests.
    """
    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    limits = [limit for group in _groups(root) if (limit := _limit(group)) is not None]
    return max(1, min([allowed, *(math.ceil(limit) for limit in limits)]))


def _groups(root: Path) -> list[Path]:
    """The process's control group and those above it, in either version's tree."""
    base = root / "sys/fs/cgroup"
    found = [base, base / "cpu", base / "cpu,cpuacct"]
    for line in _text(root / "proc/self/cgroup").splitlines():
        number, _, rest = line.partition(":")
        kinds, _, path = rest.partition(":")
        if number == "0" or "cpu" in kinds.split(","):
            top = base if number == "0" else base / kinds
            inner = top / path.lstrip("/")
            found += [inner, *(above for above in inner.parents if top in above.parents)]
    return found


def _limit(group: Path) -> float | None:
    """Processors' worth of time that a group may use; ``None`` without a limit."""
    parts = _text(group / "cpu.max").split()
    if not parts:
        parts = [_text(group / "cpu.cfs_quota_us").strip(), _text(group / "cpu.cfs_period_us").strip()]
    if len(parts) != 2 or not all(part.isdecimal() for part in parts) or not int(parts[1]):
        return None
    return int(parts[0]) / int(parts[1])


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""
