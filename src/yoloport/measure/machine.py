"""What a measurement ran on, read from files and package metadata: needs no torch."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from yoloport import __version__

PACKAGES = ("torch", "torchvision", "ultralytics", "onnxruntime", "onnx", "numpy", "opencv-python-headless")


@dataclass(frozen=True)
class Machine:
    """The machine and the software of a measurement.

    Args:
        platform: the platform's name, for example ``cpu``.
        expected: the torch device type that the platform computes on; empty where no platform was named.
        device: the torch device that did the work, for example ``cpu`` or ``npu:0``.
        device_name: what it calls itself.
        requested: what the user asked for; empty where the choice was left to the software.
        cpu: the processor's model.
        cores: processors this process may use.
        threads: threads torch computes with on the CPU.
        architecture: for example ``x86_64``.
        versions: version of each package, ``yoloport`` and ``python`` among them.
    """

    platform: str
    expected: str
    device: str
    device_name: str
    requested: str
    cpu: str
    cores: int
    threads: int
    architecture: str
    versions: dict[str, str]


def cpu_model(root: Path = Path("/")) -> str:
    """The processor's name: ``/proc/cpuinfo``, the device tree on ARM boards, else the architecture.

    Args:
        root: where ``proc`` is; another folder impersonates a machine.
    """
    lines = _text(root / "proc/cpuinfo").splitlines()
    cells = {key.strip().lower(): value.strip() for key, _, value in (line.partition(":") for line in lines)}
    for key in ("model name", "cpu model", "hardware"):
        if cells.get(key):
            return cells[key]
    board = _text(root / "proc/device-tree/model").strip("\0 \n")
    if "cpu implementer" in cells:
        part = f"ARM implementer {cells['cpu implementer']} part {cells.get('cpu part', '?')}"
        return f"{part} ({board})" if board else part
    return board or platform.machine()


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def usable_cores() -> int:
    """Processors this process may run on, which a container or ``taskset`` can make fewer than the machine has."""
    return len(os.sched_getaffinity(0))


def versions(packages: Sequence[str] = PACKAGES) -> dict[str, str]:
    """Installed version of each package; packages that are not installed are left out."""
    found = {"yoloport": __version__, "python": platform.python_version()}
    for package in packages:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found
