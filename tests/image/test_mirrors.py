"""What a word for --mirror means."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.image.mirrors import BadMirror, Mirrors, mirrors
from yoloport.platforms.load import load

CPU = load("cpu")


def test_none_is_the_usual_places():
    assert mirrors("", CPU) == mirrors("none", CPU) == Mirrors()


def test_cn_is_the_catalogues_first_of_each_kind():
    found = mirrors("cn", CPU)
    assert found.packages == next(row.address for row in CPU.mirror if row.kind == "packages")
    assert found.system == next(row.address for row in CPU.mirror if row.kind == "system")


def test_cn_falls_back_on_what_serves_every_platform():
    found = mirrors("cn", load("metax"))
    assert (found.packages, found.system) == (mirrors("cn", CPU).packages, mirrors("cn", CPU).system)


def test_an_address_is_a_package_index():
    assert mirrors("https://index.example/simple", CPU).packages == "https://index.example/simple"


def test_a_file_names_both(tmp_path: Path):
    file = tmp_path / "mirror.toml"
    file.write_text('packages = "https://a.example"\nsystem = "https://b.example"\n')
    found = mirrors(str(file), CPU)
    assert (found.packages, found.system) == ("https://a.example", "https://b.example")


@pytest.mark.parametrize("text", ["", "pakages = 'x'", "packages = 1", "packages = ["])
def test_a_file_that_says_something_else_is_refused(text: str, tmp_path: Path):
    file = tmp_path / "mirror.toml"
    file.write_text(text)
    with pytest.raises(BadMirror):
        mirrors(str(file), CPU)


def test_a_word_that_is_no_file_is_refused_with_what_could_be_said():
    with pytest.raises(BadMirror) as caught:
        mirrors("tuna", CPU)
    assert "none, cn, " in caught.value.remedy
