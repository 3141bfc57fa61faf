"""The device that torch truly used, by its own account, and what kind of thing it is."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yoloport.errors import Exit, Problem
from yoloport.measure.machine import Machine, cpu_model, usable_cores, versions

if TYPE_CHECKING:
    import torch


class NoSuchDevice(Problem):
    """A device that torch cannot use here."""

    exit = Exit.NO_DEVICE

    def __init__(self, device: str, why: str) -> None:
        self.device, self.why = device, why
        remedy = "Run 'yoloport doctor' to see why, or choose --device cpu."
        super().__init__(f"the device {device!r} cannot be used: {why}", remedy, "docs/en/platforms.md")


def select(requested: str | None) -> torch.device:
    """The torch device for a request in Ultralytics' words (``cpu``, ``0``, ``npu:0``); its own choice for none.

    Raises:
        NoSuchDevice: torch has no such device here.
    """
    import torch
    from ultralytics.utils.torch_utils import select_device

    try:
        device = select_device(requested or "", verbose=False)
        torch.zeros(1, device=device)
    except (ValueError, RuntimeError, AssertionError) as failure:
        raise NoSuchDevice(requested or "", _first_line(failure)) from failure
    return device


def _first_line(failure: Exception) -> str:
    lines = [line.strip() for line in str(failure).splitlines() if line.strip()]
    return lines[0] if lines else type(failure).__name__


def device_name(device: torch.device) -> str:
    """What the device calls itself; the processor's model for ``cpu``."""
    import torch

    if device.type == "cpu":
        return cpu_model()
    backend = getattr(torch, device.type, None)
    ask = getattr(backend, "get_device_name", None)
    return str(ask(device.index or 0)) if ask else str(device)


def is_simulated(device: torch.device) -> bool:
    """Whether the accelerator is the simulated one of the tests, which names itself ``Sim`` and the device's type."""
    return device.type != "cpu" and device_name(device).lower().startswith("sim")


@dataclass(frozen=True)
class NamedPlatform:
    """The platform a user or a workspace named, and the torch device type it computes on; both empty for none."""

    name: str = ""
    device: str = ""


def named_platform(name: str | None, environ: Mapping[str, str]) -> NamedPlatform:
    """The platform ``name``, else the one the workspace says it is for; needs no torch.

    Raises:
        UnknownPlatform: there is no such folder under ``platforms``.
    """
    chosen = name or environ.get("YOLOPORT_PLATFORM")
    if not chosen:
        return NamedPlatform()
    from yoloport.platforms.load import load

    return NamedPlatform(chosen, load(chosen).torch.device)


def describe(device: torch.device, requested: str | None, named: NamedPlatform, threads: int) -> Machine:
    """The machine around ``device``; without a named platform it is called after the device's type."""
    return Machine(
        platform=named.name or device.type,
        expected=named.device,
        device=str(device),
        device_name=device_name(device),
        requested=requested or "",
        cpu=cpu_model(),
        cores=usable_cores(),
        threads=threads,
        architecture=platform.machine(),
        versions=versions(),
    )


def emulator(root: Path = Path("/"), machine: str | None = None) -> str:
    """The program that emulates this processor, or nothing on a real one.

    qemu-user answers for ``/proc/self/exe`` itself, but not for the same link below ``/proc/self/task``
    (linux-user/syscall.c, ``is_proc_myself``), which names qemu. The second sign: a processor list of x86 beside
    another architecture, since older qemu passes the host's ``/proc/cpuinfo`` through.

    Args:
        root: where ``proc`` is; another folder impersonates a machine.
        machine: the architecture; this process's by default.
    """
    for name in _programs(root):
        if "qemu" in name:
            return name
    try:
        cpuinfo = (root / "proc/cpuinfo").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    x86 = (machine or platform.machine()) in {"x86_64", "i686", "AMD64"}
    return "qemu" if not x86 and "vendor_id\t" in cpuinfo and "\nflags\t" in cpuinfo else ""


def _programs(root: Path) -> list[str]:
    """Names of the programs that the kernel runs for this process's threads."""
    tasks = root / "proc/self/task"
    try:
        return [(thread / "exe").readlink().name for thread in tasks.iterdir()]
    except OSError:  # no proc file system, or a thread that ended meanwhile
        return []
