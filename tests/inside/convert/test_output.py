"""The artifact's folder is whole or not there, and what is not ours is never replaced."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from yoloport.inside.convert import output
from yoloport.inside.convert.problems import ConvertDiskFull, OutputExists, OutputUnusable


def artifact(folder: Path, word: str) -> Path:
    folder.mkdir(parents=True)
    (folder / "yoloport.json").write_text(word)
    return folder


def made(place: Path, word: str, force: bool = False) -> None:
    with output.staging(place) as stage:
        output.publish(artifact(stage / "artifact", word), place, force)


def test_a_whole_folder_is_put_in_its_place_and_nothing_else_is_left(tmp_path: Path):
    made(tmp_path / "best_onnx", "new")
    assert [one.name for one in tmp_path.iterdir()] == ["best_onnx"]
    assert (tmp_path / "best_onnx/yoloport.json").read_text() == "new"


@pytest.mark.parametrize("failure", [KeyboardInterrupt, OSError, SystemExit])
def test_what_stops_in_the_middle_leaves_nothing(tmp_path: Path, failure: type[BaseException]):
    with pytest.raises(failure), output.staging(tmp_path / "best_onnx") as stage:
        artifact(stage / "artifact", "half")
        raise failure
    assert list(tmp_path.iterdir()) == []


def test_an_artifact_is_replaced_with_force_only(tmp_path: Path):
    place = artifact(tmp_path / "best_onnx", "old")
    with pytest.raises(OutputExists, match="already") as met:
        made(place, "new")
    assert "--force" in met.value.remedy and (place / "yoloport.json").read_text() == "old"
    made(place, "new", force=True)
    assert (place / "yoloport.json").read_text() == "new" and len(list(tmp_path.iterdir())) == 1


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_is_no_artifact_is_not_replaced_even_with_force(tmp_path: Path, kind: str):
    place = tmp_path / "photos"
    if kind == "file":
        place.write_text("mine")
    else:
        there = artifact(tmp_path / "other", "mine") if kind == "link" else place
        there.mkdir(exist_ok=True)
        (there / "mine.jpg").write_text("mine")
        if kind == "link":
            place.symlink_to(there)
    with pytest.raises(OutputExists, match="never replaced"):
        made(place, "new", force=True)
    assert place.exists()


def test_the_old_artifact_comes_back_where_the_new_one_cannot_be_renamed(tmp_path: Path, monkeypatch):
    place = artifact(tmp_path / "best_onnx", "old")
    true = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == "artifact":
            raise OSError(5, "input/output error")
        return true(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(OSError, match="input/output"):
        made(place, "new", force=True)
    assert (place / "yoloport.json").read_text() == "old"


def test_what_a_killed_run_left_goes_and_what_a_living_one_holds_stays(tmp_path: Path):
    place = tmp_path / "best_onnx"
    left = tmp_path / ".best_onnx.abc.part"
    left.mkdir()
    (left / "lock").write_text("")
    with output.staging(place) as first:
        assert not left.exists()
        with output.staging(place):
            assert first.exists()


def test_too_little_room_is_told_before_the_work(tmp_path: Path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage._replace(free=100_000_000))
    with pytest.raises(ConvertDiskFull, match="100 MB are free"):
        output.check_place(tmp_path / "best_onnx", False, 6_000_000)


def test_a_place_that_cannot_be_written_is_told_before_the_work(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputUnusable, match="cannot be written"):
        output.check_place(tmp_path / "file" / "best_onnx", False, 1)
    if os.getuid():
        tmp_path.chmod(0o500)
        with pytest.raises(OutputUnusable, match="ermission"):
            output.check_place(tmp_path / "best_onnx", False, 1)
