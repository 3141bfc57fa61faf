"""How this project starts Ultralytics: offline, without installing anything, and quiet but for warnings."""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from typing import TYPE_CHECKING

from yoloport.measure.machine import usable_cores
from yoloport.supervise.variables import BESIDE_TORCH

if TYPE_CHECKING:
    from ultralytics import YOLO
    from ultralytics.engine.predictor import BasePredictor
    from ultralytics.engine.trainer import BaseTrainer
    from ultralytics.engine.validator import BaseValidator

SETTINGS = {**BESIDE_TORCH, "YOLO_OFFLINE": "True"}


def prepare(environ: MutableMapping[str, str] = os.environ) -> None:
    """Sets what Ultralytics and onnxruntime read at import; values that are set already stay. Call before either."""
    for name, value in SETTINGS.items():
        environ.setdefault(name, value)


def hush() -> None:
    """Lets only warnings and errors of Ultralytics through; its progress bars follow its logger."""
    import logging

    from ultralytics.utils import LOGGER

    LOGGER.setLevel(logging.WARNING)


def cpu_threads(before: str | None) -> int:
    """Threads for work on the CPU: what the user set as ``OMP_NUM_THREADS``, else one for each usable core.

    Ultralytics sets that variable to 1 where it is unset (ultralytics/__init__.py), and leaves a core idle whenever it
    selects the CPU (``select_device``).

    Args:
        before: ``OMP_NUM_THREADS`` as it was before Ultralytics was imported.
    """
    return int(before) if before is not None and before.isdecimal() and int(before) > 0 else usable_cores()


def keep_threads(model: YOLO, count: int) -> None:
    """Gives torch ``count`` threads after each time Ultralytics selects the CPU; leaves accelerators alone."""
    import torch

    def restore(part: BaseTrainer | BaseValidator | BasePredictor) -> None:
        if part.device.type == "cpu":
            torch.set_num_threads(count)

    for event in ("on_train_start", "on_val_start", "on_predict_start"):
        model.add_callback(event, restore)
