"""A report says what its numbers do not show."""

from __future__ import annotations

from pathlib import Path

from yoloport.datasets.check import DatasetFacts, SplitFacts
from yoloport.inside.demo.notes import notes, start_words
from yoloport.inside.demo.request import Request

OWN = Request(Path("out"), data=Path("helmet.yaml"))


def dataset(pictures: int = 500, unread: int = 0) -> DatasetFacts:
    split = SplitFacts((), (Path("a.jpg"),) * pictures, pictures, (pictures,), unread)
    return DatasetFacts(Path("helmet.yaml"), ("helmet",), split, split)


def test_drawn_scenes_are_not_passed_off_as_photographs() -> None:
    assert "say nothing about photographs" in " ".join(notes(Request(Path("out")), dataset(), 40, 40))
    assert "photographs" not in " ".join(notes(OWN, dataset(), 40, 40))


def test_few_pictures_and_few_epochs_are_said() -> None:
    told = " ".join(notes(OWN, dataset(60), 3, 3))
    assert "60 validation pictures are few" in told
    assert "3 epochs are few" in told
    assert "few" not in " ".join(notes(OWN, dataset(), 40, 40))


def test_an_early_stop_is_said() -> None:
    assert "stopped after 25 of 40 epochs" in " ".join(notes(OWN, dataset(), 25, 40))


def test_labels_that_were_not_checked_are_said() -> None:
    assert "10 label files were not checked" in " ".join(notes(OWN, dataset(unread=5), 40, 40))


def test_the_start_of_training_is_said() -> None:
    assert "random weights" in start_words(OWN)
    assert "yolov8n.pt" in start_words(Request(Path("out"), weights=Path("w/yolov8n.pt")))
