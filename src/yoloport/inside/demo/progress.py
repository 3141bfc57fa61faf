"""Tells a person on stderr where a demo is, and remembers how long each step took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

from yoloport.measure.report import Step
from yoloport.measure.words import clock, duration

QUIET_SECONDS = 5.0


class Progress:
    """Banners such as ``[3/7] training: epoch 12/40, mAP50 0.71, 1:32 left``.

    On a terminal a step keeps one line that is drawn again; elsewhere a line is written at most every five seconds.

    Args:
        stream: where to write.
        total: how many steps there are.
    """

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream, self._total, self._number = stream, total, 0
        self._name, self._last = "", 0.0
        self._terminal = stream.isatty()
        self.steps: list[Step] = []
        self.device = ""

    @contextmanager
    def step(self, name: str, device: str) -> Iterator[None]:
        """Announces a step, and times it; set :attr:`device` inside where the device is only known then."""
        self._number, self._name, self.device, self._last = self._number + 1, name, device, 0.0
        start = time.perf_counter()
        self._write("...", final=not self._terminal)
        yield
        seconds = time.perf_counter() - start
        self.steps.append(Step(name, seconds, self.device))
        self._write(f"done in {duration(seconds)}", final=True)

    def tell(self, words: str, always: bool = False) -> None:
        """Says how far the running step is; without ``always`` only when the last word is a while ago."""
        now = time.monotonic()
        if self._terminal or always or now - self._last >= QUIET_SECONDS:
            self._last = now
            self._write(words, final=not self._terminal)

    def _write(self, words: str, final: bool) -> None:
        line = f"[{self._number}/{self._total}] {self._name}: {words}"
        self._stream.write(("\r\x1b[K" if self._terminal else "") + line + ("\n" if final else ""))
        self._stream.flush()

    def leave_line(self) -> None:
        """Ends a line that is being drawn again, before something else is printed."""
        if self._terminal:
            self._stream.write("\n")


def training_words(epoch: int, epochs: int, map50: float | None, seconds_an_epoch: float | None) -> str:
    """``epoch 12/40, mAP50 0.71, 1:32 left``; what is not known yet is left out."""
    words = [f"epoch {epoch}/{epochs}"]
    if map50 is not None:
        words.append(f"mAP50 {map50:.2f}")
    if seconds_an_epoch is not None:
        words.append(f"{clock(seconds_an_epoch * (epochs - epoch))} left")
    return ", ".join(words)
