"""Called by torch itself at the end of ``import torch`` (entry point group ``torch.backends``).

Imports neither Ultralytics nor a vendor's plug-in: it only arranges that each Ultralytics module named below is
adapted right after it was executed, before anybody takes a name out of it.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from yoloport.inside.seams import Seam, fit, seams


def autoload() -> None:
    """Entry point: adapt Ultralytics in every Python that imports torch, notebooks and workers included."""
    install()


def install() -> None:
    """The explicit way, where ``TORCH_DEVICE_BACKEND_AUTOLOAD=0`` switched the entry point off. Twice is once."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    waiting = {seam.module: seam for seam in seams()}
    for name in [name for name in waiting if name in sys.modules]:
        _fit_late(waiting.pop(name), sys.modules[name])
    sys.meta_path.insert(0, _Finder(waiting))


def _fit_late(seam: Seam, module: ModuleType) -> None:
    """Adapt a module that was imported before, and give the new names to those who took the old ones from it."""
    before = dict(vars(module))
    fit(seam, module)
    changed = {id(old): vars(module)[name] for name, old in before.items() if vars(module).get(name) is not old}
    top = seam.module.partition(".")[0]
    others = [other for name, other in sys.modules.items() if name.partition(".")[0] == top]
    for other in others:
        for name, value in list(vars(other).items()):
            if id(value) in changed:
                setattr(other, name, changed[id(value)])


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, seams: dict[str, Seam]) -> None:
        self._seams = seams

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Claim a module that is to be adapted, once, and let the finders after this one find it."""
        seam = self._seams.pop(name, None)
        if seam is None:
            return None
        spec = importlib.util.find_spec(name)  # ourselves no longer knows the name, so this asks the others
        if spec is None or spec.loader is None:
            return spec
        spec.loader = _Loader(spec.loader, seam)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: importlib.abc.Loader, seam: Seam) -> None:
        self._inner, self._seam = inner, seam

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        fit(self._seam, module)
