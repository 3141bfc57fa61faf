"""The accelerator that a plug-in added to torch, and what the catalogue knows of it."""

from __future__ import annotations

import functools
import importlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

    from yoloport.platforms.schema import Platform

NOT_RENAMED = "privateuseone"
"""What torch calls the place for a plug-in's device until a plug-in takes it (torch/csrc, PrivateUse1)."""


@dataclass(frozen=True)
class Accelerator:
    """A device type that torch can use now, besides those it was built with.

    Args:
        type: torch's name of it.
        platform: the folder in the catalogue; empty where no folder has this type.
        known_upstream: whether Ultralytics knows the name and picks the right paths by itself.
        collective: the backend of ``torch.distributed`` between its cards.
        amp: types that autocast may use on every chip.
        amp_by_chip: the same for chips of which more is known, by a name that the plug-in or the vendor's tool has.
        workarounds: ids of the catalogue's workarounds that upstream does not have itself.
        fallback_words: the plug-in's warning when an operator runs on the host; a regular expression.
        shim: the vendor's import that stands for the usual card, where that is the better road; else empty.
    """

    type: str
    platform: str = ""
    known_upstream: bool = False
    collective: str = ""
    amp: tuple[str, ...] = ()
    amp_by_chip: tuple[tuple[str, tuple[str, ...]], ...] = ()
    workarounds: tuple[str, ...] = ()
    fallback_words: str = ""
    shim: str = ""

    def amp_on(self, device_name: str) -> tuple[str, ...]:
        """Types that autocast may use on the card that calls itself so; a name at its end fits best."""
        fitting = [(name, types) for name, types in self.amp_by_chip if name in device_name]
        return max(fitting, key=lambda one: (device_name.endswith(one[0]), len(one[0])))[1] if fitting else self.amp


def active(environ: Mapping[str, str] = os.environ) -> Accelerator | None:
    """The accelerator to use, or none: a card that torch itself supports comes first, unless another was asked for.

    ``YOLOPORT_PLATFORM`` asks for one.
    """
    name = added_type() or _added_now()
    if not name or not usable(name):
        return None
    found = of_type(name)
    if found.shim:
        _take_shim(found.shim)
        return None  # from here on upstream finds the card that it knows, and nothing of it is changed
    asked_for = bool(found.platform) and found.platform == environ.get("YOLOPORT_PLATFORM")
    return found if asked_for or not built_in_card() else None


def added_type() -> str:
    """The name that a plug-in gave to its device; empty where none is loaded."""
    import torch

    name = str(torch._C._get_privateuse1_backend_name())
    return "" if name == NOT_RENAMED else name


def _added_now() -> str:
    """The same, after importing what torch did not import by itself."""
    from yoloport.inside import plugin

    return added_type() if plugin.load_installed() else ""


def usable(name: str) -> bool:
    """Whether the plug-in sees a card. A plug-in that fails when asked has none."""
    import torch

    module = getattr(torch, name, None)
    try:
        return module is not None and bool(module.is_available()) and int(module.device_count()) > 0
    except Exception:  # noqa: BLE001  whatever a vendor's runtime raises when its driver is gone; the guard tells why
        return False


def built_in_card() -> bool:
    """Whether torch was built for the cards of this machine; nothing is changed then."""
    import torch

    return bool(torch.cuda.is_available())


def device_module(name: str) -> Any:
    """torch's module of a device type: ``set_device``, ``synchronize``, ``mem_get_info`` and the rest."""
    import torch

    return torch.get_device_module(name)


def here(accelerator: Accelerator) -> torch.device:
    """The current card of this process."""
    import torch

    return torch.device(accelerator.type, device_module(accelerator.type).current_device())


@functools.cache
def _take_shim(name: str) -> None:
    """Import it, once. A shim that fails is said as the import error that it is: there is no other road then."""
    importlib.import_module(name)


@functools.lru_cache(maxsize=8)
def of_type(name: str) -> Accelerator:
    """What the catalogue knows of this device type."""
    from yoloport.platforms.load import load_all

    for platform in load_all():
        if platform.torch.device == name:
            return _from(platform)
    return Accelerator(name)


def _from(platform: Platform) -> Accelerator:
    return Accelerator(
        type=platform.torch.device,
        platform=platform.name,
        known_upstream=platform.torch.road == "native",
        collective=platform.torch.collective,
        amp=platform.torch.amp,
        amp_by_chip=tuple(
            (name, chip.amp) for chip in platform.chip if chip.amp for name in (*chip.tool_names, chip.name)
        ),
        workarounds=tuple(one.id for one in platform.workaround if not one.upstream),
        fallback_words=platform.torch.fallback_words,
        shim=platform.torch.shim if platform.torch.road == "shim" else "",
    )
