"""A thread that works ahead: pictures are read and prepared beside the forward pass, a few at a time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Generic, TypeVar

Thing = TypeVar("Thing")


class Ahead(Generic[Thing]):
    """An iterator that is always up to ``depth`` things ahead of whoever reads it.

    The thread starts with the first thing that is asked for, so a process that forks before takes no thread along, and
    ends when the reader stops: :meth:`close`, the end of a ``with`` block, or the end of the source.

    Args:
        source: what to read; it is closed by the thread that reads it.
        depth: at most so many things wait, at least 1.
        leaving: called first by :meth:`close`, to wake a source that waits for something itself.
    """

    def __init__(self, source: Iterator[Thing], depth: int = 2, leaving: Callable[[], None] | None = None) -> None:
        self._source, self._depth, self._leaving = source, depth, leaving
        self._changed = threading.Condition()
        self._waiting: deque[Thing] = deque()
        self._problem: BaseException | None = None
        self._done = self._closed = False
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Ahead[Thing]:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Thing]:
        return self

    def __next__(self) -> Thing:
        with self._changed:
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._work, name="yoloport ahead", daemon=True)
                self._thread.start()
            self._changed.wait_for(lambda: self._waiting or self._done or self._closed)
            if self._waiting and not self._closed:
                self._changed.notify_all()
                return self._waiting.popleft()
            if self._problem is not None and not self._closed:
                problem, self._problem = self._problem, None
                raise problem
            raise StopIteration

    def close(self) -> None:
        """Stop reading and wait for the thread: after this the source is released."""
        if self._leaving is not None:
            self._leaving()
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
        if self._thread is not None and self._thread is not threading.current_thread() and not _joined(self._thread):
            _close(self._source)

    def _work(self) -> None:
        try:
            while not self._closed:
                if not self._put(next(self._source)):
                    break
        except StopIteration:
            pass
        except BaseException as problem:  # noqa: BLE001  handed to whoever reads
            self._problem = problem
        finally:
            _close(self._source)
            with self._changed:
                self._done = True
                self._changed.notify_all()

    def _put(self, thing: Thing) -> bool:
        """Waits for room; says whether anyone still reads."""
        with self._changed:
            self._changed.wait_for(lambda: len(self._waiting) < self._depth or self._closed)
            if not self._closed:
                self._waiting.append(thing)
                self._changed.notify_all()
            return not self._closed


_START_SECONDS, _END_SECONDS = 1.0, 10.0


def _joined(thread: threading.Thread) -> bool:
    """Wait for a thread; False where it never began, as Ctrl-C in the middle of ``start`` leaves it."""
    deadline = time.monotonic() + _START_SECONDS
    while True:
        try:
            # Not for ever: Ctrl-C between taking the lock and using it leaves it taken, and the thread waiting for it.
            thread.join(_END_SECONDS)
            return True
        except RuntimeError:  # not started
            if time.monotonic() > deadline:
                return False
            time.sleep(0.005)


def _close(source: object) -> None:
    closing = getattr(source, "close", None)
    if closing is not None:
        closing()
