"""A second opinion is counted, and what cannot be understood is said to be so."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.host.facts import Answer, NotUnderstood
from yoloport.host.second_opinion import QUERY, counted, reduce

DEVICES = [
    {
        "manufacturer": "Vendor",
        "index": 0,
        "name": "X1",
        "uuid": "abc",
        "driver_version": "25.3",
        "appendix": {"sn": "1"},
    },
    {"manufacturer": "vendor", "index": 1, "name": "X1", "uuid": "abd"},
    {"manufacturer": "other", "index": 0},
]


def answer(text: str, code: int | None = 0, fault: str = "") -> Answer:
    return Answer(QUERY, text, code, fault)


def test_devices_are_counted_by_their_maker():
    assert counted(answer(json.dumps(DEVICES))) == {"vendor": 2, "other": 1}
    assert counted(answer("[]")) == {}


def test_log_lines_among_the_devices_do_not_hide_them_and_are_not_kept():
    text = f"2026-11-23 [WARNING] no library on gpu-node7\n[INFO] detecting\n{json.dumps(DEVICES, indent=2)}\ndone\n"
    assert counted(answer(text)) == counted(answer(reduce(text))) == {"vendor": 2, "other": 1}
    assert "gpu-node7" not in reduce(text)


def test_the_devices_unique_numbers_are_not_kept():
    kept = json.loads(reduce(json.dumps(DEVICES)))
    assert set(kept[0]) == {"manufacturer", "index", "name", "driver_version", "runtime_version"}
    assert reduce(reduce(json.dumps(DEVICES))) == reduce(json.dumps(DEVICES))


@pytest.mark.parametrize(
    "not_asked", [None, answer("", None, "missing"), answer("[{}]", 1), answer("", None, "timeout")]
)
def test_who_was_not_asked_or_failed_counts_nothing(not_asked):
    assert counted(not_asked) == {}


@pytest.mark.parametrize(
    "text", ["", "null", "7", "{", "[1]", '["a"]', "[{}]", '{"devices": []}', "[" * 20_000, "no devices"]
)
def test_an_answer_of_another_shape_is_told_with_its_text(text: str):
    with pytest.raises(NotUnderstood) as caught:
        counted(answer(text))
    assert caught.value.text == text
    assert len(reduce(text)) <= 4000


@given(st.text())
def test_any_answer_is_counted_or_not_understood(text: str):
    try:
        counted(answer(reduce(text)))
    except NotUnderstood as error:
        assert error.why
