"""How far nested tensors lie from each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from yoloport.inside.modules.replacement import Difference, Tolerance

if TYPE_CHECKING:
    import torch


class Differs(Exception):
    """What differs is no number: a shape, a type, a place."""


def leaves(value: Any, name: str) -> Iterator[tuple[str, torch.Tensor]]:
    """The tensors within tuples, lists and mappings, each with the way to it."""
    import torch

    if isinstance(value, torch.Tensor):
        yield name, value
    elif isinstance(value, Mapping):
        for key in value:
            yield from leaves(value[key], f"{name}.{key}")
    elif isinstance(value, (tuple, list)):
        for place, one in enumerate(value):
            yield from leaves(one, f"{name}.{place}")


def mapped(value: Any, change: Callable[[torch.Tensor], torch.Tensor]) -> Any:
    """The same nest with each tensor changed. What is neither tensor, tuple, list nor dict stays as it is."""
    import torch

    if isinstance(value, torch.Tensor):
        return change(value)
    if isinstance(value, dict):
        return {key: mapped(one, change) for key, one in value.items()}
    return type(value)(mapped(one, change) for one in value) if type(value) in (tuple, list) else value


def furthest(original: dict[str, torch.Tensor], replaced: dict[str, torch.Tensor], tolerance: Tolerance) -> Difference:
    """The largest difference between tensors of the same names, both on the CPU.

    Raises:
        Differs: names, shapes or types are not the same.
    """
    if list(original) != list(replaced):
        more, less = (
            [name for name in one if name not in other] for one, other in ((replaced, original), (original, replaced))
        )
        raise Differs(f"it gives {', '.join(more) or 'nothing'} where upstream gives {', '.join(less) or 'nothing'}")
    worst = Difference()
    for name, ours in original.items():
        found = _between(name, ours, replaced[name], tolerance)
        worst = max(worst, found, key=lambda one: (one.share, one.found))
    return worst


def _between(name: str, original: torch.Tensor, replaced: torch.Tensor, tolerance: Tolerance) -> Difference:
    import torch

    kinds = [f"{tuple(one.shape)} of {one.dtype}" for one in (original, replaced)]
    if kinds[0] != kinds[1]:
        raise Differs(f"{name} is {kinds[1]} where upstream's is {kinds[0]}")
    if not original.numel():
        return Difference()
    one, other = original.double().flatten(), replaced.double().flatten()
    same = (one == other) | (one.isnan() & other.isnan())
    gap = torch.where(same, 0.0, (one - other).abs().nan_to_num(nan=float("inf"), posinf=float("inf")))
    allowed = tolerance.absolute + tolerance.relative * one.abs().nan_to_num(nan=0.0, posinf=0.0, neginf=0.0)
    share = torch.where(gap > 0, gap / allowed, 0.0)
    place = int(share.argmax())
    index = [int(number) for number in torch.unravel_index(torch.tensor(place), original.shape)]
    return Difference(float(gap[place]), float(allowed[place]), f"{name}{index}")
