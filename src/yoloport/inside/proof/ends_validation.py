"""A validation that fails leaves nothing of the watch behind."""

from __future__ import annotations

import functools
from types import ModuleType
from typing import Any

from yoloport.inside import accelerator as ac
from yoloport.inside.proof import hooks

NAMES = ("BaseValidator.__call__",)
PURPOSE = "ending the watch over a validation that fails"


def adapt(module: ModuleType) -> None:
    """Wrap the call."""
    if ac.built_in_card() and ac.active() is None:
        return
    owner = module.BaseValidator
    upstream = owner.__call__

    @functools.wraps(upstream)
    def validate(self: Any, *args: Any, **options: Any) -> Any:
        try:
            return upstream(self, *args, **options)
        except BaseException:
            hooks.left(self, failed=True)
            raise

    owner.__call__ = validate
