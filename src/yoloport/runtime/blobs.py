"""Arrays for the graph's input, used again and again.

A fresh array of 640 x 640 x 3 floats costs 1,200 page faults, about as much time as filling it. How many shapes and how
many arrays are kept is bounded, since ``rect`` gives almost every picture size a shape of its own.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from numpy.typing import NDArray

from yoloport.runtime.prepare.normalise import blank

if TYPE_CHECKING:
    from yoloport.runtime.metadata import Preprocess


class Blobs:
    """Lends arrays by shape; safe to use from several threads.

    Args:
        form: layout and type of the arrays.
        shapes: most shapes that are kept; the one longest unused goes first.
        each: most arrays kept of one shape.
    """

    def __init__(self, form: Preprocess, shapes: int = 8, each: int = 4) -> None:
        self._form, self._shapes, self._each = form, shapes, each
        self._free: OrderedDict[tuple[int, ...], list[NDArray]] = OrderedDict()
        self._lock = threading.Lock()

    def lend(self, batch: int, height: int, width: int, channels: int) -> NDArray:
        """An array for so many pictures, with anything in it."""
        key = (batch, height, width, channels)
        with self._lock:
            free = self._free.get(key)
            if free:
                self._free.move_to_end(key)
                return free.pop()
        return blank(height, width, channels, self._form, batch)

    def take_back(self, blob: NDArray) -> None:
        """An array that nobody reads any more."""
        sides = blob.shape[1:]
        channels, height, width = sides if self._form.layout == "NCHW" else (sides[2], sides[0], sides[1])
        key = (blob.shape[0], height, width, channels)
        with self._lock:
            free = self._free.setdefault(key, [])
            self._free.move_to_end(key)
            if len(free) < self._each:
                free.append(blob)
            while len(self._free) > self._shapes:
                self._free.popitem(last=False)

    def kept(self) -> int:
        """How many arrays lie ready."""
        with self._lock:
            return sum(len(free) for free in self._free.values())
