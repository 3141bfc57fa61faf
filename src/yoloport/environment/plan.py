"""What has to be installed, from where, in which order. The same steps run here and in an image's build."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from yoloport.platforms.schema import Row

LOCK = Path(__file__).with_name("requirements.lock")
# Measured 2026-11-23: everything in the lock installed for CPython 3.11 on x86_64, byte code included.
LOCK_MB = 1400


@dataclass(frozen=True)
class TorchSource:
    """Where torch comes from, as pip arguments, and what the user should know about it."""

    kind: str
    """``wheelhouse``, ``mirror``, ``index`` (the row's own) or ``default``."""
    arguments: tuple[str, ...]
    local: str = ""
    size_mb: int = 0
    note: str = ""


@dataclass(frozen=True)
class Step:
    """One pip call: what it does in words, and its arguments after ``pip install``."""

    title: str
    arguments: tuple[str, ...]


@dataclass(frozen=True)
class Places:
    """Where the steps find their files; these differ between this machine and an image's build."""

    lock: str
    pins: str
    wheel: str
    wheelhouse: str = ""
    mirror: str = ""


def torch_source(row: Row, *, in_wheelhouse: bool, mirror: str, index_answers: bool) -> TorchSource:
    """Wheelhouse before mirror before the row's own index before the default index.

    The last is a fallback, so it carries a note that the user is shown.
    """
    if in_wheelhouse:
        return TorchSource("wheelhouse", ("--no-index",), size_mb=row.size_mb.index)
    if mirror or not row.index:
        return TorchSource("mirror" if mirror else "default", (), size_mb=row.size_mb.default)
    if index_answers:
        return TorchSource("index", ("--index-url", row.index, "--no-deps"), row.index_local, row.size_mb.index)
    note = (
        f"{row.index} cannot be reached from here: torch {row.torch} is taken from the default index. That build "
        f"brings libraries this platform does not need ({row.size_mb.default / 1000:.1f} GB instead of "
        f"{row.size_mb.index / 1000:.1f} GB) and computes the same. "
        "A folder of CPU wheels (--wheelhouse DIR) avoids it."
    )
    return TorchSource("default", (), size_mb=row.size_mb.default, note=note)


def steps(row: Row, source: TorchSource, places: Places) -> tuple[Step, ...]:
    """The pip calls, in order; each can be repeated without harm."""
    wheels = ("--find-links", places.wheelhouse) if places.wheelhouse else ()
    mirror = ("--index-url", places.mirror) if places.mirror else ()
    pair = (f"torch=={row.torch}{source.local}", f"torchvision=={row.torchvision}{source.local}")
    torch_from = source.arguments if source.kind in ("index", "wheelhouse") else mirror
    found = [
        Step(
            "locked packages (JupyterLab, Ultralytics, …)",
            (*mirror, *wheels, "--require-hashes", "--no-deps", "-r", places.lock),
        ),
        Step(
            f"torch {row.torch} and torchvision {row.torchvision} ({source.kind})",
            (*torch_from, *wheels, "-c", places.pins, *pair),
        ),
    ]
    if row.plugin:
        found.append(Step(row.plugin, (*mirror, *wheels, "-c", places.pins, *pair, row.plugin)))
    found.append(Step("yoloport itself", ("--no-deps", "--force-reinstall", places.wheel)))
    return tuple(found)


def pins(lock: str) -> str:
    """The lock's versions without hashes, as a constraints file: what torch needs must not move them."""
    lines = (re.sub(r"\s*\\$", "", line) for line in lock.splitlines() if re.match(r"[a-z0-9]", line))
    return "\n".join(lines) + "\n"


def key(platform: str, row: Row, python: tuple[int, int], lock: str) -> str:
    """Names an environment by what is in it: platform, Python, and a digest of lock and pair."""
    content = "\n".join((lock, row.torch, row.torchvision, row.plugin))
    return f"{platform}-py{python[0]}.{python[1]}-{hashlib.sha256(content.encode()).hexdigest()[:10]}"


def wheel_names(folder: Path | None) -> Sequence[str]:
    """File names of the wheels in a wheelhouse, sorted."""
    return sorted(file.name for file in folder.glob("*.whl")) if folder else []
