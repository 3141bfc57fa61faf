"""Standard output is the user's: what an engine prints there in C goes to the error output instead."""

from __future__ import annotations

import ctypes
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_one_at_a_time = threading.Lock()
"""The descriptor is the process's: two threads that turn it round at once would leave it turned."""


@contextmanager
def spared() -> Iterator[None]:
    """While the block runs, descriptor 1 leads where 2 does; text in C's own buffer goes there, too."""
    with _one_at_a_time:
        sys.stdout.flush()
        kept = os.dup(1)
        try:
            os.dup2(2, 1)
            yield
        finally:
            sys.stdout.flush()
            ctypes.CDLL(None).fflush(None)
            os.dup2(kept, 1)
            os.close(kept)
