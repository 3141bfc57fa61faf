"""What has to be there before the servers start; twice is once."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.supervise import prepare
from yoloport.supervise.settings import Settings


def mode(file: Path) -> int:
    return file.stat().st_mode & 0o777


def test_the_token_has_256_bits_is_made_once_and_read_by_its_owner_alone(settings: Settings):
    made = prepare.token(settings)
    assert len(made) == 43 and set(made) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    assert mode(settings.token_file) == 0o600
    assert prepare.token(settings) == made == settings.token_file.read_text().strip()


def test_two_workspaces_have_two_tokens(settings: Settings):
    first = prepare.token(settings)
    settings.token_file.unlink()
    assert prepare.token(settings) != first


def test_a_token_that_others_could_read_is_closed_again(settings: Settings):
    made = prepare.token(settings)
    settings.token_file.chmod(0o644)
    assert prepare.token(settings) == made and mode(settings.token_file) == 0o600


def test_an_empty_token_file_is_filled(settings: Settings):
    settings.token_file.touch()
    assert len(prepare.token(settings)) == 43


@pytest.mark.parametrize("content", ["\n", " \n\n"])
def test_white_space_is_no_token(settings: Settings, content: str):
    settings.token_file.write_text(content)
    assert len(prepare.token(settings)) == 43


def test_a_new_token_never_lies_in_a_file_that_others_may_read(settings: Settings):
    settings.token_file.touch(mode=0o644)
    prepare.token(settings)
    assert mode(settings.token_file) == 0o600


def test_the_data_folder_gets_its_layout_and_a_private_state(settings: Settings):
    settings.stop_file.write_text("{}")
    prepare.folders(settings)
    prepare.folders(settings)
    assert {f.name for f in settings.data.iterdir()} == {*prepare.FOLDERS, ".yoloport"}
    assert {mode(settings.state / name) for name in ("logs", "home", "trainings")} == {0o700}
    assert not settings.stop_file.exists(), "the word of the last stop is not for this start"


def test_a_folder_that_cannot_be_written_is_told_with_its_owner():
    settings = prepare_for(Path("/proc/yoloport"))
    with pytest.raises(prepare.NotWritable, match="belongs to uid nobody"):
        prepare.folders(settings)
    with pytest.raises(prepare.NotWritable, match=f"belongs to uid 0 and uid {os.geteuid()}"):
        prepare.folders(replace(settings, data=Path("/proc")))


def prepare_for(data: Path) -> Settings:
    from yoloport.supervise.settings import read

    return read({"YOLOPORT_LOCAL": "1", "YOLOPORT_DATA": str(data)})


@pytest.fixture
def read_only(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "ro", "none", folder], capture_output=True, check=False)
    if made.returncode:
        pytest.skip(f"cannot mount a read-only disk here: {made.stderr.decode().strip()}")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_a_read_only_disk_is_told(read_only: Path):
    with pytest.raises(prepare.NotWritable, match="Read-only file system"):
        prepare.folders(prepare_for(read_only))


def test_a_notebook_that_the_user_has_edited_stays_as_it_is(settings: Settings):
    prepare.folders(settings)
    mine = settings.data / "notebooks/helmet.en.ipynb"
    mine.write_text("mine")
    prepare.notebooks(settings)
    assert mine.read_text() == "mine"
    assert (settings.data / "notebooks/helmet.zh.ipynb").is_file()


def test_ultralytics_is_asked_once_and_not_again_while_its_settings_hold(settings: Settings, monkeypatch):
    calls: list[list[str]] = []
    monkeypatch.setattr(prepare.subprocess, "run", lambda argv, **named: calls.append(argv))
    prepare.ultralytics_settings(settings, {})
    assert len(calls) == 1 and str(settings.data / "runs") in calls[0][-1]
    file = settings.state / "ultralytics/Ultralytics/settings.json"
    file.parent.mkdir(parents=True)
    file.write_text("{ half")
    prepare.ultralytics_settings(settings, {})
    assert len(calls) == 2, "half a file is made anew"


def test_an_account_with_a_name_is_left_alone(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(prepare, "_EXTRA_USERS", tmp_path)
    prepare.account(settings)
    assert not (tmp_path / "passwd").exists()


def test_a_nameless_uid_gets_the_callers_name_and_a_home(settings: Settings, tmp_path: Path, monkeypatch):
    monkeypatch.setattr(prepare, "_EXTRA_USERS", tmp_path)
    monkeypatch.setattr(os, "geteuid", lambda: 3_999_999)
    prepare.account(replace(settings, user="lin"))
    monkeypatch.setattr(os, "getegid", lambda: 0)  # as clusters start containers
    prepare.account(replace(settings, user="lin"))
    assert (tmp_path / "passwd").read_text() == f"lin:x:3999999:100::{settings.state / 'home'}:/bin/bash\n"
