"""Mean average precision of artifacts on a labelled dataset, through the torch-free runtime.

Runs in an environment that has torch, ultralytics and the artifacts' engines: matching and averaging are Ultralytics'
own. Boxes are those of its validation: confidence above 0.001, overlap 0.7, several labels a place, at most 300.

    python benchmarks/accuracy.py --data coco.yaml [--split val] [--results FILE] ARTIFACT ...

With --results each row is put into that file in place of an earlier one of the same format, precision and graph; so
engines that need an environment of their own can be added. scripts/render-docs makes the table of docs/*/convert.md
from benchmarks/results/accuracy.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from types import SimpleNamespace
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "src"))
os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp(prefix="yoloport-accuracy-"))
SETTINGS: dict[str, Any] = {"conf": 0.001, "iou": 0.7, "multi_label": True, "max_det": 300}
KEY = ("format", "precision", "graph")
THRESHOLDS = 10  # of overlap, from 0.5 to 0.95


def averages(artifact: Path, pictures: list[Path], classes: int, device: str) -> dict[str, Any]:
    """One artifact on all pictures."""
    import numpy as np
    from ultralytics.utils.metrics import ap_per_class

    from yoloport.runtime import load

    rows = []
    with load(str(artifact), device=device) as model:
        running, facts = model.running(), model.metadata
        for picture in pictures:
            found = model(picture, **SETTINGS)[0]
            rows.append(matched(found, labels(picture, classes, found.orig_shape)))
    correct, confidence, said, true = (np.concatenate(part) for part in zip(*rows, strict=True))
    precision = ap_per_class(correct, confidence, said, true)[5]
    return {
        "artifact": artifact.name, "format": facts.format, "precision": facts.precision or running.precision,
        "graph": "plain" if facts.raw_head is None else "fast", "computes": running.precision,
        "engine": f"{running.engine} {running.version}", "device": running.device,
        "pictures": len(pictures), "objects": len(true), "boxes": int((confidence > 0.25).sum()),
        "map50": float(precision[:, 0].mean()), "map": float(precision.mean()),
        "ultralytics": version("ultralytics"), "date": datetime.now(timezone.utc).date().isoformat(),
    }  # fmt: skip


def labels(picture: Path, classes: int, shape: tuple[int, int]) -> Any:
    """Objects of a picture: ``(n, 5)`` of class, and corners in its pixels."""
    import numpy as np

    from yoloport.datasets.faults import FaultList
    from yoloport.datasets.labels import label_file, read_labels

    told = read_labels(label_file(picture), classes, (5,), FaultList()) or []
    rows = np.array([(one.class_number, *one.box) for one in told], np.float32).reshape(-1, 5)
    sides = np.array([shape[1], shape[0]], np.float32)
    middle, half = rows[:, 1:3] * sides, rows[:, 3:5] * sides / 2
    return np.concatenate((rows[:, :1], middle - half, middle + half), axis=1)


def matched(found: Any, told: Any) -> tuple[Any, Any, Any, Any]:
    """Whether each box found is right at each threshold, its confidence and class; and the classes of the objects."""
    import torch
    from ultralytics.engine.validator import BaseValidator
    from ultralytics.utils.metrics import box_iou

    boxes, true = torch.from_numpy(found.boxes.data), torch.from_numpy(told)
    judge = SimpleNamespace(iouv=torch.linspace(0.5, 0.95, THRESHOLDS))
    overlap = box_iou(true[:, 1:], boxes[:, :4])
    correct = BaseValidator.match_predictions(judge, boxes[:, 5], true[:, 0], overlap)
    return correct.numpy(), found.boxes.conf, found.boxes.cls, told[:, 0]


def keep(row: dict[str, Any], file: Path) -> None:
    """The row among those of the file: in the place of its like, or last."""
    rows = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    alike = [all(old[key] == row[key] for key in KEY) for old in rows]
    rows = [row if same else old for old, same in zip(rows, alike, strict=True)] + ([] if any(alike) else [row])
    file.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Prints a line for each artifact, and puts its row into the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifacts", nargs="+", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="a dataset's YAML")
    parser.add_argument("--split", choices=("val", "train"), default="val")
    parser.add_argument("--most", type=int, default=0, help="take the first so many pictures")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--results", type=Path, help="write the rows into this file")
    asked = parser.parse_args()
    from yoloport.datasets.description import read_description
    from yoloport.datasets.labels import pictures_in

    told = read_description(asked.data, os.environ)
    pictures = [one for place in getattr(told, asked.split) for one in pictures_in(place)][: asked.most or None]
    for artifact in asked.artifacts:
        row = averages(artifact, pictures, len(told.names), asked.device) | {"split": asked.split}
        if asked.results:
            keep(row, asked.results)
        print(
            f"{row['artifact']}: mAP50-95 {row['map']:.4f}, mAP50 {row['map50']:.4f}, {row['boxes']} boxes", flush=True
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
