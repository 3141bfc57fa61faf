"""A picture's share of the outputs, by task; and outputs that do not fit the metadata."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.doubles import Facts, head
from yoloport.runtime.decode import masks
from yoloport.runtime.decode.boxes import back, into_picture, points_into_picture
from yoloport.runtime.decode.candidates import Choice
from yoloport.runtime.decode.tasks import OutputsDisagree, Sizes, decode
from yoloport.runtime.metadata import RawHead
from yoloport.runtime.prepare.letterbox import fit

SAME = Sizes((64, 64), (64, 64))
HALF = Sizes((64, 64), (64, 128))  # the picture is 128 wide and 64 high: it lies at half size in the middle


def test_boxes_come_back_into_the_picture_each_axis_by_its_own_gain_and_are_cut():
    found = decode((head([(32, 32, 16, 8, 0.9, 0), (0, 32, 20, 8, 0.1, 0.8)]),), 0, Facts(), HALF, Choice())
    assert found.boxes.tolist() == [
        [48, 24, 80, 40, pytest.approx(0.9), 0],
        [0, 24, 20, 40, pytest.approx(0.8), 1],
    ]


def test_each_slot_of_a_batch_is_decoded_by_itself():
    raw = np.concatenate((head([(32, 32, 16, 8, 0.9, 0)]), head([])))
    assert [len(decode((raw,), slot, Facts(), SAME, Choice()).boxes) for slot in (0, 1)] == [1, 0]


def test_a_graph_with_suppression_of_its_own_gives_corners():
    rows = np.zeros((1, 300, 6), np.float32)
    rows[0, 0] = (24, 28, 40, 36, 0.9, 1)
    assert decode((rows,), 0, Facts(end2end=True), HALF, Choice()).boxes.tolist() == [
        [48, 24, 80, 40, pytest.approx(0.9), 1]
    ]


def test_keypoints_come_back_and_are_cut_at_the_edge():
    raw = head([(32, 32, 16, 8, 0.9, 32, 32, 0.7, -5, 20, 0.2)])
    found = decode((raw,), 0, Facts(task="pose", names={0: "person"}, kpt_shape=(2, 3)), HALF, Choice())
    assert found.keypoints == pytest.approx(np.array([[[64, 32, 0.7], [0, 8, 0.2]]]))


def test_rotated_boxes_come_back_and_are_not_cut():
    raw = head([(32, 32, 16, 8, 0.9, 0, 0.5), (0, 32, 30, 8, 0, 0.8, 0.1)])
    found = decode((raw,), 0, Facts(task="obb"), HALF, Choice())
    assert found.obb == pytest.approx(np.array([[64, 32, 32, 16, 0.5, 0.9, 0], [0, 32, 60, 16, 0.1, 0.8, 1]]))


@pytest.mark.parametrize(
    ("outputs", "facts"),
    [
        ((head([(32, 32, 16, 8, 0.9, 0)]),), Facts()),
        ((np.full((1, 300, 6), 0.9, np.float32),), Facts(end2end=True)),
        ((head([(32, 32, 16, 8, 0.9, 32, 32, 0.7)]),), Facts(task="pose", names={0: "person"}, kpt_shape=(1, 3))),
        ((head([(32, 32, 16, 8, 0.9, 0, 0.5)]),), Facts(task="obb")),
        ((head([(32, 32, 16, 16, 0.9, 0, 1)]), np.ones((1, 1, 64, 64), np.float32)), Facts(task="segment")),
        ((np.array([[0.2, 0.8]], np.float32),), Facts(task="classify")),
    ],
    ids=["detect", "end2end", "pose", "obb", "segment", "classify"],
)
def test_what_was_found_does_not_lie_in_the_outputs_which_are_soon_another_passs(outputs, facts):
    found = [one for one in vars(decode(outputs, 0, facts, SAME, Choice())).values() if one is not None]
    assert found and all(one.size for one in found)
    assert not any(np.shares_memory(one, output) for one in found for output in outputs)


def test_a_classifier_s_scores_are_what_they_are():
    found = decode((np.array([[0.2, 0.8]], np.float32),), 0, Facts(task="classify"), SAME, Choice())
    assert found.probs.tolist() == [np.float32(0.2), np.float32(0.8)]


def segmented(retina: bool, coefficient: float = 1.0, sizes: Sizes = HALF):
    protos = np.full((1, 1, 16, 16), -1, np.float32)
    protos[0, 0, 7:9, 6:10] = 1
    raw = head([(32, 32, 16, 16, 0.9, 0, coefficient)])
    return decode((raw, protos), 0, Facts(task="segment"), sizes, Choice(), retina)


def test_a_mask_lies_in_its_box_and_has_the_inputs_size_or_the_picture_s():
    small, large = segmented(False), segmented(True)
    assert small.masks.shape == (1, 64, 64) and large.masks.shape == (1, 64, 128)
    rows, columns = np.nonzero(small.masks[0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (28, 35, 24, 39)
    rows, columns = np.nonzero(large.masks[0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (24, 39, 48, 79)


def test_a_detection_whose_mask_is_empty_is_no_detection():
    found = segmented(False, coefficient=0.0)
    assert len(found.boxes) == len(found.masks) == 0
    nothing = decode((head([], 3), np.zeros((1, 1, 16, 16), np.float32)), 0,
                     Facts(task="segment"), SAME, Choice())  # fmt: skip
    assert nothing.masks is None and len(nothing.boxes) == 0


@given(st.integers(0, 2**31), st.sampled_from([(64, 64), (32, 96), (50, 64)]))
def test_a_mask_cut_before_it_is_enlarged_is_the_mask_cut_afterwards(seed, given_size):
    rng = np.random.default_rng(seed)
    protos = rng.standard_normal((4, 16, 16 if given_size[1] == 64 else 24), np.float32)
    coefficients = rng.standard_normal((5, 4), np.float32)
    boxes = rng.uniform(-20, 110, (5, 2, 2)).astype(np.float32)
    boxes = np.sort(boxes, axis=1).reshape(5, 4)
    rows, columns = np.mgrid[: given_size[0], : given_size[1]]
    for mask, logits, (left, top, right, bottom) in zip(
        masks.assemble(protos, coefficients, boxes, given_size),
        masks.weighted(protos, coefficients),
        boxes,
        strict=True,
    ):
        whole = cv2.resize(logits, given_size[::-1]) > 0
        inside = (columns >= left) & (columns < right) & (rows >= top) & (rows < bottom)
        assert (mask == (whole & inside)).all()


@given(st.integers(1, 9000), st.integers(1, 9000))
def test_the_way_back_undoes_the_letterbox(height, width):
    place = fit((height, width), (640, 640))
    way = back(place.shape, (height, width))
    assert (way.top, way.left) == (place.top, place.left)
    corner = np.array([[place.left, place.top, place.left + place.width, place.top + place.height]], np.float32)
    assert into_picture(corner, way)[0] == pytest.approx([0, 0, width, height], rel=1e-5)
    assert points_into_picture(corner.reshape(2, 2), way)[0].tolist() == [0, 0]


def test_where_a_rect_was_rounded_down_the_way_back_is_upstream_s_and_a_pixel_off():
    """822 x 165 at 640 x 128: the height lost 0.47 pixels, and the way back takes that for the gain of both axes."""
    place = fit((165, 822), (640, 640), rect=True)
    way = back(place.shape, (165, 822))
    assert (place.left, way.left) == (0, 1) and place.shape == (128, 640)


PLANES = np.zeros((1, 2, 16, 16), np.float32)
WRONG = [
    ("no output", Facts(), ()),
    ("another number of classes", Facts(), (np.zeros((1, 9, 8), np.float32),)),
    ("a transposed head", Facts(), (np.zeros((1, 8, 7), np.float32),)),
    ("a classifier's output", Facts(), (np.zeros((1, 2), np.float32),)),
    ("a head in place of scores", Facts(task="classify"), (np.zeros((1, 6, 8), np.float32),)),
    ("another number of scores", Facts(task="classify"), (np.zeros((1, 3), np.float32),)),
    ("a segmenter without prototypes", Facts(task="segment"), (np.zeros((1, 8, 8), np.float32),)),
    ("too few coefficients", Facts(task="segment"), (np.zeros((1, 7, 8), np.float32), PLANES)),
    ("a pose without keypoints", Facts(task="pose", kpt_shape=(17, 3)), (np.zeros((1, 6, 8), np.float32),)),
    ("no angle", Facts(task="obb"), (np.zeros((1, 5, 8), np.float32),)),
    ("rows that are too short", Facts(end2end=True), (np.zeros((1, 300, 5), np.float32),)),
]


@pytest.mark.parametrize(("why", "facts", "outputs"), WRONG, ids=[case[0] for case in WRONG])
def test_outputs_that_the_metadata_does_not_explain_are_refused_with_both_shapes(why, facts, outputs):
    with pytest.raises(OutputsDisagree) as caught:
        decode(outputs, 0, facts, SAME, Choice())
    assert caught.value.shapes == [list(one.shape) for one in outputs]
    assert all(str(one.shape) in str(caught.value) for one in outputs) and caught.value.expected in str(caught.value)


@given(st.integers(0, 2**31), st.sampled_from(["detect", "pose", "obb", "segment"]))
def test_numbers_that_are_none_bring_nothing_down(seed, task):
    rng = np.random.default_rng(seed)
    facts = Facts(task=task, kpt_shape=(1, 2) if task == "pose" else None)
    rows = {"detect": 6, "pose": 8, "obb": 7, "segment": 8}[task]
    raw = rng.uniform(-100, 100, (1, rows, 12)).astype(np.float32)
    raw[rng.random(raw.shape) < 0.2] = rng.choice([np.nan, np.inf, -np.inf, 0])
    with np.errstate(all="ignore"):
        found = decode((raw, PLANES), 0, facts, SAME, Choice())
    assert (found.obb if task == "obb" else found.boxes) is not None


def outputs(*shapes: tuple[int, ...]) -> tuple[np.ndarray, ...]:
    return tuple(np.zeros(shape, np.float32) for shape in shapes)


SEGMENT, CLASSIFY = Facts(task="segment"), Facts(task="classify")
FEWER = [
    (Facts(), outputs((1, 6, 8)), 1),
    (Facts(), outputs((0, 6, 8)), 0),
    (Facts(), outputs((1, 6, 8), ()), 0),
    (SEGMENT, outputs((2, 10, 8), (1, 4, 16, 16)), 1),
    (SEGMENT, outputs((1, 10, 8), (1, 4, 0, 16)), 0),
    (CLASSIFY, outputs((1, 2)), 1),
    (
        Facts(task="segment", raw_head=RawHead((32,), 1)),
        outputs((1, 4, 2, 2), (1, 2, 2, 2), (1, 4, 2, 2), (1, 4, 0, 9)),
        0,
    ),
]


@pytest.mark.parametrize(("facts", "given", "slot"), FEWER, ids=range(len(FEWER)))
def test_outputs_without_a_picture_of_the_batch_are_refused(facts, given, slot):
    with pytest.raises(OutputsDisagree):
        decode(given, slot, facts, SAME, Choice())


@pytest.mark.parametrize("number", [2, -1, 1e10, np.nan, np.inf])
def test_a_class_that_the_metadata_does_not_know_is_refused(number):
    rows = np.zeros((1, 3, 6), np.float32)
    rows[0, 0] = (24, 28, 40, 36, 0.9, number)
    with pytest.raises(OutputsDisagree, match="classes from 0 to 1"), np.errstate(invalid="ignore"):
        decode((rows,), 0, Facts(end2end=True), HALF, Choice())


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_detection_with_a_number_that_is_none_is_left_out_and_the_others_stay(number):
    good = (32, 32, 16, 8, 0.9, 0)
    for bad in ((number, 32, 16, 8, 0.9, 0), (10, 10, number, 8, 0.9, 0), (10, 10, 8, 8, number, 0)):
        assert decode((head([bad, good]),), 0, Facts(), SAME, Choice()).boxes[:, 0].tolist() == [24]
    turned = decode((head([(10, 10, 8, 8, 0.9, 0, number), (*good, 0.5)]),), 0, Facts(task="obb"), SAME, Choice())
    assert len(turned.obb) == 1
