"""``select_device`` and what goes with it: every request lands where the user meant it to.

Ultralytics 8.4.190 never chooses a plug-in's device by itself (utils/torch_utils.py:347-361), takes a number for its
usual card alone (:326-337), and knows two plug-ins' names (:206, :288).
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any

from yoloport.inside import accelerator as ac
from yoloport.inside.adapt.swap import swapped
from yoloport.inside.request import Cards, canonical, meant, says_processor
from yoloport.inside.requirement.wish import wish

NAMES = ("parse_device", "select_device", "autocast", "attempt_compile", "ModelEMA.update", "LOGGER", "torch")
GUARDS = True
PURPOSE = "choosing the accelerator without a device argument, device=0 on it, its mixed precision"


def adapt(module: Any) -> None:
    """Wrap the module's functions; where torch was built for this machine's card, leave all as it is."""
    if ac.built_in_card() and ac.active() is None:
        return
    wish(os.environ)  # a misspelt guard is said now, and not when it would have been needed
    module.parse_device = _parse_device(module.parse_device)
    module.select_device = _select_device(module.select_device, module)
    module.autocast = _autocast(module.autocast)
    module.attempt_compile = _attempt_compile(module.attempt_compile, module)
    module.ModelEMA.update = _ema_update(module.ModelEMA.update, module)


def cards(kind: str, request: object = "") -> Cards:
    """The cards of this type as torch sees them now, with their free memory where the request chooses by it."""
    module = ac.device_module(kind)
    count = int(module.device_count())
    free = tuple(_free(module, i) for i in range(count)) if "-1" in str(request) else ()
    return Cards(kind, count, int(module.current_device()), free)


def _free(module: Any, index: int) -> int:
    """Free bytes of a card; one that cannot be asked is the last that ``-1`` takes, and is named."""
    try:
        return int(module.mem_get_info(index)[0])
    except Exception as error:  # noqa: BLE001  a vendor's runtime may raise anything
        from ultralytics.utils import LOGGER

        LOGGER.warning(f"yoloport: card {index} does not tell its free memory ({error}); device=-1 takes it last")
        return 0


def wanted(request: object) -> tuple[ac.Accelerator, tuple[int, ...]] | None:
    """The accelerator and its cards that a request means; none where it means something else, or none is there."""
    found = ac.active()
    chosen = meant(request, cards(found.type, request)) if found else None
    return (found, chosen) if found and chosen is not None else None


def is_default(request: object) -> bool:
    """Whether the user left the choice to us. Kept as it is, so that a checkpoint resumes on another machine."""
    return str("" if request is None else request).strip().lower() in {"", "none"}


def _parse_device(upstream: Callable[..., str]) -> Callable[..., str]:
    @functools.wraps(upstream)
    def parse_device(device: Any = "") -> str:
        if is_default(device):
            return ""
        found = wanted(device)
        return canonical(found[0].type, found[1]) if found else upstream(device)

    return parse_device


def _select_device(upstream: Callable[..., Any], module: Any) -> Callable[..., Any]:
    @functools.wraps(upstream)
    def select_device(device: Any = "", newline: bool = False, verbose: bool = True) -> Any:
        found = wanted(device)
        if found is None:
            return _elsewhere(upstream, device, newline, verbose)
        accelerator, chosen = found
        if accelerator.known_upstream:
            device = upstream(canonical(accelerator.type, chosen), newline, verbose)
        else:
            device = _take(accelerator, chosen, module, newline, verbose)
        _replace_modules(accelerator.platform, device)
        return device

    return select_device


def _elsewhere(upstream: Callable[..., Any], device: Any, newline: bool, verbose: bool) -> Any:
    """Upstream's own choice. The guard is asked first: upstream's advice is about the cards it knows."""
    from yoloport.inside.requirement import guard

    if says_processor(device):
        return upstream(device, newline, verbose)
    found = ac.active()
    if found is None and not ac.built_in_card():
        guard.check("" if is_default(device) else str(device))
    chosen = upstream(device, newline, verbose)
    if found is not None and getattr(chosen, "type", "") == "cpu":
        guard.check(str(device), reason=guard.not_here(str(device), found.type))
    return chosen


def _take(accelerator: ac.Accelerator, chosen: tuple[int, ...], module: Any, newline: bool, verbose: bool) -> Any:
    backend = ac.device_module(accelerator.type)
    if len(chosen) == 1:
        backend.set_device(chosen[0])  # as upstream does; with several, each worker takes its own
    if verbose:
        named = ", ".join(f"{accelerator.type.upper()}:{i} ({backend.get_device_name(i)})" for i in chosen)
        line = f"Ultralytics {module.__version__} torch-{module.torch.__version__} {named}"
        module.LOGGER.info(line + "\n" if newline else line)
    return module.torch.device(accelerator.type, chosen[0])


@functools.cache
def _replace_modules(platform: str, device: Any) -> None:
    """Put the platform's own modules in place, once in a process for a card, and say which."""
    from ultralytics.utils import LOGGER

    from yoloport.inside import modules

    for one in modules.apply(platform, device):
        LOGGER.info(one.line())


def _autocast(upstream: Callable[..., Any]) -> Callable[..., Any]:
    """Upstream refuses bfloat16 on every plug-in's device (:141-145); the catalogue knows where it works."""

    @functools.wraps(upstream)
    def autocast(enabled: Any, device: str = "") -> Any:
        import torch

        found = ac.active()
        if enabled is torch.bfloat16 and found and device == found.type and _has_bfloat16(found):
            return torch.amp.autocast(device, dtype=torch.bfloat16)
        return upstream(enabled, device) if device else upstream(enabled)

    return autocast


def _has_bfloat16(found: ac.Accelerator) -> bool:
    return "bfloat16" in found.amp_on(str(ac.device_module(found.type).get_device_name()))


def _attempt_compile(upstream: Callable[..., Any], module: Any) -> Callable[..., Any]:
    """Upstream compiles with inductor whatever the device, and it would fail in the first step."""

    @functools.wraps(upstream)
    def attempt_compile(model: Any, device: Any, *more: Any, **options: Any) -> Any:
        found = ac.active()
        mode = options.get("mode", more[2] if len(more) > 2 else True)
        if mode and found and device.type == found.type:
            module.LOGGER.warning(f"compile: inductor was not verified on {device.type!r}, going on without compiling")
            return model
        return upstream(model, device, *more, **options)

    return attempt_compile


def _ema_update(upstream: Callable[..., None], module: Any) -> Callable[..., None]:
    @functools.wraps(upstream)
    def update(self: Any, model: Any) -> None:
        found = ac.active()
        if found is None or "ema-without-foreach" not in found.workarounds:
            upstream(self, model)
            return
        with swapped(module.torch, "_foreach_lerp_", _lerp_each):
            upstream(self, model)

    return update


def _lerp_each(tensors: Any, ends: Any, weight: float) -> None:
    for tensor, end in zip(tensors, ends, strict=True):
        tensor.mul_(1 - weight).add_(end, alpha=weight)
