"""The trainer on a device that upstream has no branch for: gradient scaler, several cards, clipping.

Ultralytics 8.4.190, engine/trainer.py: the scaler of an unknown device is that of its usual card and switches itself
off (:422-434), several cards of one are taken for its usual cards (:281-298).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from types import ModuleType
from typing import Any

from yoloport.inside import accelerator as ac
from yoloport.inside.adapt.swap import swapped
from yoloport.inside.request import USUAL

NAMES = ("BaseTrainer._setup_ddp", "BaseTrainer._setup_train", "BaseTrainer.optimizer_step", "LOCAL_RANK", "RANK")
PURPOSE = "mixed precision with a gradient scaler, and training on several cards"
PATIENCE = timedelta(hours=3)  # upstream's own, engine/trainer.py:296


def adapt(module: ModuleType) -> None:
    """Wrap the trainer's methods."""
    if ac.built_in_card() and ac.active() is None:
        return
    trainer = module.BaseTrainer
    trainer._setup_ddp = _setup_ddp(trainer._setup_ddp, module)
    trainer._setup_train = _setup_train(trainer._setup_train)
    trainer.optimizer_step = _optimizer_step(trainer.optimizer_step)


def _ours(device_type: str) -> ac.Accelerator | None:
    """The accelerator, where a trainer's device is one that upstream has no branch for."""
    found = ac.active()
    return found if found and found.type == device_type and not found.known_upstream else None


def _setup_ddp(upstream: Callable[[Any], None], module: ModuleType) -> Callable[[Any], None]:
    @functools.wraps(upstream)
    def _setup_ddp(self: Any) -> None:
        accelerator = _ours(str(self.args.device).split(":")[0])
        if accelerator is None:
            upstream(self)
            return
        import torch

        index = int(self.args.device.split(":")[-1].split(",")[module.LOCAL_RANK])
        self.device = torch.device(accelerator.type, index)
        self.accelerator = ac.device_module(accelerator.type)
        self.accelerator.set_device(index)
        torch.distributed.init_process_group(
            backend=accelerator.collective, timeout=PATIENCE, rank=module.RANK, world_size=self.world_size
        )

    return _setup_ddp


def _setup_train(upstream: Callable[..., None]) -> Callable[..., None]:
    """The scaler is made in the middle of this method and loaded by a resume at its end: it must be right at once."""

    @functools.wraps(upstream)
    def _setup_train(self: Any, *args: Any, **options: Any) -> None:
        accelerator = _ours(self.device.type)
        if accelerator is None:
            upstream(self, *args, **options)
            return
        import torch

        made = torch.amp.GradScaler

        def scaler(device: str = USUAL, *more: Any, **kept: Any) -> Any:
            return made(accelerator.type if device == USUAL else device, *more, **kept)

        with swapped(torch.amp, "GradScaler", scaler):
            upstream(self, *args, **options)

    return _setup_train


def _optimizer_step(upstream: Callable[[Any], None]) -> Callable[[Any], None]:
    @functools.wraps(upstream)
    def optimizer_step(self: Any) -> None:
        accelerator = _ours(self.device.type)
        if accelerator is None or "clip-without-foreach" not in accelerator.workarounds:
            upstream(self)
            return
        import torch

        clip = functools.partial(torch.nn.utils.clip_grad_norm_, foreach=False)
        with swapped(torch.nn.utils, "clip_grad_norm_", clip):
            upstream(self)

    return optimizer_step
