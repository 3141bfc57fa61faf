"""Models in other forms than torch's: their own runtimes compute them, and most know the processor alone.

Ultralytics 8.4.190 hands such a model the device all the same (nn/autobackend.py:224-245), copies the pictures there,
and back to the host before the runtime sees them (nn/backends/onnx.py:339).
"""

from __future__ import annotations

import functools
import inspect
import threading
from types import ModuleType
from typing import Any

from yoloport.inside import accelerator as ac

NAMES = ("AutoBackend.__init__", "AutoBackend._model_type")
PURPOSE = "saying that a model in another form than torch's runs on the processor"
ON_THE_PROCESSOR = frozenset(
    {"onnx", "dnn", "openvino", "ncnn", "mnn", "saved_model", "pb", "litert", "paddle", "executorch"}
)
"""Formats whose runtime upstream starts on the processor unless it finds a card that it knows (nn/backends/*.py)."""
_made = threading.local()


def last_made() -> str:
    """The format of the model that this thread loaded last: upstream's validator keeps it to itself."""
    return str(getattr(_made, "format", "pt"))


def adapt(module: ModuleType) -> None:
    """Ask the guard before such a model is loaded, and let it be the processor's openly."""
    if ac.built_in_card() and ac.active() is None:
        return
    owner = module.AutoBackend
    upstream = owner.__init__
    signature = inspect.signature(upstream)

    @functools.wraps(upstream)
    def load(self: Any, *args: Any, **options: Any) -> None:
        given = signature.bind(self, *args, **options)
        given.apply_defaults()
        form = _form(owner, given.arguments["model"], given.arguments["dnn"])
        given.arguments["device"] = _honest(form, given.arguments["device"])
        upstream(*given.args, **given.kwargs)
        _made.format = str(self.format)

    owner.__init__ = load


def _form(owner: Any, model: Any, dnn: bool) -> str:
    import torch

    return "pt" if isinstance(model, torch.nn.Module) else str(owner._model_type(model, dnn))


def _honest(form: str, device: Any) -> Any:
    import torch

    from yoloport.inside.requirement import guard

    found = ac.active()
    if found is None or form not in ON_THE_PROCESSOR or getattr(device, "type", "") != found.type:
        return device
    guard.check(str(device), reason=guard.own_runtime(form, found.type))
    return torch.device("cpu")
