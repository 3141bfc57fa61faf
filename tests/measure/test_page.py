"""The report is one file that fetches nothing, escapes what it shows, and says plainly what went wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from sample import MACHINE, sample

from yoloport.measure import words
from yoloport.measure.page import render
from yoloport.measure.report import Picture, finite


def test_the_page_is_rendered_as_before(golden: Callable[[str, str], None]) -> None:
    golden("report.html", render(sample()))


def test_the_page_fetches_nothing_and_runs_nothing() -> None:
    page = render(sample())
    assert "<script" not in page
    assert not re.search(r"(src|href)=\"(?!#|data:)", page)
    assert not re.search(r"url\((?!data:)|@import", page)


def test_a_class_name_cannot_bring_markup_into_the_page() -> None:
    page = render(sample())
    assert "head <b>" not in page
    assert "head &lt;b&gt;" in page


def test_a_picture_shown_twice_is_embedded_once() -> None:
    page = render(sample())
    assert page.count('href="#validation-1"') == 2
    assert page.count("data:image/jpeg") == 2  # one validation picture, one photograph


def test_an_export_that_disagrees_is_said_at_the_top_and_in_its_place() -> None:
    page = render(sample(onnx=replace(sample().onnx, agrees=False)))
    assert "does not agree with it" in page.split("</h1>")[0]
    assert "The ONNX export does not agree with PyTorch" in page


def test_a_run_on_the_cpu_that_was_asked_for_elsewhere_is_warned_of() -> None:
    assert 'class="warning"' not in render(sample())
    assert 'class="warning"' in render(sample(machine=replace(MACHINE, platform="ascend", expected="npu")))
    assert 'class="warning"' not in render(sample(machine=replace(MACHINE, platform="loongson", expected="cpu")))
    assert "npu:0 was asked for" in render(sample(machine=replace(MACHINE, requested="npu:0")))


def test_helmets_found_where_nobody_wears_one_are_called_mistakes() -> None:
    assert "every helmet found there is a mistake" in words.photograph_note(sample())
    other = {**sample().dataset, "names": ["cat", "dog"]}
    assert "mistake" not in words.photograph_note(sample(dataset=other))


def test_finding_nothing_on_the_photographs_is_said_plainly() -> None:
    report = sample()
    assert "finds nothing on either" in words.photograph_note(report)
    found = replace(report.photographs[0], title="zidane.jpg", found=report.validation[0].found)
    assert "finds nothing on bus.jpg" in words.photograph_note(sample(photographs=(*report.photographs, found)))
    assert "nothing" not in words.photograph_note(sample(photographs=(found,)))


@pytest.mark.parametrize(
    ("map50", "start"),
    [(0.83, "The detector works"), (0.59, "The detector finds part"), (0.02, "The detector has not learned yet")],
)
def test_the_verdict_follows_the_score(map50: float, start: str) -> None:
    assert words.verdict(sample(scores=replace(sample().scores, map50=map50))).startswith(start)


def test_the_numbers_are_json_without_pictures_and_without_nan() -> None:
    content = sample(scores=replace(sample().scores, recall=float("nan"))).to_json()
    again = json.loads(json.dumps(content, allow_nan=False))
    assert again["format"] == 1
    assert again["scores"]["recall"] is None
    assert again["validation"][0]["found"][0] == {
        "name": "helmet",
        "corners": [10.0, 10.0, 60.0, 50.0],
        "confidence": 0.91,
    }
    assert "jpeg" not in json.dumps(content)


def test_what_is_no_number_becomes_null_at_any_depth() -> None:
    assert finite({"a": (1.0, float("inf")), 2: [float("nan")]}) == {"a": [1.0, None], "2": [None]}


def test_a_report_without_pictures_or_epochs_still_renders() -> None:
    report = sample(photographs=(), validation=(), training=replace(sample().training, epochs=()), steps=(), notes=())
    assert "no values" in render(report)


def test_many_small_boxes_carry_no_name_but_a_title() -> None:
    small = replace(sample().validation[0].found[0], corners=(1.0, 1.0, 3.0, 3.0))
    page = render(sample(validation=(Picture("a.jpg", b"", 100, 80, (small,), ()),)))
    assert '<text class="name"' not in page
    assert "<title>helmet 0.91</title>" in page


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.42, "0.4 s"),
        (9.96, "10.0 s"),
        (38.4, "38 s"),
        (59.7, "1 min 00 s"),
        (247, "4 min 07 s"),
        (7510, "2 h 05 min"),
    ],
)
def test_durations_are_short(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


@pytest.mark.parametrize(("seconds", "text"), [(92, "1:32"), (3729, "1:02:09"), (0, "0:00"), (-3, "0:00")])
def test_time_left_reads_like_a_clock(seconds: float, text: str) -> None:
    assert words.clock(seconds) == text
