"""What was counted becomes one line, and data."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from yoloport.inside.proof.budget import Spending, due
from yoloport.inside.proof.line import line
from yoloport.inside.proof.report import RunProof
from yoloport.inside.proof.tally import Phase, Tally

TRAINED = RunProof("train", "acc:0", "Card 9", 40, 2, 11204, 90, 0.008, 0.012, 120, 14, (("aten::_foreach_lerp_", 3),))


@pytest.mark.parametrize(
    ("run", "said"),
    [
        (
            TRAINED,
            "yoloport: trained on acc:0 (Card 9): 2 of 40 steps sampled, 11 204 operator calls a step, 0.8 % of them "
            "and 1.2 % of the time on the host (aten::_foreach_lerp_ x3), 120 copies to the device and 14 back a step",
        ),
        (
            replace(TRAINED, task="val", host_calls=0, host_share_of_calls=0, host_share_of_time=0, fell_back=()),
            "yoloport: validated on acc:0 (Card 9): 2 of 40 steps sampled, 11 204 operator calls a step, none of them "
            "on the host, 120 copies to the device and 14 back a step",
        ),
        (
            replace(TRAINED, host_share_of_calls=0.0001, fell_back=(("aten::isin", 0),), to_device=1),
            "yoloport: trained on acc:0 (Card 9): 2 of 40 steps sampled, 11 204 operator calls a step, < 0.1 % of them "
            "and 1.2 % of the time on the host (aten::isin, from a warning), 1 copy to the device and 14 back a step",
        ),
        (
            RunProof("predict", "cpu", "", 1, 1, 387, 387, 1.0, 1.0, 0, 0),
            "yoloport: predicted on the CPU, all of it: no accelerator was used; 1 of 1 step sampled, "
            "387 operator calls a step",
        ),
        (
            RunProof("predict", "acc:1", "", 1, 0, 0, 0, 0.0, 0.0, 0, 0),
            "yoloport: predicted on acc:1: none of 1 step sampled",
        ),
    ],
)
def test_the_line_says_what_ran_where(run: RunProof, said: str):
    assert line(run) == said


def test_many_operators_are_named_in_part_and_counted_in_full():
    many = tuple((f"aten::f{i}", 9 - i) for i in range(8))
    assert "aten::f5 x4, and 2 more)" in line(replace(TRAINED, fell_back=many))


def test_the_data_goes_through_json():
    assert json.loads(json.dumps(TRAINED.to_dict())) == TRAINED.to_dict()


@pytest.mark.parametrize(
    ("now", "sample"),
    [
        (Spending(0, 40, 0, 0.0, 0.0, 0.0), False),
        (Spending(1, 40, 0, 0.1, 0.0, 0.0), True),
        (Spending(0, 1, 0, 0.0, 0.0, 0.0), True),
        (Spending(0, 0, 0, 0.0, 0.0, 0.0), False),
        (Spending(5, 40, 1, 100.0, 0.3, 0.3), False),
        (Spending(5, 40, 1, 120.0, 0.3, 0.3), True),
    ],
)
def test_the_second_step_is_sampled_and_later_ones_when_they_are_paid_for(now: Spending, sample: bool):
    assert due(now) is sample


def test_a_long_training_is_watched_for_less_than_a_hundredth_of_its_time():
    spent, sampled, elapsed = 0.0, 0, 0.0
    for step in range(20_000):
        watched = due(Spending(step, 20_000, sampled, elapsed, spent, 0.4 if sampled else 0.0))
        sampled, spent = sampled + watched, spent + 0.4 * watched
        elapsed += 0.1 + 0.4 * watched
    assert sampled > 5
    assert spent < 0.01 * elapsed


def test_the_first_step_is_no_measure_for_the_others():
    phase = Phase()
    phase.ordinary_step(9.0)
    assert phase.sampled_step(3.0, Tally(calls=10, host_calls=2, host_s=0.5)) == 3.0
    phase.ordinary_step(1.0)
    assert (phase.step_s(), phase.host_share_of_time(), phase.host_share_of_calls()) == (1.0, 0.5, 0.2)
    assert phase.sampled_step(3.0, Tally(calls=20)) == 2.0
    assert (phase.steps, phase.sampled, phase.each(30), phase.each(1), phase.each(0)) == (4, 2, 15, 1, 0)
