"""Rows of the user's own come first, and a fault in them is told with their file."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.platforms import overrides
from yoloport.platforms.load import BadPlatformFolder, load, load_all
from yoloport.platforms.overrides import BadVersionsFile

ROW = '[[cpu.row]]\ntorch = "9.9.9"\npython = ["3.10", "3.13"]\narchitectures = ["x86_64"]\ndecision = "tolerated"\n'


@pytest.fixture
def users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's file, named by the environment; not written yet."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("YOLOPORT_VERSIONS", str(tmp_path / "mine.toml"))
    return tmp_path / "mine.toml"


def test_the_users_rows_come_before_the_folders_and_name_their_file(users: Path):
    users.write_text(ROW)
    rows = load("cpu").rows
    assert rows[0].torch == "9.9.9" and rows[0].source == f"your file {users}" and len(rows) > 1
    assert load("ascend").rows[0].torch != "9.9.9"


def test_without_a_name_the_file_lies_in_the_configuration_folder(users: Path, tmp_path, monkeypatch):
    for named in (None, ""):
        monkeypatch.delenv("YOLOPORT_VERSIONS", raising=False)
        if named is not None:
            monkeypatch.setenv("YOLOPORT_VERSIONS", named)
        assert overrides.file() == tmp_path / "config/yoloport/versions.toml"
        assert overrides.rows("cpu") == [], "there is none, which is no fault"
    overrides.file().parent.mkdir(parents=True)
    overrides.file().write_text(ROW)
    assert load("cpu").rows[0].torch == "9.9.9"


def test_a_named_file_that_is_missing_is_told(users: Path):
    with pytest.raises(BadVersionsFile, match=r"mine\.toml.*No such file") as caught:
        load("cpu")
    assert caught.value.exit is Exit.USAGE


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"[[cpu.row]", "line 1"),
        (b"\xff\xfe", "utf-8"),
        (b"[[cpu.row]]\ntorch = '1'\n[[cpu.rows]]\n", "cpu is not a list of"),
        (b"cpu = 7\n", "cpu is not a list of"),
        (b"[cpu]\nrow = 'x'\n", "cpu is not a list of"),
        (b"[cpu]\nrow = [1, 2]\n", "cpu is not a list of"),
        (b"x = " + b"9" * 5000, "digits"),
        (b"x = " + b"[" * 5000, ""),
    ],
)
def test_a_file_of_another_shape_is_told_with_the_reason(users: Path, content: bytes, words: str):
    users.write_bytes(content)
    with pytest.raises(BadVersionsFile) as caught:
        load("cpu")
    assert str(users) in caught.value.cause and words in caught.value.cause


def test_a_named_folder_is_told(users: Path):
    users.mkdir()
    with pytest.raises(BadVersionsFile, match="directory"):
        load("cpu")


def test_a_name_with_an_unknown_users_home_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("YOLOPORT_VERSIONS", "~nobody-of-this-name/mine.toml")
    with pytest.raises(BadVersionsFile, match="No such file"):
        load("cpu")


def test_a_wrong_key_in_the_users_row_is_named_with_the_users_file_and_line(users: Path):
    users.write_text(ROW + "\n" + ROW.replace("decision", "decison"))
    with pytest.raises(BadPlatformFolder) as caught:
        load("cpu")
    assert caught.value.file == users and caught.value.line >= 7


def test_a_wrong_key_behind_another_platforms_rows_is_named_with_its_own_line(users: Path):
    users.write_text(ROW.replace("cpu", "cuda") + "\n" + ROW + 'colour = "blue"\n')
    with pytest.raises(BadPlatformFolder, match="colour") as caught:
        load("cpu")
    assert caught.value.line == 12


def test_a_platform_that_there_is_not_is_named(users: Path):
    users.write_text(ROW.replace("cpu", "cpuu"))
    with pytest.raises(BadVersionsFile, match="no platform 'cpuu'"):
        load_all()
