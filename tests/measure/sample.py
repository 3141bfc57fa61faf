"""A small finished demo, with every kind of content once."""

from __future__ import annotations

import base64

from yoloport.measure.boxes import Box
from yoloport.measure.machine import Machine
from yoloport.measure.report import (
    ClassScore,
    DemoReport,
    Epoch,
    OnnxCheck,
    Picture,
    Scores,
    Step,
    Training,
)

# A grey JPEG of one pixel.
JPEG = base64.b64decode(
    "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgy"
    "PC4zNDL/wAALCAABAAEBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAACf/EABQQAQAAAAAAAAAAAAAAAAAAAAD/2gAIAQEAAD8AVN//2Q=="
)
MACHINE = Machine(
    platform="cpu",
    expected="cpu",
    device="cpu",
    device_name="Example CPU",
    requested="",
    cpu="Example CPU",
    cores=2,
    threads=2,
    architecture="x86_64",
    versions={"yoloport": "0.1.0", "torch": "2.14.1"},
)


def sample(**changes: object) -> DemoReport:
    """The demo, with some of its fields changed."""
    helmet = Box("helmet", 0, (10.0, 10.0, 60.0, 50.0), 0.91)
    head = Box("head <b>", 1, (70.0, 20.0, 90.0, 40.0), 0.4)
    labels = (Box("helmet", 0, (11.0, 9.0, 61.0, 52.0)),)
    split = {"places": ["images/val"], "pictures": 4, "labelled": 4, "boxes": [5, 2], "unread": 0}
    fields: dict[str, object] = {
        "date": "2026-11-23T12:00:00+00:00",
        "command": "./yoloport demo --data helmet.yaml",
        "drawn": False,
        "dataset": {"file": "helmet.yaml", "names": ["helmet", "head <b>"], "train": split, "val": split},
        "machine": MACHINE,
        "training": Training(
            "It began with random weights.",
            (Epoch(1, 2.0, 3.0, 1.5, 0.2, 0.1), Epoch(2, 1.5, 2.0, 1.25, 0.7, 0.4)),
            "runs/train",
            "runs/train/weights/best.pt",
            320,
            {"epochs": 2},
        ),
        "scores": Scores(
            0.7,
            0.4,
            0.8,
            0.6,
            (ClassScore("helmet", 5, 0.9, 0.5), ClassScore("head <b>", 2, 0.5, 0.3)),
            {"preprocess": 1.0, "inference": 40.0, "postprocess": 2.0},
        ),
        "onnx": OnnxCheck(
            "best.onnx", 12.0, "a.jpg", 0.25, 2e-4, 2, 2, 2, 1e-4, 1e-6, True, "0.5 pixels", 20.0, "onnxruntime 1.32.0"
        ),
        "steps": (Step("training", 63.0, "cpu"), Step("validation", 2.5, "cpu")),
        "photographs": (Picture("bus.jpg", JPEG, 100, 80, ()),),
        "validation": (Picture("a.jpg", JPEG, 100, 80, (helmet, head), labels),),
        "notes": ("Few pictures.",),
    }
    return DemoReport(**{**fields, **changes})  # type: ignore[arg-type]
