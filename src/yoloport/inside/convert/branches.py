"""Branches of a head that its graph can do without, put into a file for the runtime."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

BRANCHES = {"boxes": "cv2", "extra": "cv4"}
"""Names in the file, and in Ultralytics' heads (8.4.190, nn/modules/head.py)."""


def known(head: Any) -> bool:
    """Whether the branches are what the runtime computes: plain convolutions with SiLU between them."""
    found = [branch for kind in BRANCHES.values() for branch in getattr(head, kind, None) or ()]
    return bool(found) and all(map(_known, found))


def _known(branch: Any) -> bool:
    from torch import nn
    from ultralytics.nn.modules.conv import Conv

    if type(branch) is not nn.Sequential or len(branch) < 1:
        return False
    *before, last = branch
    inner = all(type(one) is Conv and type(one.act) is nn.SiLU and _plain(one.conv) for one in before)
    return inner and type(last) is nn.Conv2d and _plain(last) and last.bias is not None


def _plain(convolution: Any) -> bool:
    kernel = convolution.kernel_size[0]
    same = convolution.kernel_size == (kernel, kernel) and convolution.padding == (kernel // 2, kernel // 2)
    one = convolution.groups == 1 and set(convolution.stride) == set(convolution.dilation) == {1}
    return bool(kernel % 2 and same and one and convolution.padding_mode == "zeros")


def save(head: Any, file: Path, half: bool) -> None:
    """Write them, batch normalisation folded in.

    Args:
        head: for which :func:`known` is true.
        file: to write.
        half: whether to store 16-bit numbers.
    """
    import numpy as np

    arrays: dict[str, Any] = {}
    for name, kind in BRANCHES.items():
        for level, branch in enumerate(getattr(head, kind, None) or ()):
            for number, layer in enumerate(branch):
                weight, bias = _folded(layer)
                start = f"{name}.{level}.{number}"
                arrays |= {f"{start}.weight": weight, f"{start}.bias": bias}
    np.savez(file, **{key: one.numpy().astype(np.float16 if half else np.float32) for key, one in arrays.items()})


def _folded(layer: Any) -> tuple[Any, Any]:
    """Weight and bias of a layer."""
    from ultralytics.utils.torch_utils import fuse_conv_and_bn

    convolution, norm = getattr(layer, "conv", layer), getattr(layer, "bn", None)
    if norm is not None:
        convolution = fuse_conv_and_bn(copy.deepcopy(convolution), norm)  # it changes what it is given
    return convolution.weight.detach().float().cpu(), convolution.bias.detach().float().cpu()
