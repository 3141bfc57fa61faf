"""Streams that stall, come back, or do not."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest

from yoloport.runtime.sources.frame import StreamLost, Tally, without_password
from yoloport.runtime.sources.live import Live, Patience

IMPATIENT = Patience(retries=3, stall_s=1, pause_s=0.0)


class Capture:
    """A connection that gives so many frames and then nothing; ``None`` cannot be opened."""

    def __init__(self, frames: int | None) -> None:
        self.left, self.released = frames, False

    def isOpened(self) -> bool:  # noqa: N802  cv2's name
        return self.left is not None

    def get(self, _: int) -> float:
        return 90000.0  # the clock of RTP, which is no frame rate

    def grab(self) -> bool:
        self.left = (self.left or 0) - 1
        return self.left >= 0

    def retrieve(self):
        return True, np.zeros((4, 6, 3), np.uint8)

    def release(self) -> None:
        self.released = True


def until_lost(stream: Live):
    """All frames, the newest or not, up to the problem."""
    frames = []
    try:
        for frame in stream._frames():
            frames.append(frame)
    except StreamLost:
        return frames
    raise AssertionError("the stream was never lost")


def live(connections: list[int | None], stride: int = 1):
    """A stream with these connections one after the other, then none; its tally and captures."""
    made: list[Capture] = []

    def opened(source, patience):
        made.append(Capture(connections[len(made)] if len(made) < len(connections) else None))
        return made[-1]

    tally = Tally()
    stream = Live("rtsp://me:secret@camera.example/1", stride, 3, tally, IMPATIENT, opened)
    return stream, tally, made


def test_a_stream_that_stops_is_opened_again_and_the_gap_is_told():
    stream, tally, made = live([2, None, 3])
    frames = until_lost(stream)
    assert [frame.number for frame in frames] == [0, 1, 2, 3, 4]
    assert (tally.gap_count, tally.gaps[0].after, tally.gaps[0].attempts) == (1, 2, 2)
    assert all(capture.released for capture in made)


def test_a_stream_that_does_not_come_back_is_lost_after_so_many_attempts():
    stream, _, made = live([2])
    with pytest.raises(StreamLost) as caught:
        for _frame in stream:
            pass
    assert (caught.value.frames, caught.value.attempts, len(made)) == (2, 3, 4)
    assert "secret" not in str(caught.value.fields())


def test_an_address_that_never_answers_says_so():
    with pytest.raises(StreamLost, match="gives no picture"):
        list(live([])[0])


def test_every_nth_frame_is_taken_and_a_transport_clock_is_no_frame_rate():
    stream, _, _ = live([9], stride=3)
    frames = until_lost(stream)
    assert len(frames) == 3 and frames[0].fps == 0.0


def test_frames_that_a_decoder_hands_out_only_after_the_silence_do_not_prolong_it():
    class Holding(Capture):
        def grab(self) -> bool:
            time.sleep(0.06 if self.left < 3 else 0)
            return super().grab()

    connections, tally = [Holding(6), Capture(1)], Tally()
    patience = Patience(retries=1, stall_s=0.05, pause_s=0.0)
    stream = Live(
        0, 1, 3, tally, patience, lambda source, patience: connections.pop(0) if connections else Capture(None)
    )
    assert len(until_lost(stream)) == 4 + 1 and tally.gaps[0].after == 4


def test_who_leaves_a_silent_stream_is_not_kept():
    asked, answer = threading.Event(), threading.Event()

    class Silent(Capture):
        def grab(self) -> bool:
            asked.set()
            answer.wait(5)
            return False

    ended = threading.Event()
    stream = iter(Live(0, 1, 3, Tally(), IMPATIENT, lambda source, patience: Silent(1), ended))
    reader = threading.Thread(target=lambda: next(stream, None))
    reader.start()
    assert asked.wait(5)
    ended.set()
    answer.set()
    reader.join(5)
    assert not reader.is_alive()


@pytest.mark.parametrize(("address", "shown"), [
    ("rtsp://me:secret@camera.example:554/1?x=2", "rtsp://***@camera.example:554/1?x=2"),
    ("rtsp://camera.example/1", "rtsp://camera.example/1"),
    ("/pictures/me@home.jpg", "/pictures/me@home.jpg"),
])  # fmt: skip
def test_a_password_is_never_shown(address, shown):
    assert without_password(address) == shown
