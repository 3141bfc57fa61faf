"""A file that is not the weights of a detector is told apart before torch opens it."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.inside.weights import LEGACY_HEAD, BadWeights, check_weights, load_detector


def archive(file: Path, *names: str) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as content:
        for name in names:
            content.writestr(name, b"x" * 500)
    return file


def test_a_checkpoint_of_torch_passes(tmp_path: Path) -> None:
    check_weights(archive(tmp_path / "best.pt", "best/data.pkl", "best/data/0", "best/version"))


def test_a_checkpoint_from_before_torch_1_6_passes(tmp_path: Path) -> None:
    (tmp_path / "old.pt").write_bytes(LEGACY_HEAD + b"rest")
    check_weights(tmp_path / "old.pt")


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "empty"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 6\n", "git lfs pointer"),
        (b"\n\n<!DOCTYPE html><html>", "web page"),
        (b"<HTML><body>Sign in", "web page"),
        (b"\x08\x0a\x12\x07pytorch\x1a\x062.14.1", "exported"),
        (b"\x89PNG\r\n\x1a\n", "unknown"),
        (b"just text", "unknown"),
    ],
)
def test_a_file_with_another_beginning_is_named_for_what_it_is(tmp_path: Path, content: bytes, found: str) -> None:
    file = tmp_path / "yolov8n.pt"
    file.write_bytes(content)
    assert refused(file).found == found


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("readme.txt",), "other zip"),
        (("m/data.pkl", "m/constants.pkl", "m/data/0"), "exported"),
        (("m/data.pkl", "m/version"), "no tensors"),
    ],
)
def test_a_zip_without_a_checkpoint_in_it_is_refused(tmp_path: Path, names: tuple[str, ...], found: str) -> None:
    assert refused(archive(tmp_path / "best.pt", *names)).found == found


def test_a_truncated_checkpoint_is_refused(tmp_path: Path) -> None:
    whole = archive(tmp_path / "whole.pt", "m/data.pkl", "m/data/0").read_bytes()
    (tmp_path / "cut.pt").write_bytes(whole[: len(whole) // 2])
    assert refused(tmp_path / "cut.pt").found == "truncated"


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "folder.pt").mkdir()
    assert refused(tmp_path / "none.pt").found == "missing"
    assert refused(tmp_path / "folder.pt").found == "folder"


def test_an_exported_model_is_refused_by_its_suffix(tmp_path: Path) -> None:
    (tmp_path / "best.onnx").write_bytes(b"x")
    assert "exported for ONNX" in refused(tmp_path / "best.onnx").cause


def test_a_checkpoint_with_another_suffix_is_told_to_be_renamed(tmp_path: Path) -> None:
    assert refused(archive(tmp_path / "best.pth", "best/data.pkl", "best/data/0")).found == "suffix"
    (tmp_path / "README.md").write_text("# Weights")
    assert refused(tmp_path / "README.md").found == "unknown"


def test_the_check_imports_no_torch_and_runs_nothing_of_the_file(tmp_path: Path) -> None:
    before = "torch" in sys.modules
    check_weights(archive(tmp_path / "best.pt", "best/data.pkl", "best/data/0"))  # its pickle is no pickle at all
    assert ("torch" in sys.modules) == before


@pytest.mark.torch
def test_a_checkpoint_that_torch_cannot_unpickle_is_the_same_problem(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    with pytest.raises(BadWeights) as caught:
        load_detector(archive(tmp_path / "best.pt", "best/data.pkl", "best/data/0", "best/version"))
    assert caught.value.found == "not loadable"


def refused(file: Path) -> BadWeights:
    with pytest.raises(BadWeights) as caught:
        check_weights(file)
    assert caught.value.exit is Exit.BAD_WEIGHTS
    assert str(file) in caught.value.cause
    assert caught.value.remedy
    return caught.value
