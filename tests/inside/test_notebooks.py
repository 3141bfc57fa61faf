"""The tutorial: one list of cells, two languages, the same code."""

from __future__ import annotations

import ast
import json

import pytest

from yoloport.inside.notebooks import build


def cells(language: str) -> list[dict[str, object]]:
    return list(json.loads(build.text(language))["cells"])


@pytest.mark.parametrize("language", build.LANGUAGES)
def test_a_notebook_is_valid_and_carries_no_output(language: str):
    nbformat = pytest.importorskip("nbformat")
    nbformat.validate(nbformat.reads(build.text(language), as_version=4))
    assert all(cell["outputs"] == [] for cell in cells(language) if cell["cell_type"] == "code")


def test_both_languages_run_the_same_code_in_the_same_order():
    english, chinese = (cells(language) for language in build.LANGUAGES)
    assert [c["cell_type"] for c in english] == [c["cell_type"] for c in chinese]
    assert [c["source"] for c in english if c["cell_type"] == "code"] == [
        c["source"] for c in chinese if c["cell_type"] == "code"
    ]


def test_every_text_exists_in_both_languages_and_is_translated():
    for english, chinese in zip(*(cells(language) for language in build.LANGUAGES), strict=True):
        if english["cell_type"] == "markdown":
            assert english["source"] and any("\u4e00" <= letter <= "\u9fff" for letter in str(chinese["source"]))
            assert not any("\u4e00" <= letter <= "\u9fff" for letter in str(english["source"]))


def test_every_cell_of_code_is_python():
    for cell in cells("en"):
        if cell["cell_type"] == "code":
            lines = [line for line in str(cell["source"]).splitlines() if not line.lstrip().startswith(("%", "!"))]
            ast.parse("\n".join(lines))


def test_the_tutorial_trains_shows_and_exports():
    code = "\n".join(str(c["source"]) for c in cells("en") if c["cell_type"] == "code")
    assert ".train(" in code and ".show()" in code and ".export(" in code and "pip install" not in code


def test_cells_have_ids_of_their_own_and_the_same_text_is_built_twice():
    ids = [cell["id"] for cell in cells("en")]
    assert len(set(ids)) == len(ids) and build.text("en") == build.text("en")
    assert build.file_name("zh") == "helmet.zh.ipynb"
