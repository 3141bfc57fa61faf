"""Which boxes stay. Against torchvision and Ultralytics, on random heads, in ``test_parity_parts.py``."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.runtime.decode import rotated
from yoloport.runtime.decode.candidates import Candidates, Choice, above, ready
from yoloport.runtime.decode.suppress import AT_ONCE, nms, suppress

BOX = (10.0, 10.0, 20.0, 20.0)


def candidates(rows: list[tuple[tuple[float, ...], float, int]], extra: int = 0) -> Candidates:
    boxes = np.array([row[0][:4] for row in rows], np.float32).reshape(-1, 4)
    more = np.array([row[0][4:] for row in rows], np.float32).reshape(len(rows), extra)
    return Candidates(boxes, np.array([row[1] for row in rows], np.float32), np.array([r[2] for r in rows]), more)


def moved(by: float) -> tuple[float, ...]:
    return (BOX[0] + by, BOX[1], BOX[2] + by, BOX[3])


CASES = [
    ("the same box twice", [(BOX, 0.5, 0), (BOX, 0.9, 0)], Choice(), [1]),
    ("two classes do not touch each other", [(BOX, 0.5, 0), (BOX, 0.9, 1)], Choice(), [1, 0]),
    ("unless classes do not matter", [(BOX, 0.5, 0), (BOX, 0.9, 1)], Choice(agnostic=True), [1]),
    ("apart, both stay", [(BOX, 0.5, 0), (moved(30), 0.9, 0)], Choice(), [1, 0]),
    ("overlap of 0.667 is not above 0.7", [(BOX, 0.9, 0), (moved(2), 0.5, 0)], Choice(), [0, 1]),
    ("and is above 0.6", [(BOX, 0.9, 0), (moved(2), 0.5, 0)], Choice(iou=0.6), [0]),
    ("a box that went suppresses nothing", [(BOX, 0.9, 0), (moved(2), 0.8, 0), (moved(4), 0.7, 0)], Choice(iou=0.5),
     [0, 2]),
    ("ties keep the order they came in", [(moved(30), 0.5, 0), (BOX, 0.5, 0)], Choice(), [0, 1]),
    ("only so many", [(moved(30 * n), 0.5, 0) for n in range(9)], Choice(max_det=4), [0, 1, 2, 3]),
    ("nothing", [], Choice(), []),
]  # fmt: skip


@pytest.mark.parametrize(("why", "rows", "choice", "stay"), CASES, ids=[case[0] for case in CASES])
def test_of_boxes_that_overlap_the_best_stays(why, rows, choice, stay):
    assert suppress(candidates(rows), choice).tolist() == stay


def plain_nms(boxes: np.ndarray, scores: np.ndarray, iou: float) -> list[int]:
    """The textbook, one pair at a time."""
    kept: list[int] = []
    for one in np.argsort(-scores, kind="stable"):
        for other in kept:
            wide = min(boxes[one, 2], boxes[other, 2]) - max(boxes[one, 0], boxes[other, 0])
            high = min(boxes[one, 3], boxes[other, 3]) - max(boxes[one, 1], boxes[other, 1])
            shared = max(wide, np.float32(0)) * max(high, np.float32(0))
            areas = [(boxes[n, 2] - boxes[n, 0]) * (boxes[n, 3] - boxes[n, 1]) for n in (other, one)]
            if float(shared / (areas[0] + areas[1] - shared)) > iou:
                break
        else:
            kept.append(int(one))
    return kept


@given(st.integers(0, 60), st.sampled_from([0.0, 0.3, 0.6, 0.7, 1.0]), st.integers(0, 2**31))
def test_it_is_the_textbook_s_suppression(count, iou, seed):
    rng = np.random.default_rng(seed)
    corner = rng.integers(0, 40, (count, 2))
    boxes = np.concatenate((corner, corner + rng.integers(1, 40, (count, 2))), 1).astype(np.float32)
    scores = rng.integers(1, 9, count).astype(np.float32) / 8
    assert nms(boxes, scores, iou, 10**6).tolist() == plain_nms(boxes, scores, iou)


def test_more_boxes_than_one_table_holds_are_suppressed_just_the_same():
    rng = np.random.default_rng(0)
    corner = rng.random((3 * AT_ONCE + 7, 2), np.float32) * 300
    boxes = np.concatenate((corner, corner + 30), 1)
    scores = rng.random(len(boxes), np.float32)
    expected = plain_nms(boxes, scores, 0.3)
    assert nms(boxes, scores, 0.3, 10**6).tolist() == expected
    assert nms(boxes, scores, 0.3, 5).tolist() == expected[:5]


def head(rows: int, places: int, **at: float) -> np.ndarray:
    raw = np.zeros((rows, places), np.float32)
    for place, value in at.items():
        row, column = place[1:].split("_")
        raw[int(row), int(column)] = value
    return raw


def test_only_places_above_the_threshold_are_candidates():
    found = above(head(7, 5, _4_1=0.25, _5_2=0.26, _6_3=np.nan, _4_3=0.9), 3, Choice(conf=0.25))
    assert found.classes.tolist() == [1] and found.scores.tolist() == [np.float32(0.26)]


def test_a_place_gives_its_best_class_or_all_that_are_good():
    raw = head(7, 5, _4_1=0.5, _6_1=0.8)
    assert above(raw, 3, Choice()).classes.tolist() == [2]
    assert above(raw, 3, Choice(multi_label=True)).classes.tolist() == [0, 2]
    assert above(raw, 3, Choice(classes=(0,))).classes.tolist() == [], "its best class is not wanted"
    assert above(raw, 3, Choice(multi_label=True, classes=(0,))).classes.tolist() == [0]


def test_a_graph_that_suppresses_itself_is_only_filtered():
    rows = np.zeros((300, 7), np.float32)
    rows[:3, 4], rows[:3, 5], rows[:3, 6] = (0.9, 0.8, 0.1), (0, 1, 0), 5
    assert ready(rows, Choice()).scores.tolist() == [np.float32(0.9), np.float32(0.8)]
    assert ready(rows, Choice(classes=(1,))).scores.tolist() == [np.float32(0.8)]
    assert ready(rows, Choice(max_det=1)).extra.tolist() == [[5.0]]


def test_rotated_boxes_overlap_by_their_turn_too():
    flat, upright, far = (50, 50, 40, 4, 0.0), (50, 50, 40, 4, np.pi / 2), (500, 50, 40, 4, 0.0)
    table = rotated.overlaps(np.array([flat], np.float32), np.array([flat, upright, far], np.float32))[0]
    assert table[0] > 0.99 > 0.5 > table[1] > table[2]
    found = candidates([(flat, 0.5, 0), (flat, 0.9, 0), (upright, 0.4, 0), (far, 0.3, 0)], extra=1)
    assert rotated.suppress(found, Choice(iou=0.5)).tolist() == [1, 2, 3]
    assert rotated.suppress(found, Choice(iou=0.5, max_det=2)).tolist() == [1, 2]


def test_rotated_boxes_of_two_classes_do_not_touch_each_other():
    found = candidates([((50, 50, 40, 4, 0.0), 0.5, 0), ((50, 50, 40, 4, 0.0), 0.9, 1)], extra=1)
    assert rotated.suppress(found, Choice()).tolist() == [1, 0]
    assert rotated.suppress(found, Choice(agnostic=True)).tolist() == [1]


def test_many_rotated_boxes_are_taken_a_stretch_at_a_time():
    rng = np.random.default_rng(0)
    boxes = np.concatenate((rng.random((700, 2)) * 100, np.full((700, 2), 20), rng.random((700, 1))), 1)
    boxes = boxes.astype(np.float32)
    table = rotated.overlaps(boxes, boxes) > np.float32(0.5)
    expected = [n for n in range(700) if not table[:n, n].any()]
    assert rotated.fast_nms(boxes, 0.5).tolist() == expected and 0 < len(expected) < 700
