"""The box integral without a transposition and without a convolution.

Upstream (ultralytics 8.4.190, nn/modules/block.py, ``DFL.forward``) brings the bins to the front with a transposition,
because its 1x1 convolution can sum over the second dimension only. Converters for small accelerators stumble over just
that: LdDl/rv1106-yolov8 (README at 2b7e9ac) rewrites the transpositions of this block in the ONNX graph because
the chip refuses them. The sum over the bins where they already lie is the same numbers without either operator.
Which vendor says what, and why it is on for no platform by itself: ``docs/en/replaceable-modules.md``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yoloport.inside.modules.replacement import Replacement, Tolerance

if TYPE_CHECKING:
    import torch


def forward_without_transpose(self: Any, x: torch.Tensor) -> torch.Tensor:
    """Expected distances (batch, 4, anchors) from the bins' logits (batch, 4 * bins, anchors)."""
    b, _, a = x.shape
    bins = self.conv.weight.view(1, 1, self.c1, 1)
    return (x.view(b, 4, self.c1, a).softmax(2) * bins).sum(2)


def _sample() -> tuple[torch.nn.Module, tuple[Any, ...]]:
    import torch
    from ultralytics.nn.modules.block import DFL

    return DFL(16), (torch.randn(2, 64, 21) * 4,)


WITHOUT_TRANSPOSE = Replacement(
    name="dfl-without-transpose",
    target="ultralytics.nn.modules.block:DFL",
    forward=forward_without_transpose,
    platforms=(),
    sample=_sample,
    source="LdDl/rv1106-yolov8, README at 2b7e9ac, 'DFL head fix'; docs/en/replaceable-modules.md",
    tolerance=Tolerance(relative=1e-4, absolute=1e-4),
)
"""For conversions. As no source measures it in training or eager use, no platform has it by itself."""
