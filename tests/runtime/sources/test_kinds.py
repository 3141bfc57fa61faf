"""What kind of source something is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from yoloport.runtime.sources.kinds import is_one_picture


@pytest.mark.parametrize("one", ["a.jpg", Path("b/C.PNG"), np.zeros((2, 2, 3), np.uint8), b"bytes"])
def test_a_name_of_a_picture_an_array_and_bytes_are_one_picture(one):
    assert is_one_picture(one)


@pytest.mark.parametrize(
    "several",
    ["photos", "*.jpg", "a[12].jpg", "list.txt", "v.mp4", "v.gif", "http://host/a.jpg", 0, "0", [], (), iter([])],
    ids=lambda one: str(one).partition(" object at ")[0],
)
def test_what_may_be_several_or_may_keep_one_waiting_is_none(several):
    assert not is_one_picture(several)
