"""Matrix products on the thread that asks for them.

numpy's OpenBLAS would wake a thread for each core, which then spins for some 25 ms to be ready for the next product
(its ``thread_timeout``), on the cores that the engine computes on: branches at 54 places took 8.1 ms instead of 1.6
(two cores, 2026-11-29). threadpoolctl 3.8 lets only the thread that came first set this, and any of the runtime's may.
"""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from types import TracebackType

import numpy as np

PREFIXES, SUFFIXES = ("scipy_openblas", "openblas"), ("64_", "")
"""Names of OpenBLAS in numpy's wheels from 2.0 on (``scipy_openblas_set_num_threads64_``), before, and elsewhere."""


class OneThread:
    """Within the block OpenBLAS works on the calling thread. Threads may enter at the same time, and again inside.

    The setting is the process's: it is put back when the last thread leaves. Where numpy has another library for
    matrices, nothing is set.
    """

    def __init__(self) -> None:
        self._lock, self._inside, self._before = threading.Lock(), 0, 0
        self._calls: tuple[Callable[[], int], Callable[[int], None]] | None = None
        self._looked = False

    def __enter__(self) -> None:
        with self._lock:
            calls = self._found()
            if calls and not self._inside:
                self._before = calls[0]()
                calls[1](1)
            self._inside += 1

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        with self._lock:
            self._inside -= 1
            if self._calls and not self._inside:
                self._calls[1](self._before)

    def _found(self) -> tuple[Callable[[], int], Callable[[int], None]] | None:
        """What reads and sets the number of threads; looked for once."""
        if not self._looked:
            self._calls, self._looked = threads_of_openblas(), True
            os.register_at_fork(after_in_child=self._alone)
        return self._calls

    def _alone(self) -> None:
        """A forked child has none of the threads that were inside."""
        if self._calls and self._inside:
            self._calls[1](self._before)
        self._lock, self._inside = threading.Lock(), 0


def threads_of_openblas() -> tuple[Callable[[], int], Callable[[int], None]] | None:
    """Read and set the threads of the OpenBLAS that numpy is linked to; nothing where that is another library."""
    try:
        library = ctypes.CDLL(np.linalg._umath_linalg.__file__)
    except (AttributeError, OSError):  # a numpy that is built otherwise
        return None
    for name in (f"{prefix}_{{}}_num_threads{suffix}" for prefix in PREFIXES for suffix in SUFFIXES):
        try:
            return getattr(library, name.format("get")), getattr(library, name.format("set"))
        except AttributeError:
            continue
    return None


ONE_THREAD = OneThread()
