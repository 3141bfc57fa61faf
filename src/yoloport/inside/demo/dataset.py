"""The pictures of a demo: the user's own, or helmet scenes drawn for it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from yoloport.datasets.check import DatasetFacts, check_dataset
from yoloport.inside.demo.progress import Progress
from yoloport.inside.demo.request import Request


def draw_scenes(request: Request, environ: Mapping[str, str], progress: Progress) -> Path:
    """Draws helmet scenes, or finds the same ones already drawn; returns their YAML."""
    from yoloport.datasets.helmet_scenes import write_dataset

    def drawn(done: int, total: int) -> None:
        progress.tell(f"drawing scene {done}/{total}", always=done == total)

    return write_dataset(request.scenes_folder(environ), progress=drawn)


def dataset_words(facts: DatasetFacts) -> str:
    """``400 pictures to train on, 60 to validate on: 273 boxes of helmet, head``."""
    boxes = sum(facts.val.boxes)
    names = ", ".join(facts.names[:4]) + (" ..." if len(facts.names) > 4 else "")
    return (
        f"{len(facts.train.pictures)} pictures to train on, {len(facts.val.pictures)} to validate on "
        f"with {boxes} boxes of {names}"
    )


def given_dataset(request: Request, environ: Mapping[str, str]) -> DatasetFacts | None:
    """Facts of the dataset the user gave, checked; ``None`` where scenes are to be drawn."""
    return None if request.data is None else check_dataset(request.data, environ)
