"""A session that survives ``fork``: a child opens one of its own when it first runs it.

Engines keep threads, and a forked child has none of them. ncnn, MNN and torch wait for theirs for ever; ONNX Runtime
and OpenVINO compute, but wait when the child ends and gives them back (seen 2026-11-28). So what the parent opened
is neither run nor ended in a child.
"""

from __future__ import annotations

import ctypes
import os
import threading
import weakref
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any

from yoloport.runtime.lending import outputs

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.session import Running, Session

_opened: weakref.WeakSet[Survivor] = weakref.WeakSet()
"""Who has to be told of a fork; Python has no other way to be told than for the whole process."""


class Survivor:
    """Runs the session that was opened in this process.

    Args:
        opener: opens it, with so many threads for a forward pass; 0 for as many as there should be.
    """

    def __init__(self, opener: Callable[[int], Session]) -> None:
        self._opener, self._session, self._process = opener, opener(0), os.getpid()
        self._lock, self._closed = threading.Lock(), False
        if not _opened:
            os.register_at_fork(after_in_child=_forked)
        _opened.add(self)

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass."""
        return self._own().run(batch)

    def lend(self, batch: NDArray[Any]) -> AbstractContextManager[tuple[NDArray[Any], ...]]:
        """One forward pass, whose outputs are good within the block only."""
        return outputs(self._own(), batch)

    def running(self) -> Running:
        """What the session of this process runs on."""
        return self._own().running()

    def close(self) -> None:
        """Give this process's memory back."""
        self._closed = True
        if self._process == os.getpid():
            self._session.close()

    def _own(self) -> Session:
        if self._process != os.getpid() and not self._closed:
            with self._lock:
                if self._process != os.getpid():
                    # Some engines' threads are the whole process's, and opening a model anew brings them not back.
                    self._session = self._opener(getattr(self._session, "threads_after_fork", 0))
                    self._process = os.getpid()
        if self._process != os.getpid():
            from yoloport.runtime.engine_problems import SessionClosed

            raise SessionClosed("the parent process")
        return self._session

    def forked(self) -> None:
        """In the child: what the parent opened stays as it is, to the end of the process."""
        ctypes.pythonapi.Py_IncRef(ctypes.py_object(self._session))
        self._lock = threading.Lock()  # another thread of the parent may have held it


def _forked() -> None:
    for one in list(_opened):
        one.forked()
