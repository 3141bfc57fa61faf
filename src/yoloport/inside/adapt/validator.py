"""The last validation of a training on several cards, which upstream sends to its usual card (validator.py:186-193)."""

from __future__ import annotations

import functools
from contextlib import ExitStack
from types import ModuleType
from typing import Any

from yoloport.inside import accelerator as ac
from yoloport.inside.adapt.swap import swapped
from yoloport.inside.request import USUAL

NAMES = ("BaseValidator.__call__", "AutoBackend", "get_torch_device_backend", "RANK")
PURPOSE = "the last validation of a training on several cards"


def adapt(module: ModuleType) -> None:
    """Wrap the call in workers of a distributed training alone."""
    if module.RANK == -1 or (ac.built_in_card() and ac.active() is None):
        return
    owner = module.BaseValidator
    upstream = owner.__call__

    @functools.wraps(upstream)
    def validate(self: Any, trainer: Any = None, model: Any = None, **options: Any) -> Any:
        found = ac.active()
        with ExitStack() as stack:
            if trainer is None and found and not found.known_upstream:
                _send_to(found, module, stack)
            return upstream(self, trainer, model, **options)

    owner.__call__ = validate


def _send_to(found: ac.Accelerator, module: ModuleType, stack: ExitStack) -> None:
    """Both names that upstream takes the usual card from: the module asked for the current card, and the device."""
    backend_of, build = module.get_torch_device_backend, module.AutoBackend

    def backend(device: Any) -> Any:
        return ac.device_module(found.type) if str(device).startswith(USUAL) else backend_of(device)

    def on_the_card(*args: Any, **options: Any) -> Any:
        if getattr(options.get("device"), "type", "") == USUAL:
            options["device"] = ac.here(found)
        return build(*args, **options)

    stack.enter_context(swapped(module, "get_torch_device_backend", backend))
    stack.enter_context(swapped(module, "AutoBackend", on_the_card))
