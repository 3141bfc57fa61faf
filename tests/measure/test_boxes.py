"""Two sets of boxes are paired by class and overlap, and their largest difference is told."""

from __future__ import annotations

import pytest

from yoloport.measure.boxes import Box, Difference, difference, overlap


def box(left: float, number: int = 0, confidence: float = 0.9) -> Box:
    return Box("x", number, (left, 0.0, left + 10.0, 10.0), confidence)


@pytest.mark.parametrize(("shift", "expected"), [(0.0, 1.0), (5.0, 1 / 3), (10.0, 0.0), (50.0, 0.0)])
def test_overlap_is_intersection_over_union(shift: float, expected: float) -> None:
    assert overlap(box(0.0), box(shift)) == pytest.approx(expected)


def test_the_same_boxes_do_not_differ() -> None:
    assert difference([box(0.0), box(40.0)], [box(40.0), box(0.0)]) == Difference(2, 2, 2, 0.0, 0.0)


def test_the_largest_difference_of_a_pair_is_told() -> None:
    found = difference([box(0.0), box(40.0)], [box(0.5), box(40.0, confidence=0.7)])
    assert found.pixels == pytest.approx(0.5)
    assert found.confidence == pytest.approx(0.2)


def test_another_class_or_place_is_no_pair() -> None:
    assert difference([box(0.0)], [box(0.0, number=1), box(90.0)]) == Difference(1, 2, 0, None, None)


def test_a_box_is_paired_only_once() -> None:
    assert difference([box(0.0), box(1.0)], [box(0.0)]).paired == 1
