from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
import yaml

from yoloport.datasets.helmet_scenes import write
from yoloport.datasets.helmet_scenes.write import DatasetFolderProblem, DatasetProblem, write_dataset
from yoloport.errors import Exit

SIZE = (128, 96)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_each_picture_has_a_label_file_in_the_layout_that_ultralytics_reads(tmp_path: Path) -> None:
    described = yaml.safe_load(write_dataset(tmp_path / "scenes", 3, 2, size=SIZE).read_text())
    assert described["names"] == {0: "helmet", 1: "head"}
    for split, count in (("train", 3), ("val", 2)):
        images = sorted((Path(described["path"]) / described[split]).glob("*.jpg"))
        labels = sorted((tmp_path / "scenes" / "labels" / split).glob("*.txt"))
        assert len(images) == count and [file.stem for file in images] == [file.stem for file in labels]


def test_label_lines_are_a_class_and_four_shares(tmp_path: Path) -> None:
    write_dataset(tmp_path / "scenes", 8, 1, size=SIZE)
    lines = "".join(file.read_text() for file in (tmp_path / "scenes/labels").rglob("*.txt")).splitlines()
    assert lines
    for line in lines:
        number, *shares = line.split()
        assert number in ("0", "1") and len(shares) == 4 and all(0 < float(share) <= 1 for share in shares)


def test_the_same_seed_writes_the_same_bytes_in_another_folder(tmp_path: Path) -> None:
    first, second = (write_dataset(tmp_path / name, 3, 1, seed=5, size=SIZE).parent for name in "ab")
    for part in ("images", "labels"):
        assert contents(first / part) == contents(second / part)


def test_asking_for_more_pictures_changes_none_of_the_others(tmp_path: Path) -> None:
    few, many = (
        contents(write_dataset(tmp_path / "few", 2, 1, size=SIZE).parent / "images"),
        contents(write_dataset(tmp_path / "many", 4, 2, size=SIZE).parent / "images"),
    )
    assert len(many) == 6 and few.items() <= many.items()


def test_training_and_validation_pictures_are_different_ones(tmp_path: Path) -> None:
    write_dataset(tmp_path / "scenes", 4, 4, size=SIZE)
    assert len(set(contents(tmp_path / "scenes/images").values())) == 8


def test_progress_counts_up_to_all_pictures(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write_dataset(tmp_path / "scenes", 2, 1, size=SIZE, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_an_interrupt_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_dataset(tmp_path / "scenes", 3, 1, size=SIZE, progress=interrupt)
    assert list(tmp_path.iterdir()) == []


def test_an_interrupt_leaves_the_dataset_that_was_there(tmp_path: Path) -> None:
    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    write_dataset(tmp_path / "scenes", 2, 1, size=SIZE)
    before = contents(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        write_dataset(tmp_path / "scenes", 3, 1, size=SIZE, progress=interrupt)
    assert contents(tmp_path) == before


def test_a_complete_dataset_is_used_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write_dataset(tmp_path / "scenes", 2, 1, size=SIZE)
    before = contents(tmp_path)
    monkeypatch.setattr(write, "draw_scene", lambda *_: pytest.fail("it was drawn again"))
    assert write_dataset(tmp_path / "scenes", 2, 1, size=SIZE) == first
    assert contents(tmp_path) == before


def test_a_moved_dataset_gets_its_new_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_dataset(tmp_path / "old", 2, 1, size=SIZE)
    shutil.move(tmp_path / "old", tmp_path / "new: one")
    monkeypatch.setattr(write, "draw_scene", lambda *_: pytest.fail("it was drawn again"))
    moved = write_dataset(tmp_path / "new: one", 2, 1, size=SIZE)
    assert yaml.safe_load(moved.read_text())["path"] == str(tmp_path / "new: one")


@pytest.mark.parametrize("change", [{"seed": 1}, {"train": 3}, {"size": (96, 96)}])
def test_other_parameters_draw_the_dataset_anew(tmp_path: Path, change: dict[str, int]) -> None:
    write_dataset(tmp_path / "scenes", **{"train": 2, "val": 1, "size": SIZE})  # type: ignore[arg-type]
    before = contents(tmp_path / "scenes" / "images")
    write_dataset(tmp_path / "scenes", **{"train": 2, "val": 1, "size": SIZE, **change})  # type: ignore[arg-type]
    assert contents(tmp_path / "scenes" / "images") != before
    assert [entry.name for entry in tmp_path.iterdir()] == ["scenes"]


def test_a_dataset_that_lost_a_picture_is_drawn_anew(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "scenes", 2, 1, size=SIZE).parent
    before = contents(folder)
    next((folder / "images/train").iterdir()).unlink()
    write_dataset(folder, 2, 1, size=SIZE)
    assert contents(folder) == before


@pytest.mark.parametrize(
    "bad", [{"train": 0}, {"val": 0}, {"train": -1}, {"size": (0, 96)}, {"size": (96, 63)}, {"size": (96, 5000)}]
)
def test_counts_and_sizes_out_of_range_are_refused_before_anything_is_written(
    tmp_path: Path, bad: dict[str, int]
) -> None:
    with pytest.raises(DatasetProblem) as caught:
        write_dataset(tmp_path / "scenes", **bad)  # type: ignore[arg-type]
    assert caught.value.exit is Exit.BAD_DATASET and caught.value.remedy
    assert list(tmp_path.iterdir()) == []


def test_a_folder_with_other_things_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years of work")
    with pytest.raises(DatasetFolderProblem, match="already holds"):
        write_dataset(tmp_path, 1, 1, size=SIZE)
    assert contents(tmp_path) == {"thesis.txt": b"three years of work"}


def test_a_dataset_with_somebodys_notes_in_it_is_not_drawn_anew(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "scenes", 2, 1, size=SIZE).parent
    (folder / "notes.txt").write_text("which pictures fail")
    before = contents(tmp_path)
    assert write_dataset(folder, 2, 1, size=SIZE).parent == folder
    with pytest.raises(DatasetFolderProblem):
        write_dataset(folder, 3, 1, size=SIZE)
    assert contents(tmp_path) == before


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(DatasetFolderProblem) as caught:
        write_dataset(tmp_path / "file" / "scenes", 1, 1, size=SIZE)
    assert caught.value.exit is Exit.DATA_FOLDER and str(caught.value.folder) in caught.value.cause


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_write_permission_is_a_problem(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DatasetFolderProblem):
        write_dataset(tmp_path / "scenes", 1, 1, size=SIZE)
