"""Called by torch itself at the end of ``import torch`` (entry point group ``torch.backends``).

Imports neither Ultralytics nor a vendor's plug-in: it only arranges that each Ultralytics module named below is
adapted right after it was executed, before anybody takes a name out of it.
"""

from __future__ import annotations

import importlib.abc
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

from yoloport.inside import seams


def autoload() -> None:
    """Entry point: adapt Ultralytics in every Python that imports torch, notebooks and workers included."""
    install()


def install() -> None:
    """The explicit way, where ``TORCH_DEVICE_BACKEND_AUTOLOAD=0`` switched the entry point off. Twice is once."""
    if any(_is_ours(finder) for finder in sys.meta_path):
        return
    for name in [name for name in seams.ADAPTERS if name in sys.modules]:
        for seam in seams.of(name):
            _fit_late(seam, sys.modules[name])
    sys.meta_path.insert(0, _Finder(frozenset(seams.ADAPTERS)))


def _is_ours(finder: object) -> bool:
    # By name: after a reload of this module the class is another one, and the finder that it left still works.
    return f"{type(finder).__module__}.{type(finder).__name__}" == f"{__name__}.{_Finder.__name__}"


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
    def __init__(self, names: frozenset[str], of: Callable[[str], Iterable[seams.Seam]] = seams.of) -> None:
        self._names, self._of = names, of

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Claim a module that is to be adapted, and let the others find it; a look or a reload comes here, too."""
        if name not in self._names:
            return None
        others = (finder for finder in sys.meta_path if finder is not self and hasattr(finder, "find_spec"))
        spec = next((found for finder in others if (found := finder.find_spec(name, path, target))), None)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader, name, self._of)
        return spec


class _Loader(importlib.abc.Loader):
    def __init__(self, inner: importlib.abc.Loader, name: str, of: Callable[[str], Iterable[seams.Seam]]) -> None:
        self._inner, self._name, self._of = inner, name, of

    def __getattr__(self, name: str) -> Any:
        # Whoever wants the module's source or its resources asks the loader that found it.
        return getattr(self._inner, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._inner.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        for seam in self._of(self._name):
            seams.fit(seam, module)
