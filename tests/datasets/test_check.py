"""A dataset is read as Ultralytics would read it, and refused with file and line where Ultralytics would stumble."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yoloport.datasets.check import BadDataset, check_dataset
from yoloport.errors import Exit

GOOD = "train: images/train\nval: images/val\nnames:\n  0: helmet\n  1: head\n"
NOWHERE = {"XDG_CONFIG_HOME": "/nonexistent"}


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    """Two pictures to train on, one to validate on, all labelled."""
    for split, stems in (("train", ("a", "b")), ("val", ("c",))):
        for kind in ("images", "labels"):
            (tmp_path / kind / split).mkdir(parents=True)
        for stem in stems:
            (tmp_path / "images" / split / f"{stem}.jpg").write_bytes(b"jpeg")
            (tmp_path / "labels" / split / f"{stem}.txt").write_text("0 0.5 0.5 0.2 0.2\n1 0.2 0.2 0.1 0.1\n")
    (tmp_path / "set.yaml").write_text(GOOD)
    return tmp_path / "set.yaml"


def refused(dataset: Path) -> BadDataset:
    with pytest.raises(BadDataset) as caught:
        check_dataset(dataset, NOWHERE)
    assert caught.value.exit is Exit.BAD_DATASET
    json.dumps(caught.value.fields())
    return caught.value


def label(dataset: Path, text: str) -> Path:
    file = dataset.parent / "labels" / "train" / "a.txt"
    file.write_text(text)
    return file


def test_a_sound_dataset_is_counted(dataset: Path) -> None:
    facts = check_dataset(dataset, NOWHERE)
    assert facts.names == ("helmet", "head")
    assert [picture.name for picture in facts.train.pictures] == ["a.jpg", "b.jpg"]
    assert (facts.train.boxes, facts.val.boxes, facts.val.labelled) == ((2, 2), (1, 1), 1)
    assert json.loads(json.dumps(facts.to_json()))["train"]["pictures"] == 2


def test_an_empty_label_file_and_an_absent_one_are_background(dataset: Path) -> None:
    label(dataset, "\n")
    (dataset.parent / "images" / "train" / "bare.jpg").write_bytes(b"jpeg")
    facts = check_dataset(dataset, NOWHERE)
    assert (len(facts.train.pictures), facts.train.labelled) == (3, 1)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("names: [helmet, head]", ("helmet", "head")),
        ("names: {1: head, 0: helmet}", ("helmet", "head")),
        ("names: {'0': helmet, '1': head}", ("helmet", "head")),
        ("nc: 2", ("class_0", "class_1")),
        ("nc: 2\nnames: [a, b]", ("a", "b")),
        ("names: [0, true]", ("0", "True")),
    ],
)
def test_names_may_be_a_list_a_mapping_or_a_count(dataset: Path, text: str, names: tuple[str, ...]) -> None:
    dataset.write_text(f"train: images/train\nval: images/val\n{text}\n")
    assert check_dataset(dataset, NOWHERE).names == names


def test_folders_may_be_a_list(dataset: Path) -> None:
    dataset.write_text("train: [images/train, images/val]\nval: images/val\nnames: [helmet, head]\n")
    assert len(check_dataset(dataset, NOWHERE).train.pictures) == 3


def test_validation_may_be_spelled_out(dataset: Path) -> None:
    dataset.write_text("train: images/train\nvalidation: images/val\nnames: [helmet, head]\n")
    assert len(check_dataset(dataset, NOWHERE).val.pictures) == 1


def test_a_list_of_pictures_is_relative_to_itself_where_it_says_so(dataset: Path) -> None:
    (dataset.parent / "train.txt").write_text("./images/train/a.jpg\n\n./images/train/b.jpg\n./notes.md\n")
    dataset.write_text("train: train.txt\nval: images/val\nnames: [helmet, head]\n")
    assert check_dataset(dataset, NOWHERE).train.labelled == 2


def test_an_absolute_path_is_the_root(dataset: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "set.yaml"
    elsewhere.write_text(f"path: {dataset.parent}\n{GOOD}")
    assert len(check_dataset(elsewhere, NOWHERE).val.pictures) == 1


def test_a_relative_path_is_looked_for_in_ultralytics_datasets_folder(
    dataset: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    config = tmp_path_factory.mktemp("config")
    (config / "Ultralytics").mkdir()
    settings = {"datasets_dir": str(dataset.parent.parent)}
    (config / "Ultralytics" / "settings.json").write_text(json.dumps(settings))
    elsewhere = config / "set.yaml"
    elsewhere.write_text(f"path: {dataset.parent.name}\n{GOOD}")
    assert len(check_dataset(elsewhere, {"YOLO_CONFIG_DIR": str(config)}).train.pictures) == 2


def test_a_polygon_counts_as_one_box(dataset: Path) -> None:
    label(dataset, "0 0.1 0.1 0.3 0.1 0.2 0.4\n")
    assert check_dataset(dataset, NOWHERE).train.boxes == (2, 1)


def test_keypoints_after_a_box_are_allowed_where_the_yaml_announces_them(dataset: Path) -> None:
    dataset.write_text(f"{GOOD}kpt_shape: [1, 2]\n")
    label(dataset, "0 0.5 0.5 0.2 0.2 0.5 0.5\n")
    assert check_dataset(dataset, NOWHERE).train.boxes[0] == 2


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("0 0.5 0.5 0.2", "has 4 numbers; a box needs 5"),
        ("0 0.5 0.5 0.2 0.2 0.9", "has 6 numbers"),
        ("2 0.5 0.5 0.2 0.2", "class 2 is out of range; this dataset has 0 to 1"),
        ("-1 0.5 0.5 0.2 0.2", "class -1 is out of range"),
        ("0.5 0.5 0.5 0.2 0.2", "class 0.5 is out of range"),
        ("nan 0.5 0.5 0.2 0.2", "class nan is out of range"),
        ("inf 0.5 0.5 0.2 0.2", "class inf is out of range"),
        ("0 320 240 64 64", "coordinate 320 is outside 0..1"),
        ("0 0.5 nan 0.2 0.2", "coordinate nan is outside 0..1"),
        ("0 0.5 0.5 -0.005 0.2", "width or height is negative"),
        ("helmet 0.5 0.5 0.2 0.2", "is not a line of numbers"),
    ],
)
def test_a_wrong_label_line_is_named_with_file_and_line(dataset: Path, line: str, words: str) -> None:
    file = label(dataset, f"0 0.5 0.5 0.2 0.2\n\n{line}\n")
    problem = refused(dataset)
    assert f"{file}:3: " in problem.cause
    assert words in problem.cause
    assert problem.faults[0]["line"] == 3


def test_coordinates_within_upstreams_tolerance_pass(dataset: Path) -> None:
    label(dataset, "0 1.009 0.5 0.2 0.2\n")
    assert check_dataset(dataset, NOWHERE).train.labelled == 2


def test_a_label_file_that_is_no_text_is_named(dataset: Path) -> None:
    file = dataset.parent / "labels" / "train" / "b.txt"
    file.write_bytes(b"\xff\xd8\xff\xe0")
    assert f"{file}: cannot be read as text" in refused(dataset).cause


def test_twenty_faults_are_shown_and_all_are_counted(dataset: Path) -> None:
    label(dataset, "7 0.5 0.5 0.2 0.2\n" * 50)
    problem = refused(dataset)
    assert (len(problem.faults), problem.fault_count) == (20, 50)
    assert "50 faults" in problem.cause
    assert "and 30 more" in problem.cause


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("train: images/train\nval: images/val\n", "names is missing"),
        ("train: images/train\nval: images/val\nnames:\n", "set.yaml:3: names is missing"),
        ("val: images/val\nnames: [a, b]\n", "train is missing"),
        ("train: images/train\nnames: [a, b]\n", "val is missing"),
        ("train: images/train\nval: images/val\nnames: []\n", "set.yaml:3: names is empty"),
        ("train: images/train\nval: images/val\nnames: {0: a, 2: b}\n", "numbers 0 to 2; 2 classes need 0 to 1"),
        ("train: images/train\nval: images/val\nnames: {a: b}\n", "key that is no number"),
        ("train: images/train\nval: images/val\nnames: helmet\n", "names is a text; it must be a list or a mapping"),
        ("train: 3\nval: images/val\nnames: [a, b]\n", "set.yaml:1: train is 3; it must be a text or a list"),
        ("train: [3]\nval: images/val\nnames: [a, b]\n", "must be a list of folders"),
        ("train: images/train\nval: images/val\nnames: [a, b]\nnc: 3\n", "set.yaml:4: nc is 3, but names has 2"),
        ("train: images/train\nval: images/val\nnc: many\n", "nc is 'many'; it must be a whole number"),
        ("train: images/train\n  val: x\n", "set.yaml:2: is not YAML"),
        ("- a\n- b\n", "has no keys"),
        ("", "has no keys"),
        ("train: images/nowhere\nval: images/val\nnames: [a, b]\n", "set.yaml:1: train: "),
    ],
)
def test_a_wrong_yaml_is_named_with_its_line(dataset: Path, text: str, words: str) -> None:
    dataset.write_text(text)
    assert words in refused(dataset).cause


def test_a_binary_file_is_not_taken_for_yaml(dataset: Path) -> None:
    dataset.write_bytes(b"PK\x03\x04\x00\x00\xff")
    assert "is a binary file" in refused(dataset).cause


def test_a_missing_yaml_is_said_to_be_missing(tmp_path: Path) -> None:
    assert "there is no such file" in refused(tmp_path / "none.yaml").cause


def test_a_folder_is_not_a_yaml(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path).cause


def test_a_name_that_ultralytics_would_download_is_explained(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert "a closed site cannot" in refused(Path("coco8.yaml")).remedy


def test_an_absent_folder_with_a_download_rule_says_how_to_bring_the_pictures(dataset: Path) -> None:
    dataset.write_text("path: coco8\ntrain: images/t\nval: images/v\nnames: [a]\ndownload: https://example.org/c.zip\n")
    problem = refused(dataset)
    assert "a closed site cannot" in problem.remedy
    assert problem.fault_count == 2


def test_a_folder_without_pictures_is_named(dataset: Path) -> None:
    (dataset.parent / "images" / "val" / "c.jpg").rename(dataset.parent / "images" / "val" / "c.jpg.part")
    assert f"{dataset.parent / 'images' / 'val'}: has no pictures" in refused(dataset).cause


def test_listed_pictures_that_are_not_there_are_counted_and_the_first_three_named(dataset: Path) -> None:
    lines = ["./images/train/a.jpg", *(f"./images/train/gone-{number}.jpg" for number in range(5))]
    (dataset.parent / "train.txt").write_text("\n".join(lines))
    dataset.write_text("train: train.txt\nval: images/val\nnames: [helmet, head]\n")
    cause = refused(dataset).cause
    assert "lists 5 of 6 pictures that are not there" in cause
    assert "gone-2.jpg" in cause
    assert "gone-3.jpg" not in cause


def test_a_split_without_any_label_is_refused_and_the_expected_file_named(dataset: Path) -> None:
    expected = dataset.parent / "labels" / "val" / "c.txt"
    expected.unlink()
    assert str(expected) in refused(dataset).cause
