"""What only one thread may use at a time, lent to several."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from queue import LifoQueue
from typing import Generic, TypeVar

from yoloport.runtime.engine_problems import SessionClosed

T = TypeVar("T")


class Pool(Generic[T]):
    """Lends each thing to one thread at a time; the one used last goes out first, since its memory is warm.

    Args:
        things: as many as there are streams.
        engine: for the words of a problem.
    """

    def __init__(self, things: Iterable[T], engine: str) -> None:
        self._engine, self._closed = engine, False
        self._free: LifoQueue[T | None] = LifoQueue()
        for one in things:
            self._free.put(one)

    @contextmanager
    def lend(self) -> Iterator[T]:
        """One thing, as soon as one is free.

        Raises:
            SessionClosed: the pool was closed, be it while this thread waited.
        """
        one = self._free.get()
        if one is None:
            self._free.put(None)  # the next who waits has to wake, too
            raise SessionClosed(self._engine)
        try:
            yield one
        finally:
            if not self._closed:
                self._free.put(one)

    def close(self) -> None:
        """Let go of everything; what is lent now is dropped when it comes back."""
        self._closed = True
        while not self._free.empty():
            self._free.get_nowait()
        self._free.put(None)
