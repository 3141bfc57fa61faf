"""Exchanging ``forward`` of a class, and taking it back."""

from __future__ import annotations

import contextlib
import functools
import importlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from yoloport.inside.modules.registry import off, said, wanted
from yoloport.inside.modules.replacement import Applied, Refused, Replacement

if TYPE_CHECKING:
    import torch


@dataclass(frozen=True)
class _Exchange:
    """A class whose ``forward`` is a replacement's; ``own`` is what stood in the class itself, None if inherited."""

    applied: Applied
    target: type[Any]
    own: Any
    method: Any

    def on(self) -> None:
        self.target.forward = self.method

    def off(self) -> bool:
        """Take it back, unless somebody else has exchanged the method since: theirs is not ours to remove."""
        if vars(self.target).get("forward") is not self.method:
            return False
        if self.own is None:
            del self.target.forward
        else:
            self.target.forward = self.own
        return True


# Process-wide, because what it describes is: a class exists once in a process.
_ON: dict[type[Any], _Exchange] = {}


def apply(
    platform: str, device: torch.device, environ: Mapping[str, str] = os.environ
) -> tuple[Applied | Refused, ...]:
    """Check every replacement for the platform on the device, and use those that compute the same. Twice is once.

    Never raises because of a replacement: whatever goes wrong in one is its refusal. The caller logs each ``line()``.

    Args:
        platform: a folder of the catalogue.
        device: where the replacement is checked, and where the run computes.
        environ: ``YOLOPORT_MODULES``: ``off``, or the names to use, which then need not be for this platform.
    """
    replacements, refused = wanted(platform, environ)
    return (*(_use(one, device) for one in replacements), *refused)


def undo() -> None:
    """Give every class its own ``forward`` back."""
    for exchange in _ON.values():
        exchange.off()
    _ON.clear()


def active() -> tuple[Applied, ...]:
    """The replacements that are on in this process."""
    return tuple(exchange.applied for exchange in _ON.values())


@contextlib.contextmanager
def export_form(
    *replacements: Replacement, device: torch.device | None = None, environ: Mapping[str, str] = os.environ
) -> Iterator[tuple[Applied | Refused, ...]]:
    """These replacements and no others while a model is exported; before and after it is as it was.

    Replacements that are on are set aside, since a vendor's own function need not be exportable.

    Args:
        device: where the export traces the model, and where they are checked; the CPU unless said.
        environ: ``YOLOPORT_MODULES=off`` exports upstream's own form.

    Yields:
        What became of each, for the caller to log or to stop at.
    """
    import torch

    with _set_aside():
        try:
            chosen = () if off(environ) else replacements
            yield tuple(_use(one, device or torch.device("cpu")) for one in chosen)
        finally:
            undo()


@contextlib.contextmanager
def _set_aside() -> Iterator[None]:
    """Upstream's own methods everywhere, for a while."""
    before = {target: exchange for target, exchange in _ON.items() if exchange.off()}
    _ON.clear()
    try:
        yield
    finally:
        for exchange in before.values():
            exchange.on()
        _ON.update(before)


def _use(replacement: Replacement, device: torch.device) -> Applied | Refused:
    from yoloport.inside.modules.check import check

    try:
        target = _class(replacement.target)
        if target in _ON:
            return _again(replacement, _ON[target].applied)
        with _set_aside():  # a block is compared with upstream's, not with one that has replaced parts
            difference = check(replacement, target, device)
    except Exception as error:  # noqa: BLE001 - a vendor's code may raise anything, and the user's run goes on
        return Refused(replacement.name, said(error))
    if not difference.within:
        reason = f"{difference.where} differs by {difference.found:.3g}, allowed is {difference.allowed:.3g}"
        return Refused(replacement.name, reason, difference)
    applied = Applied(replacement, str(device), difference)
    method = _there_only(replacement.forward, target.forward, device.type)
    exchange = _Exchange(applied, target, vars(target).get("forward"), method)
    exchange.on()
    _ON[target] = exchange
    return applied


def _there_only(forward: Any, original: Any, device_type: str) -> Any:
    """The replacement for what lies on the device that it was checked on; elsewhere upstream's own."""

    @functools.wraps(forward)
    def dispatch(self: Any, *inputs: Any, **options: Any) -> Any:
        chosen = forward if _device_type((*inputs, *options.values())) == device_type else original
        return chosen(self, *inputs, **options)

    return dispatch


def _device_type(inputs: Iterable[Any]) -> str:
    """That of the first tensor; blocks take lists of tensors too."""
    for one in inputs:
        inside = isinstance(one, (list, tuple))
        kind = _device_type(one) if inside else str(getattr(getattr(one, "device", None), "type", ""))
        if kind:
            return kind
    return ""


def _again(replacement: Replacement, there: Applied) -> Applied | Refused:
    if there.replacement == replacement:
        return there
    return Refused(replacement.name, f"{replacement.target} is already replaced by {there.replacement.name!r}")


def _class(target: str) -> type[Any]:
    module, _, name = target.partition(":")
    found = getattr(importlib.import_module(module), name)
    if not isinstance(found, type):
        raise TypeError(f"{target} is no class")
    return found
