"""The accuracy benchmark: labels become boxes in pixels, boxes that lie on them are right, and rows become a table."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "benchmarks"))

import accuracy
import accuracy_table


def test_labels_are_corners_in_pixels_of_the_picture(tmp_path: Path):
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels/a.txt").write_text("1 0.5 0.25 0.5 0.5\n")
    told = accuracy.labels(tmp_path / "images/a.jpg", 2, (100, 200))
    assert told.tolist() == [[1, 50, 0, 150, 50]]
    assert accuracy.labels(tmp_path / "images/none.jpg", 2, (100, 200)).shape == (0, 5)


@pytest.mark.torch
def test_a_box_on_its_object_is_right_and_one_of_another_class_or_place_is_not(tmp_path: Path):
    pytest.importorskip("ultralytics")
    boxes = np.array([[50, 0, 150, 50, 0.9, 1], [50, 0, 150, 50, 0.8, 0], [0, 50, 9, 60, 0.7, 1]], np.float32)
    found = SimpleNamespace(boxes=SimpleNamespace(data=boxes, conf=boxes[:, 4], cls=boxes[:, 5]))
    correct, confidence, said, true = accuracy.matched(found, np.array([[1, 50, 0, 150, 50]], np.float32))
    assert correct.all(axis=1).tolist() == [True, False, False] and not correct[1:].any()
    assert (confidence.tolist(), said.tolist(), true.tolist()) == (boxes[:, 4].tolist(), [1, 0, 1], [1])


def test_a_row_takes_the_place_of_its_like_and_is_told_in_points_below_the_first(tmp_path: Path):
    first = {"format": "onnx", "precision": "fp32", "graph": "plain", "map": 0.4576, "map50": 0.6, "boxes": 7}
    other, file = {**first, "precision": "int8", "map": 0.4}, tmp_path / "rows.json"
    for row in ({**first, "map": 0.9}, other, first, {**other, "map": 0.4512}):
        accuracy.keep(row, file)
    for language in ("en", "zh"):
        assert accuracy_table.table(language, file).splitlines()[2:] == [
            "| onnx | fp32 | plain | 45.76 | 0.00 | 60.00 | 7 |",
            "| onnx | int8 | plain | 45.12 | 0.64 | 60.00 | 7 |",
        ]
