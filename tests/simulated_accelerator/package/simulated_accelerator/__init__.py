"""A simulated PyTorch accelerator: ``activate("npu")`` does what ``import torch_npu`` does for a real card."""

from __future__ import annotations

import atexit
import functools
import sys
import time
import types
from types import ModuleType

import torch
import torch.distributed as dist

# Names of the vendors' collective backends: platforms/*/platform.toml, [torch] collective.
COLLECTIVES = {"npu": "hccl", "mlu": "cncl", "musa": "mccl", "gcu": "eccl"}
# torch makes no storage methods for these on a device of a third party.
QUANTISED = [torch.quint8, torch.quint4x2, torch.quint2x4, torch.qint32, torch.qint8]


def activate(name: str) -> ModuleType:
    """Make the device.

    Args:
        name: what programs call it; one in each process, since torch has one place for devices of third parties.

    Returns:
        The module ``torch.<name>``.
    """
    made = sys.modules.get(f"torch.{name}")
    if made is not None:
        return made
    torch.utils.rename_privateuse1_backend(name)
    from simulated_accelerator import device

    amp = types.ModuleType(f"torch.{name}.amp")
    amp.autocast = functools.partial(torch.amp.autocast, name)  # type: ignore[attr-defined]
    amp.GradScaler = functools.partial(torch.amp.GradScaler, name)  # type: ignore[attr-defined]
    device.amp = amp
    sys.modules[f"torch.{name}"], sys.modules[f"torch.{name}.amp"] = device, amp
    torch._register_device_module(name, device)
    torch.utils.generate_methods_for_privateuse1_backend(unsupported_dtype=QUANTISED)
    atexit.register(_let_backward_end)
    if dist.is_available():
        _register_collective(COLLECTIVES.get(name, f"{name}ccl"), name)
    return device


def counters() -> dict[str, int]:
    """What this process has done on the device: kernels, fallbacks, h2d, d2h, d2d, sync, collectives, allocations."""
    from simulated_accelerator import _native

    return _native.counters()


def _let_backward_end() -> None:
    """Give torch's threads for backward passes a moment before Python ends.

    Such a thread drops Python objects of its last pass after ``backward()`` has returned; if Python is ending by then,
    the process aborts (torch 2.14.1, Engine::thread_main, seen with gdb 2026-11-24). A CPU has no such threads.
    """
    time.sleep(0.05)


def _register_collective(backend: str, device: str) -> None:
    def create(options: dist.distributed_c10d._DistributedBackendOptions, _: object = None) -> dist.Backend:
        from simulated_accelerator import _native

        rank, size = options.group_rank, options.group_size
        carrier = dist.ProcessGroupGloo(options.store, rank, size, timeout=options.timeout)
        return _native.collective_over(carrier, rank, size, backend)

    dist.Backend.register_backend(backend, create, extended_api=True, devices=[device])
