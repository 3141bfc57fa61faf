"""The assigner's maximum over a mask, for devices without one for small integers (upstream: utils/tal.py:392)."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from yoloport.inside import accelerator as ac

NAMES = ("TaskAlignedAssigner.select_highest_overlaps",)
PURPOSE = "training where the device has no maximum of small integers"


def adapt(module: ModuleType) -> None:
    """Widen the mask first, where the catalogue says that the device needs it."""
    found = ac.active()
    if found is None or "max-without-bool" not in found.workarounds:
        return
    owner = module.TaskAlignedAssigner
    upstream = owner.select_highest_overlaps

    @functools.wraps(upstream)
    def select_highest_overlaps(self: Any, mask_pos: Any, *more: Any, **options: Any) -> Any:
        import torch

        index, foreground, mask = upstream(self, mask_pos.to(torch.int64), *more, **options)
        return index, foreground, mask.to(mask_pos.dtype)

    owner.select_highest_overlaps = select_highest_overlaps
