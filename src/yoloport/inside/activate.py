"""Called by torch itself at the end of ``import torch`` (entry point group ``torch.backends``).

Imports neither Ultralytics nor a vendor's plug-in: it only arranges that each Ultralytics module named below is
adapted right after it was executed, before anybody takes a name out of it.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType

from yoloport.inside import seams


def autoload() -> None:
    """Entry point: adapt Ultralytics in every Python that imports torch, notebooks and workers included."""
    install()


def install() -> None:
    """The explicit way, where ``TORCH_DEVICE_BACKEND_AUTOLOAD=0`` switched the entry point off. Twice is once."""
    if any(isinstance(finder, _Finder) for finder in sys.meta_path):
        return
    for name in [name for name in seams.ADAPTERS if name in sys.modules]:
        for seam in seams.of(name):
            _fit_late(seam, sys.modules[name])
    sys.meta_path.insert(0, _Finder({name for name in seams.ADAPTERS if name not in sys.modules}))


def _fit_late(seam: seams.Seam, module: ModuleType) -> None:
    """Adapt a module that was imported before, and give the new names to those who took the old ones from it."""
    before = dict(vars(module))
    seams.fit(seam, module)
    changed = {id(old): vars(module)[name] for name, old in before.items() if vars(module).get(name) is not old}
    top = seam.module.partition(".")[0]
    others = [other for name, other in sys.modules.items() if name.partition(".")[0] == top]
    for other in others:
        for name, value in list(vars(other).items()):
            if id(value) in changed:
                setattr(other, name, changed[id(value)])


class _Finder(importlib.abc.MetaPathFinder):
    def __init__(self, waiting: set[str], of: Callable[[str], Iterable[seams.Seam]] = seams.of) -> None:
        self._waiting, self._of = waiting, of

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Claim a module that is to be adapted, once, and let the finders after this one find it."""
        if name not in self._waiting:
            return None
        self._waiting.discard(name)
        spec = importlib.util.find_spec(name)  # ourselves no longer knows the name, so this asks the others
        if spec is None or spec.loader is None:
            return spec
        spec.loader = _Loader(spec.loader, name, self._of)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: importlib.abc.Loader, name: str, of: Callable[[str], Iterable[seams.Seam]]) -> None:
        self._inner, self._name, self._of = inner, name, of

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        for seam in self._of(self._name):
            seams.fit(seam, module)
