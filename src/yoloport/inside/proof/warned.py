"""Operators that a plug-in's own warnings name while a step runs."""

from __future__ import annotations

import re
import threading
import warnings
from typing import Any

_LOCK = threading.Lock()
_listening: set[Listener] = set()  # of the process, as ``warnings.showwarning`` is


class Listener:
    """Reads each warning on its way to the user, between ``start`` and ``stop``.

    Args:
        words: a regular expression with a group ``operator``; empty to listen to nothing.
    """

    def __init__(self, words: str) -> None:
        self._words = re.compile(words) if words else None
        self.names: set[str] = set()

    def start(self) -> None:
        """Let one hook for all listeners stand between Python and ``warnings.showwarning``."""
        if self._words is None:
            return
        with _LOCK:
            _listening.add(self)
            if not isinstance(warnings.showwarning, _Hook):
                warnings.showwarning = _Hook(warnings.showwarning)

    def stop(self) -> None:
        """The last one takes the hook away, unless somebody has put another in front of it."""
        with _LOCK:
            _listening.discard(self)
            if not _listening and isinstance(warnings.showwarning, _Hook):
                warnings.showwarning = warnings.showwarning.before

    def hear(self, message: str) -> None:
        """Note the operator that a message names."""
        found = self._words.search(message) if self._words else None
        if found and found["operator"]:
            self.names.add(found["operator"])


class _Hook:
    """Keeps what stood there before it, so that no warning is lost however hooks are put on and taken off."""

    def __init__(self, before: Any) -> None:
        self.before = before

    def __call__(self, message: Any, *where: Any, **more: Any) -> None:
        for listener in tuple(_listening):
            listener.hear(str(message))
        self.before(message, *where, **more)
