"""RTSP, as cameras in the field speak it, read by OpenCV itself. How a stream breaks off is in ``test_camera.py``."""

from __future__ import annotations

import socket
import time

import pytest

from runtime.sources.camera import STEP
from runtime.sources.rtsp_server import RtspCamera
from yoloport.runtime.sources.frame import StreamLost, Tally
from yoloport.runtime.sources.live import Live, Patience

ONCE = Patience(retries=0, stall_s=10.0)  # a machine that is busy at the moment does not lose frames


def watched(address: str, patience: Patience = ONCE):
    """All frames, the newest or not, until the stream is lost; and how it was."""
    found = []
    try:
        for frame in Live(address, 1, 3, Tally(), patience)._frames():
            found.append(frame)
    except StreamLost as problem:
        return found, problem
    raise AssertionError("the stream was never lost")


@pytest.mark.parametrize("udp", [False, True], ids=["within TCP", "by UDP only"])
def test_every_frame_of_a_camera_comes_in_order_and_whole(udp: bool):
    with RtspCamera([(60, 0.0)], udp) as camera:
        found, _ = watched(camera.address)
    shown = [(250 - float(frame.picture.mean())) / STEP for frame in found]
    assert len(found) == 60 and shown == pytest.approx(range(60), abs=0.5)
    assert {frame.picture.shape for frame in found} == {(48, 64, 3)} and found[0].fps == 25.0
    assert max(float(frame.picture.std()) for frame in found) < 2, "each is of one colour: none was mixed with another"


def test_a_wrong_password_is_told_and_not_shown():
    with RtspCamera([(60, 0.0)]) as camera:
        found, problem = watched(camera.address.replace("secret", "guessed"))
    assert (found, camera.connections) == ([], 0) and "gives no picture" in problem.cause
    assert "guessed" not in str(problem.fields())


def test_an_address_where_nothing_listens_is_lost_at_once():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        begin = time.monotonic()
        found, problem = watched(f"rtsp://127.0.0.1:{free.getsockname()[1]}/live", Patience(2, 30.0, 0.05))
    assert time.monotonic() - begin < 10
    assert found == [] and "gives no picture; opened again 2 times in vain" in problem.cause


def test_a_camera_that_takes_the_call_and_says_nothing_is_left_after_the_time_it_is_given():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        begin = time.monotonic()
        found, _ = watched(f"rtsp://127.0.0.1:{silent.getsockname()[1]}/live", Patience(1, 1.0, 0.05))
    assert found == [] and 1.5 < time.monotonic() - begin < 10


def test_a_camera_that_falls_silent_is_given_its_time_once():
    with RtspCamera([(60, 600.0)]) as camera:
        found = []
        with pytest.raises(StreamLost):
            for _frame in Live(camera.address, 1, 3, Tally(), Patience(0, 1.5))._frames():
                found.append(time.monotonic())
        assert len(found) >= 57 and 1.5 < time.monotonic() - found[50] < 3.5
