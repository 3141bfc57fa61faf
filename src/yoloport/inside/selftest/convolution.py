"""A convolution, forward and backward, on the device against float64 on the CPU."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yoloport.inside.selftest.check import CheckFailed

if TYPE_CHECKING:
    import torch

# An output sums 16 channels x 9 places = 144 products of float32; rounding alone stays below 1e-5 of the largest.
# TF32 and float16 arithmetic, which some cards use for float32 convolutions, keep 10 bits: up to 5e-3.
TOLERANCE = 5e-3


def convolution(device: torch.device) -> Mapping[str, object]:
    """Largest errors of output, input gradient and weight gradient, relative to the largest true value.

    Raises:
        CheckFailed: one is above ``TOLERANCE``, or a result is not on the device.
    """
    import torch

    source = torch.Generator().manual_seed(0)
    pixels = torch.randn(2, 16, 40, 40, generator=source, dtype=torch.float64)
    weight = torch.randn(32, 16, 3, 3, generator=source, dtype=torch.float64)
    onward = torch.randn(2, 32, 20, 20, generator=source, dtype=torch.float64)
    expected = _pass(pixels, weight, onward)
    actual = _pass(*(value.to(torch.float32).to(device) for value in (pixels, weight, onward)))
    figures: dict[str, object] = {"tolerance": TOLERANCE, "device": str(actual[0].device)}
    if actual[0].device.type != device.type:
        raise CheckFailed(f"the result is on {actual[0].device}, not on {device}", figures)
    names = ("output", "input gradient", "weight gradient")
    errors = {name: _error(a, b) for name, a, b in zip(names, actual, expected, strict=True)}
    figures |= errors
    worst = max(errors, key=lambda name: errors[name])
    if not errors[worst] <= TOLERANCE:
        raise CheckFailed(f"{worst} is off by {errors[worst]:.1e} of its largest value; {TOLERANCE:g} allowed", figures)
    return figures


def _pass(pixels: torch.Tensor, weight: torch.Tensor, onward: torch.Tensor) -> tuple[torch.Tensor, ...]:
    import torch

    pixels, weight = pixels.detach().requires_grad_(), weight.detach().requires_grad_()
    output = torch.nn.functional.conv2d(pixels, weight, stride=2, padding=1)
    output.backward(onward)
    return output.detach(), pixels.grad, weight.grad


def _error(actual: torch.Tensor, expected: torch.Tensor) -> float:
    gap = (actual.cpu().to(expected.dtype) - expected).abs().max()
    return float(gap / expected.abs().max())
