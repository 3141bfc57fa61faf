"""A combination that is there is judged by the rows: exact, tolerated, refused or unknown, always with a reason."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yoloport.compat.judge import Combination, judge, row_words
from yoloport.platforms.load import load, names
from yoloport.platforms.schema import Platform, Row

ANY = ("aarch64", "x86_64")


def row(torch: str = "2.9.0", decision: str = "exact", **more: object) -> Row:
    told = {"torch": torch, "python": ("3.10", "3.13"), "architectures": ANY, "decision": decision, **more}
    return Row.model_validate(told)


def platform(*rows: Row) -> Platform:
    return load("cpu").model_copy(update={"name": "made_up", "rows": rows})


VENDOR = platform(
    row("2.12.0", plugin="torch-x==2.12.0.post2", toolkit="KIT 9.1", driver=("26.1",), torchvision="0.27.0"),
    row("2.9.0", plugin="torch-x==2.9.0.post2", toolkit="KIT 9.0", driver=("25.3", "25.5"), torchvision="0.24.0"),
    row("2.8.0", "tolerated", plugin="torch-x==2.8.0", toolkit="KIT 8.5", reason="runs, slowly"),
    row("2.1.0", "refused", plugin="torch-x==2.1.0", toolkit="KIT 8.0", reason="its convolution is wrong"),
)


def verdict(**there: str):
    return judge(VENDOR, Combination(**there))


def test_what_agrees_with_an_exact_row_is_exact():
    found = verdict(toolkit="KIT 9.0.0", driver="25.5.1", torch="2.9.0", plugin="2.9.0.post2", python="3.11")
    assert found.kind == "exact" and found.nearest is VENDOR.rows[1] and found.reason and not found.differs


def test_what_agrees_with_a_tolerated_row_is_tolerated_with_the_rows_reason():
    found = verdict(torch="2.8.0", toolkit="KIT 8.5.1")
    assert (found.kind, found.reason, found.way_on) == ("tolerated", "runs, slowly", "")


def test_what_agrees_with_a_refused_row_is_refused_with_the_rows_reason_and_a_way_on():
    found = verdict(torch="2.1.0", toolkit="KIT 8.0.0")
    assert (found.kind, found.reason) == ("refused", "its convolution is wrong") and found.way_on


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (
            {"torch": "2.9.0", "toolkit": "KIT 9.1.0", "plugin": "2.9.0.post2"},
            "torch 2.9.0 does not go with torch 2.12.0",
        ),
        ({"torch": "2.9.0", "plugin": "2.8.0", "toolkit": "KIT 9.0"}, "plug-in 2.8.0"),
        ({"torch": "2.9.0", "torchvision": "0.19.0"}, "torchvision 0.19.0"),
        ({"torch": "2.9.0", "python": "3.9"}, "Python 3.9"),
        ({"torch": "2.9.0", "python": "3.14"}, "Python 3.14"),
        ({"torch": "2.9.0", "architecture": "loongarch64"}, "architecture loongarch64"),
        ({"torch": "2.9.0", "toolkit": "KIT 9.0", "driver": "24.1"}, "driver 24.1"),
    ],
)
def test_what_differs_is_refused_with_the_part_and_the_nearest_row(there, words):
    found = verdict(**there)
    assert found.kind == "refused" and words in found.reason
    assert found.nearest is not None and row_words(found.nearest) in found.way_on
    assert any(part.lower() in words.lower() for part, _, _ in found.differs)


@pytest.mark.parametrize(("libc", "kind"), [("2.17", "refused"), ("2.28", "exact"), ("2.34", "exact"), ("", "exact")])
def test_an_older_c_library_than_the_wheels_need_is_refused(libc: str, kind: str):
    found = judge(platform(row(libc="2.28")), Combination(torch="2.9.0", libc=libc))
    assert found.kind == kind and ("glibc 2.17" in found.reason) is (libc == "2.17")


def test_what_is_newer_than_every_row_is_unknown_with_a_way_on():
    for there in (
        {"torch": "2.13.0"},
        {"toolkit": "KIT 9.2"},
        {"toolkit": "KIT 10.0", "torch": "3.0.0", "driver": "27.0"},
    ):
        found = verdict(**there)
        assert found.kind == "unknown" and "newer than every" in found.reason and "selftest" in found.way_on


def test_a_version_between_two_rows_is_refused_and_not_called_new():
    assert verdict(torch="2.10.0").kind == "refused"


def test_a_platform_without_rows_is_unknown():
    found = judge(platform(), Combination(torch="2.9.0"))
    assert found.kind == "unknown" and found.nearest is None and found.way_on


@pytest.mark.parametrize(
    ("here", "want", "agrees"),
    [
        ("KIT 9.1.0", "KIT 9.1", True), ("KIT 9.1", "KIT 9.1", True), ("KIT 9.10.0", "KIT 9.1", False),
        ("KIT 9.1", "KIT 9.1.0", False), ("kit 9.1.3", "KIT 9.1", True), ("KIT 9.1.RC1", "KIT 9.1", True),
        ("KIT 9.1.7", "KIT 9.1.X", True), ("KIT 8.9", "KIT 9.1", False), ("OTHER 9.1", "KIT 9.1", False),
    ],
)  # fmt: skip
def test_a_toolkit_is_compared_by_whole_numbers(here: str, want: str, agrees: bool):
    found = judge(platform(row(toolkit=want)), Combination(toolkit=here))
    assert bool(found.differs) is not agrees


@pytest.mark.parametrize(
    ("here", "want", "agrees"),
    [
        ("2.9.0+cpu", "2.9.0", True), ("2.9.0", "2.9.0", True), ("2.9.0+cpu", "2.9.0+cpu", True),
        ("2.9.0+vendor", "2.9.0+cpu", False), ("2.9.0", "2.9.0+cpu", False), ("2.9.1", "2.9.0", False),
    ],
)  # fmt: skip
def test_a_local_label_counts_only_where_the_row_names_one(here: str, want: str, agrees: bool):
    assert bool(judge(platform(row(want)), Combination(torch=here)).differs) is not agrees


def test_what_is_unsourced_is_not_held_against_anyone():
    rows = platform(row(toolkit="UNSOURCED", driver=("UNSOURCED",), firmware=("UNSOURCED",)))
    assert judge(rows, Combination(toolkit="KIT 1", driver="1", firmware="1", torch="2.9.0")).kind == "exact"


def test_a_machine_of_which_nothing_is_known_is_not_called_exact():
    """Nothing was compared, so nothing can be promised."""
    assert verdict().kind == "unknown"


def test_a_refused_combination_is_never_the_way_on():
    found = verdict(torch="2.1.0", toolkit="KIT 8.0.0", python="3.9")
    assert found.kind == "refused" and found.nearest is not None
    assert found.nearest.decision != "refused", found.way_on


VERSION = st.one_of(
    st.just(""), st.text(max_size=12),
    st.from_regex(r"(KIT )?[0-9]{1,3}(\.[0-9]{1,3}){0,3}(\+[a-z0-9]{1,5})?", fullmatch=True),
    st.sampled_from(["2.9.0", "2.12.0", "KIT 9.0", "KIT 9.10", "25.3.0", "3.11", "aarch64", "UNSOURCED"]),
)  # fmt: skip
PLATFORMS = [load(name) for name in names()]


@settings(max_examples=200)
@given(
    st.sampled_from([VENDOR, *PLATFORMS]),
    st.builds(Combination, **{field.name: VERSION for field in dataclasses.fields(Combination)}),
)
def test_any_combination_is_judged_with_a_reason_and_a_refusal_names_the_nearest_row(
    made: Platform, there: Combination
):
    found = judge(made, there)
    assert found.reason and found.kind in ("exact", "tolerated", "refused", "unknown")
    assert found.kind != "refused" or found.nearest is not None
    assert found.kind in ("exact", "tolerated") or found.way_on
