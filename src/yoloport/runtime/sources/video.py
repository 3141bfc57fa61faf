"""Videos: frame after frame, every n-th, to the end that there is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2

from yoloport.runtime.prepare.pictures import BrokenPicture, of_array
from yoloport.runtime.sources.frame import Frame, Tally, without_password

# Frame counts of containers are estimates: fewer than this share of them is worth telling.
NEARLY = 0.95


def frames(path: str, stride: int, channels: int, tally: Tally) -> Iterator[Frame]:
    """Frames of a video file.

    Args:
        path: of the file, or its address on the web.
        stride: 1 for all frames, n for the last of every n.
        channels: of the model.
        tally: told where the video ends before it should.

    Raises:
        BrokenPicture: no frame can be read.
    """
    capture, name = cv2.VideoCapture(path), without_password(path)
    try:
        if not capture.isOpened():
            raise BrokenPicture(name, "not a video that can be decoded")
        count = max(int(capture.get(cv2.CAP_PROP_FRAME_COUNT)), 0)
        fps = rate(capture)
        read = 0
        for number, picture in _grabbed(capture, stride):
            read = number + 1
            yield Frame(of_array(picture, name, channels), name, number, fps, count)
        if not read:
            raise BrokenPicture(name, "not one frame of this video can be decoded")
        if read + stride <= count * NEARLY:
            tally.add_broken(name, f"the video ends early: {read} of {count} frames")
    finally:
        capture.release()


def _grabbed(capture: Any, stride: int) -> Iterator[tuple[int, Any]]:
    number = -1
    while True:
        for _ in range(stride):
            if not capture.grab():
                return
            number += 1
        done, picture = capture.retrieve()
        if done and picture is not None:
            yield number, picture


def rate(capture: Any) -> float:
    """Frames a second; 0 where it is unknown. Some streams report the clock of their transport (90,000) instead."""
    fps = float(capture.get(cv2.CAP_PROP_FPS))
    return fps if 0 < fps < 1000 else 0.0
