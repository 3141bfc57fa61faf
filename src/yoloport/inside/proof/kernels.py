"""Where torch's dispatcher sends an operator whose tensors are on a device."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch._ops import OpOverload

COMPOSED = ("CompositeExplicitAutogradNonFunctional", "CompositeExplicitAutograd", "CompositeImplicitAutograd")


class Road(enum.Enum):
    """What becomes of a call."""

    KERNEL = "the device computes it"
    UNPROVEN = "the plug-in has a function for it, which was not looked into yet"
    COMPOSED = "other operators compute it, and count instead"
    FALLBACK = "the plug-in's fallback computes it on the host"


def dispatched(operator: OpOverload, key: str) -> Road:
    """The road that the dispatcher knows, for a dispatch key such as ``CPU``.

    A plug-in may register its fallback, or torch's slow composition of others, as if it were a kernel: UNPROVEN.
    """
    import torch

    name, has = operator.name(), torch._C._dispatch_has_kernel_for_dispatch_key
    if has(name, key):
        return Road.KERNEL if key == "CPU" else Road.UNPROVEN
    return Road.COMPOSED if any(has(name, one) for one in COMPOSED) else Road.FALLBACK
