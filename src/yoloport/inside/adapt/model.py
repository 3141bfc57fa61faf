"""``model.to("cuda")``, ``model.to(0)`` and the method of that name mean the accelerator."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from yoloport.inside import accelerator as ac
from yoloport.inside.adapt.devices import wanted
from yoloport.inside.request import USUAL, OneCard

NAMES = ("Model.to", f"Model.{USUAL}")
PURPOSE = f"model.to() with the usual card's name, and model.{USUAL}()"


def adapt(module: ModuleType) -> None:
    """Translate the device of both methods; everything else goes to torch as it came."""
    if ac.built_in_card() and ac.active() is None:
        return
    owner = module.Model
    owner.to = _to(owner.to)
    setattr(owner, USUAL, _usual(getattr(owner, USUAL)))


def _to(upstream: Any) -> Any:
    @functools.wraps(upstream)
    def to(self: Any, *args: Any, **options: Any) -> Any:
        if "device" in options:
            options["device"] = here(options["device"])
        return upstream(self, *map(here, args[:1]), *args[1:], **options)

    return to


def _usual(upstream: Any) -> Any:
    @functools.wraps(upstream)
    def to_the_card(self: Any, device: Any = None) -> Any:
        there = here(USUAL if device is None else device)
        return upstream(self, device) if ac.active() is None else self.to(there)

    return to_the_card


def here(value: Any) -> Any:
    """The accelerator's device for the usual card's name or number; any other value as it is.

    Raises:
        OneCard: the value names several.
    """
    import torch

    named = isinstance(value, (str, torch.device)) and str(value).startswith(USUAL)
    if not named and not (isinstance(value, int) and not isinstance(value, bool)):
        return value
    found = wanted(value)
    if found is None:
        return value
    if len(found[1]) > 1:
        raise OneCard(str(value))
    return torch.device(found[0].type, found[1][0])
