"""Letterboxing: where a picture goes, and what is around it. Against Ultralytics' own in ``test_parity_parts.py``."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.runtime.prepare.letterbox import Fit, fit, letterbox, scaled

SIDES = st.integers(1, 12000)

PLACES = [
    ((480, 640), {}, Fit(480, 640, 80, 80, 0, 0)),
    ((480, 640), {"rect": True}, Fit(480, 640, 0, 0, 0, 0)),
    ((427, 640), {"rect": True}, Fit(427, 640, 10, 11, 0, 0)),  # the odd row is below
    ((427, 640), {"rect": True, "center": False}, Fit(427, 640, 0, 21, 0, 0)),
    ((100, 50), {"scaleup": False}, Fit(100, 50, 270, 270, 295, 295)),
    ((1, 10000), {}, Fit(1, 640, 319, 320, 0, 0)),  # never thinner than a pixel
    ((10000, 1), {"rect": True}, Fit(640, 1, 0, 0, 15, 16)),
    ((1, 1), {}, Fit(640, 640, 0, 0, 0, 0)),
]


@pytest.mark.parametrize(("picture", "how", "expected"), PLACES)
def test_a_picture_goes_where_ultralytics_puts_it(picture, how, expected):
    assert fit(picture, (640, 640), **how) == expected


@given(SIDES, SIDES, st.booleans())
def test_the_input_is_filled_exactly_and_a_rect_is_a_multiple_of_the_stride(height, width, rect):
    place = fit((height, width), (640, 640), rect=rect, stride=32)
    if rect:
        assert all(side % 32 == 0 and 0 < side <= 640 for side in place.shape)
    else:
        assert place.shape == (640, 640)
    assert place.height >= 1 and place.width >= 1 and max(place.height, place.width) == 640


@given(st.integers(1, 90), st.integers(1, 90), st.sampled_from([1, 3, 4]))
def test_what_is_around_the_picture_is_grey_and_the_picture_is_whole(height, width, channels):
    picture = np.full((height, width, channels), 7, np.uint8)
    place = fit((height, width), (64, 96))
    boxed = letterbox(picture, place)
    assert boxed.shape == (64, 96, channels)
    inner = boxed[place.top : place.top + place.height, place.left : place.left + place.width]
    assert (inner == 7).all() and (boxed == 7).sum() == inner.size and set(np.unique(boxed)) <= {7, 114}


def test_a_picture_of_the_right_size_is_not_copied():
    picture = np.zeros((64, 64, 3), np.uint8)
    assert scaled(picture, fit((64, 64), (64, 64))) is picture
