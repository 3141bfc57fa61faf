"""One optimizer step of YOLOv8n with its own loss, on the device."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import TYPE_CHECKING

from yoloport.inside.selftest.check import CheckFailed

if TYPE_CHECKING:
    import torch

SIZE = 160


def training_step(device: torch.device) -> Mapping[str, object]:
    """Loss before and after a step on the same pictures, and the share of weights that changed.

    Raises:
        CheckFailed: a loss is not finite, or weights did not change.
    """
    import torch

    torch.manual_seed(0)
    model = _model().to(device)
    batch = _batch(device)
    trainable = [weight for weight in model.parameters() if weight.requires_grad]
    before = [weight.detach().cpu().clone() for weight in trainable]
    optimizer = torch.optim.SGD(trainable, lr=1e-2)
    losses = [_step(model, batch, optimizer), _step(model, batch, optimizer)]
    pairs = zip(before, trainable, strict=True)
    changed = sum(not torch.equal(old, new.detach().cpu()) for old, new in pairs)
    figures = {
        "device": str(next(model.parameters()).device),
        "first loss": losses[0],
        "second loss": losses[1],
        "tensors changed": f"{changed}/{len(trainable)}",
    }
    if not all(math.isfinite(loss) for loss in losses):
        raise CheckFailed(f"the loss is not a finite number: {losses}", figures)
    if changed < 0.8 * len(trainable):
        raise CheckFailed(f"only {changed} of {len(trainable)} weight tensors changed in a step", figures)
    return figures


def _model() -> torch.nn.Module:
    from ultralytics.cfg import get_cfg
    from ultralytics.nn.tasks import DetectionModel

    model = DetectionModel("yolov8n.yaml", nc=2, verbose=False)
    model.args = SimpleNamespace(**vars(get_cfg()))
    for name, weight in model.named_parameters():
        weight.requires_grad = ".dfl" not in name  # upstream's trainer freezes it too
    return model.train()


def _batch(device: torch.device) -> dict[str, torch.Tensor]:
    import torch

    pictures = torch.rand(2, 3, SIZE, SIZE, generator=torch.Generator().manual_seed(1))
    boxes = torch.tensor([[0.3, 0.3, 0.2, 0.3], [0.7, 0.6, 0.4, 0.4], [0.5, 0.5, 0.3, 0.5]])
    classes, owners = torch.tensor([[0.0], [1.0], [0.0]]), torch.tensor([0.0, 0.0, 1.0])
    content = {"img": pictures, "bboxes": boxes, "cls": classes, "batch_idx": owners}
    return {name: value.to(device) for name, value in content.items()}


def _step(model: torch.nn.Module, batch: dict[str, torch.Tensor], optimizer: torch.optim.Optimizer) -> float:
    optimizer.zero_grad()
    loss, _ = model(batch)
    loss.sum().backward()
    optimizer.step()
    return float(loss.detach().sum().cpu())
