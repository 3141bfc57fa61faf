"""Everything that is known of a platform reaches the reader, with its source, on a terminal and on a page."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from yoloport.platforms import describe, grid, labels, render_markdown, render_text
from yoloport.platforms.ladder import CAPABILITIES, Reached, matrix
from yoloport.platforms.load import load, load_all, names
from yoloport.platforms.schema import Platform, Sourced

NOTHING = {capability: Reached(0) for capability in CAPABILITIES}
every = pytest.mark.parametrize("name", names())
languages = pytest.mark.parametrize("language", ["en", "zh"])


def squeezed(text: str) -> str:
    """Without what wrapping, escaping and tables add."""
    return re.sub(r"[\s\\|`]|<br>", "", text)


def strings(value: Any) -> set[str]:
    """Every string within, but those of people's texts in the other language."""
    if isinstance(value, str):
        return {value}
    if isinstance(value, BaseModel):
        return {s for key, one in value if key not in ("size_mb", "date", "cards", "watch") for s in strings(one)}
    if isinstance(value, dict):
        return {s for key, one in value.items() if key != "zh" for s in strings(one)}
    return {s for one in value for s in strings(one)} if isinstance(value, tuple) else set()


def changed(platform: Platform, **fields: Any) -> Platform:
    return Platform.model_validate({**platform.model_dump(), **fields})


GROUPS = (
    "match", "processor", "chip", "companion", "torch", "container", "limits", "driver", "toolkit", "tool", "product",
    "image", "base", "artifact", "mirror", "quirk", "rows",
)  # fmt: skip


@every
def test_no_value_and_no_source_is_left_out_of_either(name: str):
    platform = load(name)
    page = squeezed(render_markdown.page(platform, NOTHING, "en"))
    text = render_text.page(platform, NOTHING, "en")
    for key in GROUPS:
        values = {word for word in strings(getattr(platform, key)) if word} - {only_source(getattr(platform, key))}
        assert [word for word in values if squeezed(word) not in page] == []
        assert [part for word in values for part in word.split() if part not in text] == []


def only_source(group: object) -> str:
    """The source of a table that says nothing else, which is not shown."""
    return group.source if isinstance(group, Sourced) and len(strings(group) - {""}) == 1 else ""


@every
def test_every_key_that_is_shown_has_a_name_in_both_languages(name: str):
    for section in describe.sections(load(name), NOTHING):
        assert section.id in labels.SECTIONS
        for entry in section.entries:
            bare = [
                f.key for f in entry.facts if not (f"{section.id}.{f.key}" in labels.LABELS or f.key in labels.LABELS)
            ]
            assert bare == []


@languages
def test_the_table_of_all_platforms_fits_a_terminal_and_stays_aligned(language: Any):
    platforms = load_all()
    text = render_text.overview(platforms, {p.name: matrix(p.name) for p in platforms}, language)
    head, *lines = text.split("\n\n")[0].splitlines()
    assert max(grid.width(line) for line in text.splitlines()) <= 100
    assert {p.name for p in platforms} == {line.split()[0] for line in lines if line[:1] != " "}
    rows = [re.match(r"(.*?)  (\d{7})  \S", line) for line in lines if line[:1] != " "]
    word = "ladder" if language == "en" else "等级"
    assert {grid.width(row[1]) for row in rows if row} == {grid.width(head.split(word)[0]) - 2}
    assert all(rows)


@given(st.text("ab/  驱动，", max_size=60), st.integers(1, 20))
def test_a_line_is_broken_at_the_width_unless_one_word_is_longer_and_nothing_is_lost(text: str, columns: int):
    lines = grid.wrap(text, columns)
    assert "".join("".join(lines).split()) == "".join(text.split())
    assert [line for line in lines if grid.width(line) > columns and len(grid._words(line)) > 1] == []


@languages
def test_a_page_without_long_words_fits_the_terminal(language: Any):
    assert max(grid.width(line) for line in render_text.page(load("cpu"), NOTHING, language, 80).splitlines()) <= 80


def test_a_value_without_a_source_is_marked_and_listed():
    cpu = load("cpu")
    bare = changed(cpu, image={**cpu.image.model_dump(), "base": "UNSOURCED"})
    assert "image.base" in describe.unsourced(bare) and "image.base" not in describe.unsourced(cpu)
    assert "UNSOURCED (no source found; not guessed)" in render_text.page(bare, NOTHING, "en")
    assert "| **UNSOURCED** |" in render_markdown.page(bare, NOTHING, "en")
    rows = tuple({**row.model_dump(), "driver": ("UNSOURCED",)} for row in cpu.rows)
    assert describe.unsourced_briefly(changed(cpu, rows=rows)) == (f"rows.driver ({len(rows)})",)


def test_a_cell_shows_its_rung_day_machine_and_file(tmp_path):
    file = tmp_path / "evidence-7.json"
    ladder = {**NOTHING, "train": Reached(4, dt.date(2026, 11, 20), file, "S1, aarch64")}
    text = render_text.page(load("cpu"), ladder, "en")
    assert re.search(r"verified +4 run on the hardware: train\n", text)
    assert re.search(
        r"train +4 run on the +S1, aarch64 +2026-11-20 +evidence-7\.json|train +4 run on the hardware", text
    )
    page = render_markdown.page(load("cpu"), ladder, "en")
    assert "](../../../src/yoloport/platforms/cpu/evidence/evidence-7.json)" in page


def test_without_evidence_nobody_is_told_that_anything_ran():
    assert "0 described; nothing was run" in render_text.page(load("cuda"), NOTHING, "en")
    assert "nothing was run" in render_markdown.page(load("cuda"), NOTHING, "en")


def test_what_markdown_would_take_for_marks_is_escaped():
    cpu = load("cpu")
    odd = changed(cpu, torch={**cpu.torch.model_dump(), "source": "a*b*c <x> | y `k|l` __z__"})
    page = render_markdown.page(odd, NOTHING, "en")
    assert r"Source: a\*b\*c \<x\> \| y `k\|l` \_\_z\_\_, read" in page


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        ("", 10, [""]),
        ("one two three", 7, ["one two", "three"]),
        ("/a/very/long/path x", 5, ["/a/very/long/path", "x"]),
        ("驱动把卡置于，慢速", 8, ["驱动把卡", "置于，慢", "速"]),
        ("a  b", 10, ["a  b"]),
    ],
)
def test_text_is_wrapped_by_the_columns_that_it_takes(text: str, columns: int, lines: list[str]):
    assert grid.wrap(text, columns) == lines
