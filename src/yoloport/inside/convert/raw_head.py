"""Ends a detector's graph at the head's last convolutions; the runtime works out the few boxes that matter.

What is left out: a softmax over 8400 x 64 numbers, sigmoids over 8400 x 80, and their concatenation, which no engine
computes in 8 bits (Ultralytics 8.4.190, nn/modules/head.py, ``Detect._inference``).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from yoloport.runtime.metadata import RawHead

EXTRA = {"Detect": False, "Segment": True, "Pose": True, "OBB": True}
"""Heads whose arithmetic the runtime has, and whether a third branch, ``cv4``, follows boxes and classes."""


def why_not(model: Any) -> str:
    """What forbids it for a model of Ultralytics'; empty where nothing does."""
    last = model.model.model[-1]
    name = type(last).__name__
    if name not in EXTRA:
        return f"its head is {name}; the runtime works out boxes of {', '.join(EXTRA)}"
    return "it suppresses boxes by itself" if getattr(last, "end2end", False) else ""


@contextmanager
def cut(model: Any) -> Iterator[RawHead]:
    """Within the block the model's head gives its last convolutions.

    Args:
        model: of Ultralytics', for which :func:`why_not` has nothing to say.
    """
    last = model.model.model[-1]
    plain = type(last)
    last.__class__ = _raw(plain)
    try:
        yield RawHead(strides=tuple(int(stride) for stride in last.stride), reg_max=int(last.reg_max))
    finally:
        last.__class__ = plain


def _raw(plain: type) -> type:
    """The head's class with another forward pass, under the same name, which the exporter writes down."""
    branches = ("cv2", "cv3", "cv4") if EXTRA[plain.__name__] else ("cv2", "cv3")

    def forward(self: Any, x: list[Any]) -> tuple[Any, ...]:
        outputs = [branch(level) for name in branches for branch, level in zip(getattr(self, name), x, strict=True)]
        return (*outputs, self.proto(x[0])) if hasattr(self, "proto") else tuple(outputs)

    return type(plain.__name__, (plain,), {"forward": forward, "__module__": plain.__module__})
