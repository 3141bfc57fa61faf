"""``model.to("cuda")`` and ``model.to(0)`` mean the accelerator."""

from __future__ import annotations

from types import ModuleType
from typing import Any

from yoloport.inside import accelerator as ac
from yoloport.inside.adapt.devices import wanted
from yoloport.inside.request import USUAL

NAMES = ("Model.to",)
PURPOSE = "model.to() with the usual card's name"


def adapt(module: ModuleType) -> None:
    """Translate the device of ``Model.to``; everything else goes to torch as it came."""
    if ac.built_in_card() and ac.active() is None:
        return
    owner = module.Model
    upstream = owner.to

    def to(self: Any, *args: Any, **options: Any) -> Any:
        """As ``torch.nn.Module.to``, with the usual card's name for the accelerator."""
        return upstream(self, *(map(here, args)), **{name: here(value) for name, value in options.items()})

    owner.to = to


def here(value: Any) -> Any:
    """The accelerator's device for the usual card's name or number; any other value as it is."""
    import torch

    named = isinstance(value, (str, torch.device)) and str(value).startswith(USUAL)
    if not named and not (isinstance(value, int) and not isinstance(value, bool)):
        return value
    found = wanted(value)
    return torch.device(found[0].type, found[1][0]) if found else value
