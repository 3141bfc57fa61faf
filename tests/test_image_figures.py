"""The table of the images' figures says what was measured, and calls a missed target missed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ROW = {"unit": "s", "date": "2026-01-02", "load_1min": 0.5}


@pytest.fixture
def lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Rows of results in, lines of the table out, by their first words."""
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    import image_table

    def made(language: str = "en", **values: object) -> dict[str, str]:
        rows = {name: {**ROW, "value": value} for name, value in values.items()}
        versions = {"engine": "docker 1", "torch": "2"}
        told = {"machine": "a machine", "versions": versions, "rows": rows or {"other": {**ROW, "value": 1}}}
        (tmp_path / "images.json").write_text(json.dumps(told))
        text = image_table.table(language, tmp_path / "images.json").splitlines()
        return {line.split("|")[1].strip() if line.startswith("|") else line: line for line in text}

    return made


def test_a_target_is_met_up_to_its_very_figure_and_missed_above_it(lines):
    row = "the same with `yoloport image build`: workspace"
    assert lines(rebuild_workspace=1.0)[row].endswith("| 1 s | ≤ 1 s | met |")
    assert lines(rebuild_workspace=1.01)[row].endswith("| 1.01 s | ≤ 1 s | **missed** |")
    assert lines("zh", rebuild_workspace=1.01)["同样的重建，用 `yoloport image build`：工作区"].endswith(
        "| **未达到** |"
    )


def test_what_nobody_measured_is_said_to_be_unmeasured_and_neither_met_nor_missed(lines):
    assert lines()["runtime image, amd64"] == "| runtime image, amd64 | none | 469 MB | not measured | ≤ 300 MB |  |"


def test_the_naive_image_stands_beside_ours_with_what_it_cannot_do(lines):
    found = lines(naive_size=6832.0, naive_imports=False, workspace_size=1453.7)["workspace image, CPU"]
    assert "| 6.83 GB, and it cannot import ultralytics | 1.84 GB | 1.45 GB | ≤ 1.5 GB | met |" in found
    assert "cannot" not in lines(naive_size=6832.0, naive_imports=True)["workspace image, CPU"]


def test_a_ratio_is_shown_with_the_two_times_that_it_is_of(lines):
    found = lines(start_ratio=1.07, start_workspace=2.96, start_bare=2.77)
    assert "| 1.07 × (3.0 s / 2.8 s) | ≤ 1.2 × | met |" in str(found)


def test_the_last_line_says_when_and_where_and_under_which_load(lines):
    assert "2026-01-02, a machine, docker 1, torch 2; load 0.5 to 0.5 while measuring. Times are medians." in lines()
