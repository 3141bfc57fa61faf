"""Operators that a plug-in's own warnings name while a step runs."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any


class Listener:
    """Reads each warning on its way to the user, between ``start`` and ``stop``.

    Args:
        words: a regular expression with a group ``operator``; empty to listen to nothing.
    """

    def __init__(self, words: str) -> None:
        self._words = re.compile(words) if words else None
        self._before: Callable[..., Any] | None = None
        self.names: set[str] = set()

    def start(self) -> None:
        """Stand between Python and ``warnings.showwarning``."""
        if self._words and self._before is None:
            self._before = warnings.showwarning
            warnings.showwarning = self._hear

    def stop(self) -> None:
        """Step aside, unless another one has taken the place in the meantime."""
        if self._before is not None and warnings.showwarning == self._hear:
            warnings.showwarning = self._before
        self._before = None

    def _hear(self, message: Any, *where: Any, **more: Any) -> None:
        found = self._words.search(str(message)) if self._words else None
        if found and found["operator"]:
            self.names.add(found["operator"])
        before = self._before
        if before is not None:
            before(message, *where, **more)
