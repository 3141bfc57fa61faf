"""The numerical check: the original on the CPU against the replacement on the device, both in fp32."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from yoloport.inside.modules.compare import Differs, furthest, leaves, mapped
from yoloport.inside.modules.replacement import Difference, Replacement

if TYPE_CHECKING:
    import torch

MODES = {"training": True, "evaluation": False}


def check(replacement: Replacement, target: type[Any], device: torch.device) -> Difference:
    """The largest difference of outputs, changed inputs, gradients and buffers, in training and evaluation mode.

    The class must have its own ``forward`` when this is called. The user's random numbers are not touched.

    Raises:
        Differs: something other than a number differs. What the two functions raise is not caught.
    """
    import torch

    original = target.forward
    _same_parameters(original, replacement.forward)
    worst = Difference()
    # A caller may be within no_grad or inference_mode; only the CPU's numbers are saved, as no seed is set elsewhere.
    with torch.random.fork_rng(devices=[]), torch.inference_mode(False), torch.enable_grad():
        for mode, training in MODES.items():
            torch.default_generator.manual_seed(0)
            module, inputs = replacement.sample()
            if module.__class__ is not target:
                raise Differs(f"its sample is a {type(module).__name__}, no {target.__name__}")
            module.train(training)
            ours = _run(original, module, inputs, torch.device("cpu"), mode)
            theirs = _run(replacement.forward, module, inputs, device, mode)
            found = furthest(ours, theirs, replacement.tolerance)
            worst = max(worst, found, key=lambda one: (one.share, one.found))
    return worst


def _same_parameters(original: Callable[..., Any], replaced: Callable[..., Any]) -> None:
    """Upstream passes arguments by place and by name, so both must be the same."""
    shapes = [
        ", ".join(str(one.replace(annotation=one.empty)) for one in list(inspect.signature(f).parameters.values())[1:])
        for f in (original, replaced)
    ]
    if shapes[0] != shapes[1]:
        raise Differs(f"its parameters are ({shapes[1]}), those of the original are ({shapes[0]})")


def _run(
    forward: Callable[..., Any], module: torch.nn.Module, inputs: tuple[Any, ...], device: torch.device, mode: str
) -> dict[str, torch.Tensor]:
    """Everything that a call leaves behind, by name, on the CPU."""
    module = copy.deepcopy(module).float().to(device)
    begun = mapped(inputs, lambda one: _begin(one, device))
    passed = mapped(begun, lambda one: one.clone())  # a function may work in place, which torch refuses on a leaf
    output = forward(module, *passed)
    results = dict(leaves(output, "output"))
    away = [name for name, one in results.items() if one.device.type != device.type]
    if away:
        raise Differs(f"{away[0]} is on {results[away[0]].device}, not on {device}")
    _backward(list(results.values()))
    results |= dict(leaves(passed, "changed input"))
    results |= {f"gradient of {name}": _gradient(one) for name, one in leaves(begun, "input") if one.requires_grad}
    results |= {f"gradient of {name}": _gradient(one) for name, one in module.named_parameters() if one.requires_grad}
    results |= dict(module.named_buffers())
    return {f"{mode}: {name}": one.detach().cpu() for name, one in results.items()}


def _begin(one: torch.Tensor, device: torch.device) -> torch.Tensor:
    if not one.is_floating_point():
        return one.detach().to(device)
    return one.detach().float().to(device, copy=True).requires_grad_()


def _backward(outputs: list[torch.Tensor]) -> None:
    """Gradients of a fixed weighted sum of all outputs: equal weights would hide errors that cancel out."""
    import torch

    used = [one for one in outputs if one.requires_grad]
    weights = [torch.linspace(-1, 1, one.numel()).reshape(one.shape).to(one) for one in used]
    if used:
        torch.autograd.backward(used, weights)


def _gradient(one: torch.Tensor) -> torch.Tensor:
    import torch

    return torch.zeros_like(one) if one.grad is None else one.grad
