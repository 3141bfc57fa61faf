from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from doctor.cases import case
from yoloport.doctor.check import Case, Check, Finding, Found, Level, Look, Variant
from yoloport.doctor.examine import examine, exit_code


def check(id_: str, level: Level, look: Look) -> Check:
    words = {
        "": Variant({"en": "{n} is bad", "zh": "{n} 不好"}, {"en": "mend {n}", "zh": "修 {n}"}, "mend {n}"),
        "worse": Variant({"en": "{n} is worse", "zh": "{n} 更糟"}, {"en": "mend", "zh": "修"}, ""),
    }
    title = {"en": id_, "zh": id_}
    return Check(id_, title, level, words, "a test", dt.date(2026, 11, 23), "docs/en/doctor.md", look)


def finds(*found: Found) -> Look:
    return lambda _: found


def level(name: Level) -> Finding:
    return Finding("x", name, {"en": "", "zh": ""}, {"en": "", "zh": ""}, "", "", "")


def test_what_blocks_comes_first_and_the_order_of_the_checks_is_kept_within_a_level():
    one = Found({"n": 1})
    checks = [
        check("a", "note", finds(one)),
        check("b", "blocked", finds(one)),
        check("c", "warning", finds(one)),
        check("d", "blocked", finds(one)),
    ]
    assert [found.check for found in examine(case(), checks)] == ["b", "d", "c", "a"]


def test_a_check_may_find_several_faults_each_with_its_own_values():
    found = examine(case(), [check("a", "warning", finds(Found({"n": 1}), Found({"n": 2}, raw="as it said")))])
    assert [one.cause["en"] for one in found] == ["1 is bad", "2 is bad"]
    assert [one.cause["zh"] for one in found] == ["1 不好", "2 不好"]
    assert [one.command for one in found] == ["mend 1", "mend 2"]
    assert found[1].raw == "as it said"


def test_a_finding_can_be_less_or_more_than_its_check_and_have_other_words():
    found = examine(case(), [check("a", "blocked", finds(Found({"n": 1}, level="note", variant="worse")))])
    assert (found[0].level, found[0].cause["en"]) == ("note", "1 is worse")


def raises(_: Case) -> Iterator[Found]:
    yield Found({"n": 1})
    raise KeyError("a fact that contradicts another")


@pytest.mark.parametrize(
    "look",
    [raises, finds(Found({})), finds(Found({"n": 1}, variant="never heard of"))],
    ids=["the function raises", "a value is missing", "there is no such variant"],
)
def test_a_check_that_fails_becomes_a_finding_and_the_others_still_speak(look: Look):
    found = examine(case(), [check("sick", "blocked", look), check("well", "warning", finds(Found({"n": 2})))])
    assert [one.check for one in found] == ["check-failed", "well"]
    assert "sick" in found[0].cause["en"]
    assert "sick" in found[0].cause["zh"]
    assert found[0].level == "warning"


@pytest.mark.parametrize(
    ("levels", "code"),
    [
        ((), 0),
        (("note",), 0),
        (("note", "warning"), 1),
        (("warning", "warning"), 1),
        (("note", "warning", "blocked"), 2),
        (("blocked",), 2),
    ],
)
def test_the_exit_code_is_that_of_the_worst_and_notes_do_not_count(levels: tuple[Level, ...], code: int):
    assert exit_code([level(name) for name in levels]) == code


def test_nothing_found_is_fine():
    assert exit_code(examine(case(), [check("a", "blocked", finds())])) == 0
