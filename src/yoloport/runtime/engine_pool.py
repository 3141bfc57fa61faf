"""Streams of an engine that runs one pass at a time each: lent to threads, and closed when all are back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

from yoloport.errors import Problem
from yoloport.runtime.engine_problems import SessionClosed

Stream = TypeVar("Stream")


class Pool(Generic[Stream]):
    """As many streams as may run at a time.

    Args:
        engine: the library, for the words.
        streams: at least one.
    """

    def __init__(self, engine: str, streams: Sequence[Stream]) -> None:
        self._engine, self._free, self._count = engine, list(streams), len(streams)
        self._closed = False
        self._change = threading.Condition()

    @contextmanager
    def lent(self) -> Iterator[Stream]:
        """A stream for this thread alone; waits for one.

        Raises:
            SessionClosed: there are none any more.
        """
        with self._change:
            self._change.wait_for(lambda: self._free or self._closed)
            if self._closed:
                raise SessionClosed(self._engine)
            stream = self._free.pop()
        try:
            yield stream
        finally:
            with self._change:
                self._free.append(stream)
                self._change.notify_all()

    def close(self, release: Callable[[Stream], None] = lambda _: None) -> None:
        """Waits for the runs that go on, and gives each stream back; a second time does nothing.

        Args:
            release: gives a stream back; nothing for engines that do it themselves when nobody holds it.

        Raises:
            Problem: the first that ``release`` raised; the other streams were given back all the same.
        """
        with self._change:
            if self._closed:
                return
            self._closed = True
            self._change.notify_all()
            self._change.wait_for(lambda: len(self._free) == self._count)
            streams, self._free = self._free, []
        failed: list[Problem] = []
        for stream in streams:
            try:
                release(stream)
            except Problem as problem:
                failed.append(problem)
        if failed:
            raise failed[0]
