"""Boxes out of the head's last convolutions: by hand on a small grid, and in both layouts alike."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.doubles import Facts
from yoloport.runtime.decode.candidates import Choice
from yoloport.runtime.decode.tasks import OutputsDisagree, Sizes, decode
from yoloport.runtime.metadata import BadMetadata, RawHead, checked

SAME = Sizes((64, 64), (64, 64))
HEAD = RawHead(strides=(16, 32), reg_max=4)
GRIDS = ((4, 4), (2, 2))
LOW = -20.0


def empty(extra: int = 0, classes: int = 2, head: RawHead = HEAD) -> list[np.ndarray]:
    """Outputs in which no class is above any threshold."""
    outputs = [np.zeros((1, 4 * head.reg_max, *grid), np.float32) for grid in GRIDS]
    outputs += [np.full((1, classes, *grid), LOW, np.float32) for grid in GRIDS]
    return outputs + ([np.zeros((1, extra, *grid), np.float32) for grid in GRIDS] if extra else [])


def put(outputs: list[np.ndarray], level: int, row: int, column: int, distances, logit: float, label: int = 0) -> None:
    """A box at a place: the distances are whole numbers, so one bin takes all."""
    for side, distance in enumerate(distances):
        outputs[level][0, 4 * side + distance, row, column] = 50
    outputs[2 + level][0, label, row, column] = logit


def shown(outputs: list[np.ndarray], facts: Facts, choice: Choice | None = None):
    return decode(tuple(outputs), 0, facts, SAME, choice or Choice())


def test_a_box_lies_around_its_place_by_its_distances_times_the_stride():
    outputs = empty()
    put(outputs, 0, 1, 2, (1, 1, 1, 2), 0.0, label=1)
    put(outputs, 1, 0, 1, (1, 0, 0, 1), 2.0)
    found = shown(outputs, Facts(raw_head=HEAD))
    assert found.boxes == pytest.approx(
        np.array([[16, 16, 48, 48, 1 / (1 + np.exp(-2)), 0], [24, 8, 56, 56, 0.5, 1]]), abs=1e-4
    )


def test_between_two_bins_the_distance_is_their_mean():
    outputs = empty()
    put(outputs, 0, 1, 1, (1, 1, 1, 1), 3.0)
    outputs[0][0, 2, 1, 1] = 50  # of the left side: bins 1 and 2 alike
    assert shown(outputs, Facts(raw_head=HEAD)).boxes[0, :4] == pytest.approx([0, 8, 40, 40], abs=1e-4)


def test_the_threshold_is_one_of_confidence_and_a_score_at_it_is_not_above_it():
    outputs = empty()
    put(outputs, 0, 0, 0, (0, 0, 1, 1), 0.0)
    for conf, count in ((0.5, 0), (0.4999, 1), (0.0, 20), (1.0, 0)):
        assert len(shown(outputs, Facts(raw_head=HEAD), Choice(conf=conf, iou=1.0)).boxes) == count


def test_several_labels_of_a_place_and_wanted_classes_are_chosen_as_ever():
    outputs = empty()
    put(outputs, 0, 0, 0, (0, 0, 1, 1), 1.0)
    outputs[2][0, 1, 0, 0] = 2.0
    facts = Facts(raw_head=HEAD)
    assert shown(outputs, facts).boxes[:, 5].tolist() == [1]
    assert shown(outputs, facts, Choice(multi_label=True)).boxes[:, 5].tolist() == [1, 0]
    assert len(shown(outputs, facts, Choice(classes=(0,))).boxes) == 0


def test_keypoints_are_relative_to_their_place():
    outputs = empty(extra=3, classes=1)
    put(outputs, 1, 1, 0, (0, 0, 1, 1), 3.0)
    outputs[5][0, :, 1, 0] = (0.25, -0.5, 0.0)
    facts = Facts(task="pose", names={0: "person"}, kpt_shape=(1, 3), raw_head=HEAD)
    assert shown(outputs, facts).keypoints == pytest.approx(np.array([[[16, 0, 0.5]]]), abs=1e-4)


def test_a_turned_box_is_moved_along_its_own_axes():
    outputs = empty(extra=1)
    put(outputs, 0, 1, 1, (0, 0, 2, 0), 3.0)
    outputs[4][0, 0, 1, 1] = np.log(3)  # a quarter turn
    found = shown(outputs, Facts(task="obb", raw_head=HEAD)).obb[0]
    assert found[:5] == pytest.approx([24, 40, 32, 0, np.pi / 2], abs=1e-4)


def test_masks_are_made_of_coefficients_and_prototypes():
    outputs = empty(extra=1)
    put(outputs, 0, 1, 1, (1, 1, 1, 1), 3.0)
    outputs[4][0, 0, 1, 1] = 1
    protos = np.full((1, 1, 16, 16), -1, np.float32)
    protos[0, 0, 4:8, 4:8] = 1
    rows, columns = np.nonzero(shown([*outputs, protos], Facts(task="segment", raw_head=HEAD)).masks[0])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (16, 31, 16, 31)


@given(st.integers(0, 2**31), st.sampled_from(["detect", "pose", "obb", "segment"]), st.sampled_from([0.001, 0.25]))
def test_both_layouts_say_the_same_and_numbers_that_are_none_bring_nothing_down(seed, task, conf):
    rng = np.random.default_rng(seed)
    extra = {"detect": 0, "pose": 2, "obb": 1, "segment": 1}[task]
    outputs = [rng.uniform(-9, 9, one.shape).astype(np.float32) for one in empty(extra)]
    for one in outputs:
        one[rng.random(one.shape) < 0.05] = rng.choice([np.nan, np.inf, -np.inf])
    protos = [rng.standard_normal((1, 1, 16, 16), np.float32)] if task == "segment" else []
    facts = {"task": task, "kpt_shape": (1, 2) if task == "pose" else None}
    turned = [np.ascontiguousarray(one.transpose(0, 2, 3, 1)) for one in outputs]
    with np.errstate(all="ignore"):
        one = shown([*outputs, *protos], Facts(**facts, raw_head=HEAD), Choice(conf=conf))
        two = shown([*turned, *protos], Facts(**facts, raw_head=replace(HEAD, layout="NHWC")),
                    Choice(conf=conf))  # fmt: skip
    for name in ("boxes", "masks", "keypoints", "obb"):
        first, second = getattr(one, name), getattr(two, name)
        assert first is second is None or np.array_equal(first, second, equal_nan=True)


WRONG = [
    ("nothing", Facts(raw_head=HEAD), []),
    ("a head that is worked out", Facts(raw_head=HEAD), [np.zeros((1, 6, 20), np.float32)]),
    ("a level less", Facts(raw_head=HEAD), empty()[:3]),
    ("another number of classes", Facts(raw_head=HEAD), empty(classes=3)),
    ("another number of bins", Facts(raw_head=RawHead(strides=(16, 32))), empty()),
    ("another layout", Facts(raw_head=replace(HEAD, layout="NHWC")), empty()),
    ("no prototypes", Facts(task="segment", raw_head=HEAD), empty(extra=1)),
    ("no keypoints", Facts(task="pose", kpt_shape=(1, 3), raw_head=HEAD), empty()),
]


@pytest.mark.parametrize(("why", "facts", "outputs"), WRONG, ids=[case[0] for case in WRONG])
def test_outputs_that_the_metadata_does_not_explain_are_refused(why, facts, outputs):
    with pytest.raises(OutputsDisagree, match="batch"):
        shown(outputs, facts)


@pytest.mark.parametrize("wrong", [{"end2end": True}, {"task": "classify"}, {"raw_head": {"strides": []}}])
def test_metadata_of_a_raw_head_that_cannot_be_is_refused(wrong):
    told = {"task": "detect", "names": {0: "a"}, "size": (64, 64), "raw_head": {"strides": [16, 32]}}
    assert checked(told, "x").raw_head.reg_max == 16
    with pytest.raises(BadMetadata, match="raw_head"):
        checked({**told, **wrong}, "x")
