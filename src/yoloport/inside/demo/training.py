"""Trains the detector with Ultralytics' own trainer, watched through its callbacks."""

from __future__ import annotations

import csv
import os
import time
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yoloport.inside.demo.progress import Progress, training_words
from yoloport.measure.report import Epoch

if TYPE_CHECKING:
    from ultralytics import YOLO
    from ultralytics.engine.trainer import BaseTrainer

COLUMNS = {
    "box_loss": "train/box_loss",
    "cls_loss": "train/cls_loss",
    "dfl_loss": "train/dfl_loss",
    "map50": "metrics/mAP50(B)",
    "map50_95": "metrics/mAP50-95(B)",
}


@dataclass
class Position:
    """How far a demo got, for the words that an interrupt ends with.

    Args:
        run_folder: where Ultralytics writes the run, once it has one.
        trained: whether training has ended, which strips the optimizer from ``last.pt``.
    """

    run_folder: Path | None = None
    trained: bool = False

    def checkpoint(self) -> Path | None:
        """The checkpoint to go on from, if an epoch was saved."""
        last = self.run_folder / "weights" / "last.pt" if self.run_folder else None
        return last if last is not None and last.is_file() else None


@dataclass(frozen=True)
class Trained:
    """A training run that ended: its folder, its best weights, its epochs, and the device the trainer used."""

    folder: Path
    best: Path
    epochs: tuple[Epoch, ...]
    device: str


def train(model: YOLO, keywords: Mapping[str, Any], progress: Progress, position: Position) -> Trained:
    """Runs ``model.train(**keywords)``; ``position`` follows, so that an interrupt knows what is there."""
    _watch(model, progress, position)
    with Path(os.devnull).open("w") as nowhere, redirect_stdout(nowhere):  # progress bars that ignore the log level
        model.train(**keywords)
    position.trained = True
    trainer = model.trainer
    folder = Path(trainer.save_dir)
    return Trained(folder, Path(trainer.best), read_epochs(folder / "results.csv"), str(trainer.device))


def _watch(model: YOLO, progress: Progress, position: Position) -> None:
    state: dict[str, Any] = {"start": 0.0, "map50": None, "done": 0}

    def began(trainer: BaseTrainer) -> None:
        position.run_folder = Path(trainer.save_dir)
        progress.device = str(trainer.device)

    def started(trainer: BaseTrainer) -> None:
        state["start"] = time.monotonic()

    def epoch_began(trainer: BaseTrainer) -> None:
        if state["done"] == 0:
            progress.tell(training_words(1, trainer.epochs, None, None))

    def epoch_ended(trainer: BaseTrainer) -> None:
        done = trainer.epoch + 1
        if done > trainer.epochs or done <= state["done"]:  # upstream calls this once more after its final validation
            return
        state["done"], map50 = done, float(trainer.metrics.get(COLUMNS["map50"], 0.0))
        each = (time.monotonic() - state["start"]) / (done - trainer.start_epoch)
        progress.tell(training_words(done, trainer.epochs, map50, each), always=done == trainer.epochs)

    events = {
        "on_pretrain_routine_start": began,
        "on_train_start": started,
        "on_train_epoch_start": epoch_began,
        "on_fit_epoch_end": epoch_ended,
    }
    for event, callback in events.items():
        model.add_callback(event, callback)


def read_epochs(results: Path) -> tuple[Epoch, ...]:
    """The rows of a run's ``results.csv``."""
    with results.open(encoding="utf-8", newline="") as file:
        rows = [{key.strip(): cell for key, cell in row.items()} for row in csv.DictReader(file)]
    return tuple(
        Epoch(int(row["epoch"]), **{field: float(row[column]) for field, column in COLUMNS.items()}) for row in rows
    )
