"""Trainings that run in a workspace, as records on disk: what a stop has to wait for.

Whoever trains writes its record (``yoloport.inside.checkpoints``); the supervisor and ``yoloport status`` read them.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Training:
    """One training. ``checkpoint`` is empty until the first epoch was saved."""

    folder: str
    """The run's folder, as the trainer names it; one record each."""
    pid: int
    started: str
    """When the process started, see :func:`started_at`: with the pid it names one process, also after a restart."""
    epoch: int
    """Epochs that are finished."""
    epochs: int
    checkpoint: str = ""
    stopped: bool = False
    """It was left before its end, by a stop of the workspace or because its process is gone."""


def write(folder: Path, training: Training) -> None:
    """Record or update; whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    file = _file(folder, training.folder)
    part = file.with_suffix(".part")
    part.write_text(json.dumps(asdict(training)), encoding="utf-8")
    part.replace(file)


def remove(folder: Path, run: str) -> None:
    """The training came to its end: nothing is left to resume."""
    _file(folder, run).unlink(missing_ok=True)


def recorded(folder: Path) -> tuple[Training, ...]:
    """All records, stopped ones too."""
    found = []
    for file in sorted(folder.glob("*.json")):
        try:
            found.append(Training(**json.loads(file.read_text(encoding="utf-8"))))
        except (OSError, ValueError, TypeError):
            continue  # removed meanwhile, or written by another version
    return tuple(found)


def running(folder: Path) -> tuple[Training, ...]:
    """Trainings that run now, as seen from inside the workspace: a container counts processes for itself.

    The record of one whose process is gone is marked as stopped on the way.
    """
    found = []
    for training in recorded(folder):
        if training.stopped:
            continue
        if training.started and started_at(training.pid) == training.started:
            found.append(training)
        else:
            write(folder, replace(training, stopped=True))
    return tuple(found)


def _file(folder: Path, run: str) -> Path:
    return folder / f"{zlib.crc32(run.encode()):08x}.json"


def started_at(pid: int) -> str:
    """When a process started: this boot's identity and clock ticks since it; empty where there is no such process.

    Not a time of day: that moves when the clock is set, and a board without a battery sets it after every start.
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except (OSError, IndexError):
        return ""
    return "" if fields[0] in "ZX" else f"{boot}:{fields[19]}"  # a zombie has ended
