"""What is made by a program is what the program would make now."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.platforms import describe, load

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("script", ["render-docs", "recorded-evidence"])
def test_nothing_that_is_generated_is_stale(script: str):
    argv = [sys.executable, str(ROOT / "scripts" / script), "--check"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("script", ["render-docs", "recorded-evidence"])
def test_a_misspelt_option_writes_nothing(script: str):
    argv = [sys.executable, str(ROOT / "scripts" / script), "--chekc"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "") and f"scripts/{script}" in done.stderr


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", load.names())
def test_a_page_lists_every_value_that_has_no_source(name: str, language: str):
    page = (ROOT / f"docs/{language}/platforms/{name}.md").read_text(encoding="utf-8")
    above = page.split("\n## ")[0]
    missing = describe.unsourced_briefly(load.load(name))
    assert [key for key in missing if f"`{key}`" not in above] == []
    assert len(re.findall(r"\*\*UNSOURCED\*\*", page)) >= bool(missing)
