"""Ends a detector's graph at the head's classes; the runtime works out the few boxes that matter.

What is left out: a softmax over 8400 x 64 numbers, sigmoids over 8400 x 80, and their concatenation, which no engine
computes in 8 bits (Ultralytics 8.4.190, nn/modules/head.py, ``Detect._inference``); and, where they are plain
convolutions, the branches for boxes, mask coefficients, keypoints and angles, a sixth of yolov8n's arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from yoloport.inside.convert import branches
from yoloport.runtime.branches_file import NAME
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
    """Within the block the model's head gives its last convolutions, or classes and features.

    Args:
        model: of Ultralytics', for which :func:`why_not` has nothing to say.
    """
    last = model.model.model[-1]
    plain, apart = type(last), branches.known(last)
    last.__class__ = _without_branches(plain) if apart else _raw(plain)
    strides = tuple(int(stride) for stride in last.stride)
    try:
        yield RawHead(strides=strides, reg_max=int(last.reg_max), branches=NAME if apart else "")
    finally:
        last.__class__ = plain


def _without_branches(plain: type) -> type:
    """The head's class that gives classes, what its other branches would read, and prototypes of masks."""

    def forward(self: Any, x: list[Any]) -> tuple[Any, ...]:
        outputs = [branch(level) for branch, level in zip(self.cv3, x, strict=True)] + list(x)
        return (*outputs, self.proto(x[0])) if hasattr(self, "proto") else tuple(outputs)

    return _named(plain, forward)


def _raw(plain: type) -> type:
    """The head's class that gives the last convolutions of all branches, and prototypes of masks."""
    branches = ("cv2", "cv3", "cv4") if EXTRA[plain.__name__] else ("cv2", "cv3")

    def forward(self: Any, x: list[Any]) -> tuple[Any, ...]:
        outputs = [branch(level) for name in branches for branch, level in zip(getattr(self, name), x, strict=True)]
        return (*outputs, self.proto(x[0])) if hasattr(self, "proto") else tuple(outputs)

    return _named(plain, forward)


def _named(plain: type, forward: Any) -> type:
    """The head's class with another forward pass, under the same name, which the exporter writes down."""
    return type(plain.__name__, (plain,), {"forward": forward, "__module__": plain.__module__})
