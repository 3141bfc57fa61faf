from __future__ import annotations

import numpy as np
import pytest

from yoloport.datasets.helmet_scenes.labels import Box, label_line, visible_box


def owner_with(rows: slice, columns: slice) -> object:
    owner = np.zeros((60, 80), np.int16)
    owner[rows, columns] = 2
    return owner


def test_a_line_is_the_class_and_the_centre_and_size_as_shares_of_the_picture() -> None:
    assert label_line(Box(1, 10, 20, 30, 60), (100, 200)) == "1 0.200000 0.200000 0.200000 0.200000"


def test_a_box_encloses_the_pixels_of_its_head() -> None:
    owner = owner_with(slice(10, 30), slice(40, 56))
    assert visible_box(owner, 2, 320, 0) == Box(0, 40, 10, 56, 30)  # type: ignore[arg-type]


@pytest.mark.parametrize(("drawn", "labelled"), [(1000, True), (1067, False)])
def test_a_head_of_which_less_than_three_tenths_is_seen_is_not_labelled(drawn: int, labelled: bool) -> None:
    owner = owner_with(slice(10, 30), slice(40, 56))  # 320 pixels
    assert (visible_box(owner, 2, drawn, 0) is not None) is labelled  # type: ignore[arg-type]


def test_a_head_that_was_drawn_outside_the_picture_has_no_box() -> None:
    assert visible_box(owner_with(slice(0, 0), slice(0, 0)), 2, 0, 0) is None  # type: ignore[arg-type]


def test_a_sliver_of_a_head_is_not_labelled() -> None:
    assert visible_box(owner_with(slice(10, 30), slice(40, 47)), 2, 140, 0) is None  # type: ignore[arg-type]
