"""A report is there whole or not at all, and an earlier one is kept under its date."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from yoloport.inside.demo import out_folder


class Report(SimpleNamespace):
    def to_json(self) -> dict[str, object]:
        return {"number": self.number}


def test_page_and_numbers_are_written_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(out_folder, "render", lambda report: f"page {report.number}")
    page = out_folder.publish(tmp_path, Report(number=7))
    assert page.read_text() == "page 7"
    assert json.loads((tmp_path / "report.json").read_text()) == {"number": 7}
    assert len(list(tmp_path.iterdir())) == 2


def test_a_page_that_cannot_be_rendered_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(report: object) -> str:
        raise ValueError("no")

    monkeypatch.setattr(out_folder, "render", fails)
    with pytest.raises(ValueError, match="no"):
        out_folder.publish(tmp_path, Report(number=7))
    assert not list(tmp_path.iterdir())


def test_an_earlier_report_is_put_aside(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("old")
    (tmp_path / "report.json").write_text("{}")
    out_folder.put_aside(tmp_path)
    names = sorted(file.name for file in tmp_path.iterdir())
    assert "report.html" not in names
    assert len(names) == 2
    assert all(name.startswith("report-2") for name in names)


def test_the_folder_is_made_and_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert out_folder.prepare_folder(Path("a/b")) == tmp_path / "a" / "b"
    assert not list((tmp_path / "a" / "b").iterdir())
