"""Streams over a real connection, read by OpenCV itself: they break off, fall silent, come back, or do not."""

from __future__ import annotations

import pytest

from runtime.sources.camera import Camera
from runtime.sources.mjpeg_server import HttpCamera
from runtime.sources.rtsp_server import RtspCamera
from yoloport.runtime.sources.frame import StreamLost, Tally
from yoloport.runtime.sources.live import Patience
from yoloport.runtime.sources.open import Reading, frames

IMPATIENT = Patience(retries=2, stall_s=1.0, pause_s=0.05)


@pytest.fixture(params=[HttpCamera, RtspCamera])
def kind(request: pytest.FixtureRequest) -> type[Camera]:
    """A camera for each way in which they speak."""
    return request.param


def watched(camera: Camera, patience: Patience = IMPATIENT):
    """Frames until the stream is lost, what the tally says, and how it was lost."""
    found, tally = [], Tally()
    try:
        for frame in frames(camera.address, Reading(patience=patience), tally):
            found.append(frame)
    except StreamLost as problem:
        return found, tally, problem
    raise AssertionError("the stream was never lost")


def test_a_stream_that_breaks_off_is_opened_again_and_the_gap_is_told(kind):
    with kind([(40, 0.0), None, (40, 0.0)]) as camera:
        found, tally, problem = watched(camera)
    assert len(found) > 10 and found[0].picture.shape == (48, 64, 3)
    numbers = [frame.number for frame in found]
    assert numbers == sorted(set(numbers)) and max(numbers) > 40, "frames are counted on over both connections"
    assert tally.gap_count >= 1 and tally.gaps[0].attempts >= 1
    assert problem.frames > 40 and camera.connections >= 5


def test_a_stream_that_falls_silent_is_left_after_the_time_it_is_given_and_opened_again(kind):
    with kind([(40, 600.0), (40, 0.0)]) as camera:
        found, tally, _ = watched(camera)
        assert camera.silences_over == 0, "it did not wait until the silence ended"
    assert max(frame.number for frame in found) > 40
    assert tally.gaps[0].seconds >= 0.9


def test_a_camera_that_refuses_is_lost_after_the_attempts_and_its_password_is_not_shown(kind):
    with kind([]) as camera:
        found, tally, problem = watched(camera)
    assert (len(found), camera.connections, problem.attempts) == (0, 3, 2)
    assert "secret" not in str(problem.fields()) and "***@127.0.0.1" in problem.cause and tally.gap_count == 0


def test_who_leaves_a_camera_that_is_silent_does_not_wait_for_it(kind):
    with kind([(40, 600.0)]) as camera:
        reading = Reading(patience=Patience(retries=0, stall_s=30.0))
        stream = frames(camera.address, reading, Tally())
        assert next(stream).picture.mean() > 100
        reading.ended.set()
        stream.close()
        assert camera.silences_over == 0


@pytest.mark.parametrize("stride", [1, 3])
def test_every_nth_frame_of_a_real_stream_is_taken(stride: int):
    with HttpCamera([(60, 0.0)]) as camera:
        tally, found = Tally(), []
        try:
            for frame in frames(camera.address, Reading(stride=stride, patience=Patience(0, 1.0, 0.05)), tally):
                found.append(frame)
        except StreamLost as problem:
            assert 40 // stride <= problem.frames <= 60 // stride
    assert tally.done == len(found) > 0
