"""Called by torch itself at the end of ``import torch`` (entry point group ``torch.backends``).

Imports neither Ultralytics nor a vendor's plug-in: it only arranges that each Ultralytics module named below is
adapted right after it was executed, before anybody takes a name out of it.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
import warnings
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

ULTRALYTICS_TESTED = "8.4.190"
Adapt = Callable[[ModuleType], None]


class MovedUpstream(RuntimeWarning):
    """A newer Ultralytics no longer has a name that is adapted here."""


def autoload() -> None:
    """Entry point: adapt Ultralytics in every Python that imports torch, notebooks and workers included."""
    install()


def install() -> None:
    """The explicit way, where ``TORCH_DEVICE_BACKEND_AUTOLOAD=0`` switched the entry point off. Twice is once."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    from yoloport.inside import checkpoints, show

    adapters: dict[str, Adapt] = {
        "ultralytics.utils.plotting": show.adapt,
        "ultralytics.utils.callbacks.base": checkpoints.adapt,
    }
    for name, adapt in adapters.items():
        if name in sys.modules:  # too late for the finder: adapt what is there
            adapt_safely(adapt, sys.modules[name])
    sys.meta_path.insert(0, _Finder(adapters))


def adapt_safely(adapt: Adapt, module: ModuleType) -> None:
    """Adapt, or say loudly which name moved; Ultralytics itself goes on working as upstream made it."""
    try:
        adapt(module)
    except (AttributeError, KeyError) as error:
        warnings.warn(
            f"yoloport: {module.__name__} has changed ({error}); this adaptation is off. "
            f"Last Ultralytics tested: {ULTRALYTICS_TESTED}",
            MovedUpstream,
            stacklevel=2,
        )


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, adapters: dict[str, Adapt]) -> None:
        self._adapters = adapters

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Claim a module that is to be adapted, once, and let the finders after this one find it."""
        adapt = self._adapters.pop(name, None)
        if adapt is None:
            return None
        spec = importlib.util.find_spec(name)  # ourselves no longer knows the name, so this asks the others
        if spec is None or spec.loader is None:
            return spec
        spec.loader = _Loader(spec.loader, adapt)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: importlib.abc.Loader, adapt: Adapt) -> None:
        self._inner, self._adapt = inner, adapt

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        adapt_safely(self._adapt, module)
