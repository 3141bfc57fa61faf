"""Runs a demo from its request to its report. Everything cheap is checked before anything heavy is imported."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yoloport.datasets.check import DatasetFacts, check_dataset
from yoloport.inside import upstream
from yoloport.inside.demo import stages
from yoloport.inside.demo.dataset import dataset_words, draw_scenes, given_dataset
from yoloport.inside.demo.notes import notes, start_words
from yoloport.inside.demo.out_folder import prepare_folder, publish, put_aside
from yoloport.inside.demo.progress import Progress
from yoloport.inside.demo.request import Request
from yoloport.inside.demo.training import Position, Trained, train
from yoloport.inside.device_facts import NamedPlatform, describe, named_platform, select
from yoloport.inside.weights import check_weights, load_detector
from yoloport.measure.report import DemoReport, OnnxCheck, Scores, Training

if TYPE_CHECKING:
    import torch
    from ultralytics import YOLO

STEPS = 7
# Ours, not settings that make a difference to the numbers.
PLACES = ("data", "project", "name", "device", "verbose", "plots")


@dataclass(frozen=True)
class Checked:
    """A request whose inputs were looked at: its folder, its platform, and its dataset where the user gave one."""

    request: Request
    folder: Path
    platform: NamedPlatform
    dataset: DatasetFacts | None


@dataclass(frozen=True)
class Begun:
    """A demo with PyTorch loaded: the model to train, its device, CPU threads, and the keywords of ``train()``."""

    date: datetime
    dataset: DatasetFacts
    model: YOLO
    device: torch.device
    threads: int
    keywords: Mapping[str, Any]

    @property
    def size(self) -> int:
        """Longer side of a picture as the network sees it, in pixels."""
        return int(self.keywords.get("imgsz", 640))


@dataclass(frozen=True)
class Results:
    """What the steps after training found."""

    trained: Trained
    scores: Scores
    shown: stages.Shown
    onnx: OnnxCheck


def check(request: Request, environ: Mapping[str, str]) -> Checked:
    """Looks at platform, weights, dataset and folder, within a second for a usual dataset; imports no torch.

    Raises:
        Problem: of the first that is wrong.
    """
    platform = named_platform(request.platform, environ)
    if request.weights is not None:
        check_weights(request.weights)
    dataset = given_dataset(request, environ)
    return Checked(request, prepare_folder(request.out), platform, dataset)


def run(checked: Checked, progress: Progress, position: Position) -> tuple[Path, DemoReport]:
    """Does all steps and writes the report; returns the page and what is in it."""
    begun = _begin(checked, progress)
    put_aside(checked.folder)
    with progress.step("training", str(begun.device)):
        trained = train(begun.model, begun.keywords, progress, position)
    results = _results(checked, begun, trained, progress)
    with progress.step("report", "host CPU"):
        report = _report(checked, begun, results, progress)
        page = publish(checked.folder, report)
    return page, report


def _begin(checked: Checked, progress: Progress) -> Begun:
    date = datetime.now(timezone.utc)
    with progress.step("dataset", "host CPU"):
        dataset = checked.dataset or check_dataset(draw_scenes(checked.request, os.environ, progress))
        progress.tell(dataset_words(dataset), always=True)
    with progress.step("starting PyTorch", "host CPU"):
        model, device, threads = _start(checked.request)
        return Begun(date, dataset, model, device, threads, _keywords(checked, dataset))


def _start(request: Request) -> tuple[YOLO, torch.device, int]:
    before = os.environ.get("OMP_NUM_THREADS")
    upstream.prepare()
    import torch
    from ultralytics import YOLO

    upstream.hush()
    device = select(request.device)
    threads = upstream.cpu_threads(before) if device.type == "cpu" else int(torch.get_num_threads())
    model = load_detector(request.weights) if request.weights else YOLO("yolov8n.yaml")
    upstream.keep_threads(model, threads)
    return model, device, threads


def _keywords(checked: Checked, dataset: DatasetFacts) -> dict[str, Any]:
    from yoloport.datasets.helmet_scenes import recipe

    request = checked.request
    places = (str(dataset.file.absolute()), str(checked.folder / "runs"), "train", request.device, False, False)
    chosen = recipe(len(dataset.train.pictures), request.weights is not None, request.epochs)
    return {**chosen, **dict(zip(PLACES, places, strict=True))}


def _results(checked: Checked, begun: Begun, trained: Trained, progress: Progress) -> Results:
    dataset, size, asked = begun.dataset, begun.size, checked.request.device
    with progress.step("validation", str(begun.device)):
        best, scores = stages.validate(trained, dataset, size, asked, begun.threads)
        progress.device = str(best.device)
        progress.tell(f"mAP50 {scores.map50:.3f}, mAP50-95 {scores.map50_95:.3f}", always=True)
    with progress.step("predicting", str(begun.device)):
        shown = stages.predict(best, dataset, size, asked)
        progress.device = str(best.predictor.device)
    with progress.step("ONNX export and check", "cpu"):
        onnx = stages.export(trained.best, shown.busiest, size, dataset.names)
        progress.tell("agrees with PyTorch" if onnx.agrees else "does NOT agree with PyTorch", always=True)
    return Results(trained, scores, shown, onnx)


def _report(checked: Checked, begun: Begun, results: Results, progress: Progress) -> DemoReport:
    import torch

    request, trained, epochs = checked.request, results.trained, len(results.trained.epochs)
    return DemoReport(
        date=begun.date.isoformat(timespec="seconds"),
        command=request.command(),
        drawn=request.data is None,
        dataset=begun.dataset.to_json(),
        machine=describe(torch.device(trained.device), request.device, checked.platform, begun.threads),
        training=_training(request, begun, trained),
        scores=results.scores,
        onnx=results.onnx,
        steps=tuple(progress.steps),
        photographs=results.shown.photographs,
        validation=results.shown.validation,
        notes=notes(request, begun.dataset, epochs, int(begun.keywords.get("epochs", epochs))),
    )


def _training(request: Request, begun: Begun, trained: Trained) -> Training:
    settings = {name: value for name, value in begun.keywords.items() if name not in PLACES}
    start = start_words(request)
    return Training(start, trained.epochs, str(trained.folder), str(trained.best), begun.size, settings)
