"""The module ``torch.<name>`` of the simulated device: the functions that torch and Ultralytics ask a device for."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType
from typing import TypeAlias

import torch
from torch import Event as Event
from torch import OutOfMemoryError as OutOfMemoryError
from torch import Stream as Stream

from simulated_accelerator import _native

Device: TypeAlias = int | str | torch.device | None
amp: ModuleType  # set when the device gets its name
default_generators = tuple(_native.default_generator(index) for index in range(_native.device_count()))


@dataclass(frozen=True)
class Properties:
    """What is known of a card; memory in bytes."""

    name: str
    total_memory: int
    major: int = 0
    minor: int = 0
    multi_processor_count: int = 1


class device:  # noqa: N801  # as torch.cuda.device
    """Makes a card current for a block."""

    def __init__(self, wanted: Device) -> None:
        self.index = _device_index(wanted)
        self.before = -1

    def __enter__(self) -> None:
        self.before = _native.exchange_device(self.index)

    def __exit__(self, *_: object) -> None:
        _native.exchange_device(self.before)


def _device_index(wanted: Device = None) -> int:
    if isinstance(wanted, int):
        return wanted
    index = None if wanted is None else torch.device(wanted).index
    return _native.current_device() if index is None else index


def _name() -> str:
    return str(torch._C._get_privateuse1_backend_name())


def is_available() -> bool:
    return _native.device_count() > 0


def is_initialized() -> bool:
    return True


def init() -> None:
    """Nothing is left to do: loading the module has made the device."""


_lazy_init = init


def _is_in_bad_fork() -> bool:
    return False


def is_current_stream_capturing() -> bool:
    return False


def device_count() -> int:
    return _native.device_count()


def current_device() -> int:
    return _native.current_device()


def set_device(wanted: Device) -> None:
    _native.exchange_device(_device_index(wanted))


def synchronize(wanted: Device = None) -> None:
    _native.synchronize(_device_index(wanted))


def get_device_properties(wanted: Device = None) -> Properties:
    return Properties(f"Simulated {_name().upper()}", _native.memory(_device_index(wanted))[3])


def get_device_name(wanted: Device = None) -> str:
    return get_device_properties(wanted).name


def get_device_capability(wanted: Device = None) -> None:
    """Unknown, as on the vendors' devices."""


def mem_get_info(wanted: Device = None) -> tuple[int, int]:
    _, reserved, _, total = _native.memory(_device_index(wanted))
    return total - reserved, total


def memory_allocated(wanted: Device = None) -> int:
    return _native.memory(_device_index(wanted))[0]


def memory_reserved(wanted: Device = None) -> int:
    return _native.memory(_device_index(wanted))[1]


def max_memory_allocated(wanted: Device = None) -> int:
    return _native.memory(_device_index(wanted))[2]


max_memory_reserved = memory_reserved


def reset_peak_memory_stats(wanted: Device = None) -> None:
    _native.reset_peak(_device_index(wanted))


def empty_cache() -> None:
    _native.empty_cache()


def manual_seed(seed: int) -> None:
    _native.default_generator(_native.current_device()).manual_seed(seed)


def manual_seed_all(seed: int) -> None:
    for index in range(_native.device_count()):
        _native.default_generator(index).manual_seed(seed)


def get_rng_state(wanted: Device = None) -> torch.Tensor:
    return _native.default_generator(_device_index(wanted)).get_state()


def set_rng_state(state: torch.Tensor, wanted: Device = None) -> None:
    _native.default_generator(_device_index(wanted)).set_state(state)


def get_amp_supported_dtype() -> list[torch.dtype]:
    return [torch.float16, torch.bfloat16]


def is_bf16_supported() -> bool:
    return True


def current_stream(wanted: Device = None) -> torch.Stream:
    return torch.accelerator.current_stream(torch.device(_name(), _device_index(wanted)))


def stream(chosen: torch.Stream) -> torch.Stream:
    """A stream is its own context manager."""
    return chosen
