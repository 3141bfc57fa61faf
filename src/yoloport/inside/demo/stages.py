"""The steps of a demo after training: validate, predict, export."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from yoloport.datasets.check import DatasetFacts
from yoloport.inside import upstream
from yoloport.inside.demo import pictures
from yoloport.inside.demo.training import Trained
from yoloport.measure.report import ClassScore, OnnxCheck, Picture, Scores

if TYPE_CHECKING:
    from ultralytics import YOLO
    from ultralytics.utils.metrics import DetMetrics


@dataclass(frozen=True)
class Shown:
    """Pictures for the report, and the file with the most boxes found, which the export is compared on."""

    photographs: tuple[Picture, ...]
    validation: tuple[Picture, ...]
    busiest: Path


def validate(
    trained: Trained, dataset: DatasetFacts, size: int, device: str | None, threads: int
) -> tuple[YOLO, Scores]:
    """Scores the best epoch's weights on the validation pictures; returns them loaded, with the scores."""
    from ultralytics import YOLO

    best = YOLO(str(trained.best))
    upstream.keep_threads(best, threads)
    metrics = best.val(
        data=str(dataset.file.absolute()),
        imgsz=size,
        device=device,
        plots=False,
        verbose=False,
        project=str(trained.folder.parent),
        name=trained.folder.name,
        exist_ok=True,
    )
    return best, _scores(metrics, dataset)


def _scores(metrics: DetMetrics, dataset: DatasetFacts) -> Scores:
    box = metrics.box
    place = {int(number): index for index, number in enumerate(box.ap_class_index)}
    classes = tuple(
        ClassScore(name, dataset.val.boxes[number], float(box.ap50[place[number]]), float(box.ap[place[number]]))
        for number, name in enumerate(dataset.names)
        if number in place
    )
    speed = {stage: float(value) for stage, value in metrics.speed.items()}
    return Scores(float(box.map50), float(box.map), float(box.mp), float(box.mr), classes, speed)


def predict(best: YOLO, dataset: DatasetFacts, size: int, device: str | None) -> Shown:
    """Predicts on the two photographs, and on validation pictures beside their labels."""
    elsewhere, chosen = pictures.photographs(), pictures.choose(dataset.val.pictures)
    files = [*elsewhere, *chosen]
    results = list(zip(files, pictures.predict(best, files, size, device), strict=True))
    photographs = [pictures.show(file, pixels, found, None) for file, (pixels, found) in results[: len(elsewhere)]]
    validation = []
    for file, (pixels, found) in results[len(elsewhere) :]:
        height, width = pixels.shape[:2]
        truth = pictures.labelled_boxes(file, width, height, dataset)
        validation.append(pictures.show(file, pixels, found, truth))
    busiest = max(results, key=lambda result: len(result[1][1]))[0]
    return Shown(tuple(photographs), tuple(validation), busiest)


def export(weights: Path, picture: Path, size: int, names: tuple[str, ...]) -> OnnxCheck:
    """Exports the weights to ONNX beside them, and compares both on ``picture``."""
    from ultralytics import YOLO

    from yoloport.inside.onnx_parity import compare
    from yoloport.inside.onnx_parity import export as to_onnx

    return compare(weights, to_onnx(YOLO(str(weights)), size), picture, size, names)
