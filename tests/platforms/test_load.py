"""Platform folders are data: read whole, or refused with file and key."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.platforms.load import FOLDER, BadPlatformFolder, UnknownPlatform, load, names


@pytest.mark.parametrize("name", names())
def test_every_platform_folder_has_the_shape_of_the_schema_and_names_its_sources(name: str):
    platform = load(name)
    assert platform.name == name
    assert set(platform.title) == {"en", "zh"}
    for group in (platform.torch, platform.container, platform.image, *platform.product, *platform.rows):
        assert group.source and group.date, f"{type(group).__name__} of {name} names no source or no date"


def test_a_tolerated_row_says_why_it_is_not_exact():
    rows = [row for name in names() for row in load(name).rows if row.decision == "tolerated"]
    assert rows and all(row.reason for row in rows)


@pytest.mark.parametrize("name", ["tpu", "", "..", "cpu/../cpu", "CPU"])
def test_an_unknown_platform_is_refused_with_those_that_are_known(name: str):
    with pytest.raises(UnknownPlatform) as caught:
        load(name)
    assert caught.value.exit is Exit.NO_PLATFORM
    assert caught.value.remedy.startswith("use one of: auto, ascend, cambricon, cpu")


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("platform.toml", 'collective = "gloo"', 'colective = "gloo"', ("platform.toml", "torch.colective")),
        ("platform.toml", "always = true", 'always = "perhaps"', ("platform.toml", "match.always")),
        ("versions.toml", 'decision = "exact"', 'decision = "probably"', ("versions.toml", "row.0.decision")),
        ("platform.toml", "[torch]", "[torch", ("platform.toml", "TOML")),
    ],
)
def test_a_wrong_key_is_named_with_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, old: str, new: str, words: tuple[str, ...]
):
    folder = tmp_path / "cpu"
    shutil.copytree(FOLDER / "cpu", folder)
    target = folder / file
    target.write_text(target.read_text().replace(old, new, 1))
    monkeypatch.setenv("YOLOPORT_PLATFORMS", str(tmp_path))
    with pytest.raises(BadPlatformFolder) as caught:
        load("cpu")
    assert all(word in caught.value.cause for word in words)


def test_a_named_folder_of_platforms_that_is_missing_is_not_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("YOLOPORT_PLATFORMS", str(tmp_path / "mine"))
    with pytest.raises(BadPlatformFolder, match="YOLOPORT_PLATFORMS: there is no such folder"):
        names()
