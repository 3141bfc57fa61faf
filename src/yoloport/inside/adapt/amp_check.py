"""The check of mixed precision, without the download that upstream makes for it (utils/checks.py:987-1058).

Where the file of weights that upstream compares with lies on this machine, upstream's own check runs. Else the model
that is to be trained is put through one picture in both precisions.
"""

from __future__ import annotations

import functools
import math
import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from yoloport.inside import accelerator as ac
from yoloport.inside.adapt.swap import swapped

NAMES = ("check_amp", "LOGGER")
PURPOSE = "checking mixed precision without a download"
WEIGHTS = "yolo26n.pt"
TOLERANCE = 0.05
"""Largest difference allowed, as a share of an output's largest value; float16 carries 11 bits."""


def adapt(module: Any) -> None:
    """Wrap ``check_amp``."""
    if ac.built_in_card() and ac.active() is None:
        return
    upstream = module.check_amp

    @functools.wraps(upstream)
    def check_amp(model: Any) -> bool:
        device = next(model.parameters()).device
        found = ac.active()
        if found is None or device.type != found.type:
            return bool(upstream(model))
        folder = weights_folder()
        if folder is None:
            return own_check(model, device, module.LOGGER)
        import ultralytics.utils

        with swapped(ultralytics.utils, "WEIGHTS_DIR", folder):
            return bool(upstream(model))

    module.check_amp = check_amp


def weights_folder(environ: Mapping[str, str] = os.environ) -> Path | None:
    """The folder on this machine that has upstream's file: its own, the working folder, the workspace's data folder."""
    from ultralytics.utils import WEIGHTS_DIR

    data = environ.get("YOLOPORT_DATA")
    places = [Path(WEIGHTS_DIR), Path.cwd(), *([Path(data), Path(data) / "weights"] if data else [])]
    return next((place for place in places if (place / WEIGHTS).is_file()), None)


def own_check(model: Any, device: Any, logger: Any) -> bool:
    """One picture through the model in both precisions; says what it did.

    Args:
        model: the model to train; its state and mode are left as they were.
        device: where it lies.
    """
    said = f"AMP: {WEIGHTS} is not on this machine and nothing is fetched: the model itself saw one picture"
    worst = largest_difference(model, device)
    if worst <= TOLERANCE:
        logger.info(f"{said} in both precisions: they differ by {worst:.2%} of the largest value, which is fine")
        return True
    logger.error(f"{said}: the precisions differ by {worst:.2%} of the largest value. Training goes on without AMP")
    return False


def largest_difference(model: Any, device: Any) -> float:
    """Largest difference of float32 and autocast as a share of the largest value, at least of 1; NaN is infinite."""
    import torch

    picture = torch.rand(1, _channels(model), 256, 256, generator=torch.Generator().manual_seed(0)).to(device)
    training = [part for part in model.modules() if part.training]
    try:
        model.eval()
        with torch.no_grad():
            exact = list(tensors(model(picture)))
            with torch.amp.autocast(device.type):
                short = list(tensors(model(picture)))
    finally:
        for part in training:
            part.training = True
    return max(map(_difference, exact, short), default=float("inf"))


def _channels(model: Any) -> int:
    return int(getattr(model, "yaml", {}).get("channels", 3))


def _difference(exact: Any, short: Any) -> float:
    exact, short = exact.float().cpu(), short.float().cpu()
    scale = max(float(exact.abs().max()), 1.0)  # a fresh model's inner outputs are near nothing, and so is their error
    worst = float((exact - short).abs().max()) / scale
    return float("inf") if math.isnan(worst) else worst


def tensors(output: Any) -> Iterator[Any]:
    """All floating-point tensors with elements in a model's output, whatever it is nested in."""
    import torch

    if isinstance(output, torch.Tensor):
        if output.is_floating_point() and output.numel():
            yield output
        return
    inner: Iterable[Any] = output.values() if isinstance(output, Mapping) else output
    if isinstance(inner, (list, tuple)) or isinstance(output, Mapping):
        for one in inner:
            yield from tensors(one)
