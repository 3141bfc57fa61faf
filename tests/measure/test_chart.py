"""Charts are inline SVG with round ticks, words for a screen reader, and no value invented."""

from __future__ import annotations

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Callable

import pytest

from yoloport.measure.chart import Series, line_chart

LINES = (Series("box", (2.0, 1.5, 1.25, 1.0)), Series("class", (4.1, 3.0, None, 2.0)))


def test_a_chart_is_drawn_as_before(golden: Callable[[str, str], None]) -> None:
    golden("chart.svg", line_chart("Loss", LINES, "epoch", "loss") + "\n")


def test_a_chart_is_sound_xml_and_says_its_ends_aloud() -> None:
    root = ET.fromstring(line_chart("Loss <of> a & b", LINES, "epoch", "loss"))  # noqa: S314 - our own text
    assert root.attrib["aria-label"] == "Loss <of> a & b: box from 2 to 1, class from 4.1 to 2"


@pytest.mark.parametrize("values", [(), (0.0,), (float("nan"),), (None, None), (1e-9,), (1e9, 2.0)])
def test_few_or_strange_values_still_make_a_chart(values: tuple[float | None, ...]) -> None:
    drawing = line_chart("Loss", (Series("box", values),), "epoch", "loss")
    ET.fromstring(drawing)  # noqa: S314 - our own text
    assert "nan" not in drawing


def test_a_missing_value_is_left_out_of_the_line() -> None:
    drawing = line_chart("Loss", (LINES[1],), "epoch", "loss")
    points = drawing.partition('points="')[2].partition('"')[0]
    assert len(points.split()) == 3


def test_ticks_of_a_score_go_from_zero_to_one() -> None:
    drawing = line_chart("mAP", (Series("mAP50", (0.1, 0.2)),), "epoch", "mAP", 1.0)
    for tick in ("0", "0.2", "0.4", "0.6", "0.8", "1"):
        assert f">{tick}</text>" in drawing


@pytest.mark.parametrize("count", [1, 2, 5, 7, 13, 40, 50, 99, 100, 300])
def test_epochs_are_labelled_from_the_first_to_the_last_without_crowding(count: int) -> None:
    drawing = line_chart("mAP", (Series("mAP50", (0.5,) * count),), "epoch", "mAP", 1.0)
    root = ET.fromstring(drawing)  # noqa: S314 - our own text
    places = [
        (float(t.attrib["x"]), t.text) for t in root if t.attrib.get("text-anchor") == "middle" and t.text != "mAP"
    ]
    assert places[0][1] == "1"
    assert places[-1][1] == str(count)
    assert len(places) <= 8
    assert all(b[0] - a[0] > 20 for a, b in itertools.pairwise(places))
