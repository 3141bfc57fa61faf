"""Trainings that run in a workspace, as records on disk: what a stop has to wait for.

Whoever trains writes its record (``yoloport.inside.checkpoints``); the supervisor and ``yoloport status`` read them.
"""

from __future__ import annotations

import json
import os
import zlib
from dataclasses import asdict, dataclass, replace
from pathlib import Path


@dataclass(frozen=True)
class Training:
    """One training. ``checkpoint`` is empty until the first epoch was saved."""

    folder: str
    """The run's folder, as the trainer names it; one record each."""
    pid: int
    started: float
    """Start time of the process: with the pid it names one process, also after a restart."""
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
        if started_at(training.pid) == training.started:
            found.append(training)
        else:
            write(folder, replace(training, stopped=True))
    return tuple(found)


def _file(folder: Path, run: str) -> Path:
    return folder / f"{zlib.crc32(run.encode()):08x}.json"


def started_at(pid: int) -> float:
    """Start time of a process in clock ticks since boot, plus the boot's identity; 0 where there is none."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rsplit(")", 1)[1].split()
    except (OSError, IndexError):
        return 0.0
    if fields[0] in "ZX":  # a zombie has ended
        return 0.0
    return _boot_time() + int(fields[19]) / os.sysconf("SC_CLK_TCK")


def _boot_time() -> int:
    for line in Path("/proc/stat").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("btime "):
            return int(line.split()[1])
    return 0
