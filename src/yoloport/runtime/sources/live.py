"""Streams and cameras: always the newest frame, and a stream that stops is opened again, but not for ever."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.prepare.pictures import of_array
from yoloport.runtime.sources.frame import Frame, Gap, StreamLost, Tally, without_password
from yoloport.runtime.sources.video import rate

DECODERS = 2  # each thread that decodes beyond the first keeps what is shown a frame further from now
LOOK_S = 0.2  # how often a silent stream is left to see whether anyone still wants it
LEAVE_S = 2.0  # a read that hangs is left behind after this; its thread ends, and closes its capture, by itself


@dataclass(frozen=True)
class Patience:
    """How long to wait for a stream.

    Args:
        retries: how often in a row it is opened again before it counts as lost.
        stall_s: seconds without a frame after which it counts as stopped.
        pause_s: seconds before the second attempt; doubled with each one more, up to ``longest_pause_s``.
        longest_pause_s: seconds.
    """

    retries: int = 5
    stall_s: float = 10.0
    pause_s: float = 1.0
    longest_pause_s: float = 30.0


def open_capture(source: str | int, patience: Patience) -> Any:
    """A capture that gives up by itself when nothing comes: cv2's FFmpeg would wait 30 seconds.

    Nor does it decode with all cores, as cv2 would: on 16 of them a camera of 25 frames a second is half a second late.
    """
    if isinstance(source, int):
        return cv2.VideoCapture(source)
    limit = round(patience.stall_s * 1000)
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, limit, cv2.CAP_PROP_READ_TIMEOUT_MSEC, limit]
    return cv2.VideoCapture(source, cv2.CAP_FFMPEG, [*limits, cv2.CAP_PROP_N_THREADS, DECODERS])


class Live:
    """Reads a stream in a thread of its own and keeps the newest frame, so that what is shown is now.

    Args:
        source: address, or number of a camera.
        stride: take every n-th frame.
        channels: of the model.
        tally: told of gaps.
        patience: with a stream that stops.
        opened: makes a capture (``isOpened``, ``grab``, ``retrieve``, ``get``, ``release``); another one in tests.
        ended: set from outside, it ends the frames even while the stream is silent.
    """

    def __init__(
        self,
        source: str | int,
        stride: int,
        channels: int,
        tally: Tally,
        patience: Patience | None = None,
        opened: Callable[[str | int, Patience], Any] = open_capture,
        ended: threading.Event | None = None,
    ) -> None:
        self._source, self._stride, self._channels, self._tally = source, stride, channels, tally
        self._patience, self._opened = patience or Patience(), opened
        self._name = without_password(source) if isinstance(source, str) else f"camera {source}"
        self._changed = threading.Condition()
        self._newest: Frame | None = None
        self._problem: BaseException | None = None
        self._ended = ended or threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        """Frames, each the newest when it is asked for; frames that nobody had time for are left out.

        Raises:
            StreamLost: the stream did not come back.
        """
        thread = threading.Thread(target=self._read, name=f"yoloport {self._name}", daemon=True)
        thread.start()
        try:
            while (frame := self._next()) is not None:
                yield frame
        finally:
            self._ended.set()
            thread.join(timeout=LEAVE_S)

    def _next(self) -> Frame | None:
        with self._changed:
            while self._newest is None and self._problem is None and not self._ended.is_set():
                self._changed.wait(LOOK_S)
            if self._newest is None and self._problem is not None:
                raise self._problem
            frame, self._newest = self._newest, None
            return frame

    def _read(self) -> None:
        try:
            for frame in self._frames():
                with self._changed:
                    self._newest = frame
                    self._changed.notify()
        except BaseException as problem:  # noqa: BLE001  handed to whoever reads
            with self._changed:
                self._problem = problem
                self._changed.notify()

    def _frames(self) -> Iterator[Frame]:
        """All frames over all connections, until the reader leaves or patience ends."""
        count, since, attempts = 0, time.monotonic(), 0
        while not self._ended.is_set():
            capture = self._opened(self._source, self._patience)
            try:
                for picture, fps in self._connection(capture):
                    if attempts:
                        self._tally.add_gap(Gap(self._name, count, time.monotonic() - since, attempts))
                    yield Frame(of_array(picture, self._name, self._channels), self._name, count, fps)
                    count, since, attempts = count + 1, time.monotonic(), 0
            finally:
                capture.release()
            if attempts >= self._patience.retries:
                raise StreamLost(self._name, count, attempts)
            pause = self._patience.pause_s * 2**attempts if attempts else 0.0
            self._ended.wait(min(pause, self._patience.longest_pause_s))
            attempts += 1

    def _connection(self, capture: Any) -> Iterator[tuple[NDArray[np.uint8], float]]:
        """Frames of one connection; ends when it breaks."""
        fps = rate(capture) if capture.isOpened() else 0.0
        while capture.isOpened() and not self._ended.is_set():
            for _ in range(self._stride):
                if not self._grabbed(capture):
                    return
            done, picture = capture.retrieve()
            if not done or picture is None:
                return
            yield picture, fps

    def _grabbed(self, capture: Any) -> bool:
        """Whether there is one more frame, in time."""
        # What the decoder still holds of a silent stream is handed out, too, after more time limits.
        begin = time.monotonic()
        return capture.grab() and time.monotonic() - begin < self._patience.stall_s
