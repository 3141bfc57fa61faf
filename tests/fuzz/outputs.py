"""Outputs that a graph should not give: wrong ranks and shapes, numbers that are none, too large, or no class."""

from __future__ import annotations

import json
import random
from typing import Any

import numpy as np

from yoloport.runtime.decode.candidates import Choice
from yoloport.runtime.decode.tasks import Sizes, decode
from yoloport.runtime.metadata import Metadata, RawHead
from yoloport.runtime.results.results import Results

TASKS = ("detect", "segment", "pose", "obb", "classify")
EXTRA = {"segment": 8, "pose": 51, "obb": 1}
CLASSES = 3
HEAD = RawHead(strides=(16, 32), reg_max=4)
ODD = (float("nan"), float("inf"), -float("inf"), 3e38, -3e38, 1e10, -1.0, 0.0, 1e-45, 0.5, 1.0, 2.5)


def chosen(rng: random.Random) -> dict[str, Any]:
    """Most of it right, so that it gets far; one thing or another wrong."""
    task = rng.choice(TASKS)
    own = task != "classify" and rng.random() < 0.4
    raw = task != "classify" and not own and rng.random() < 0.4
    values = EXTRA.get(task, 0) + (6 if own else 4 + CLASSES)
    places = rng.choice((0, 1, 5, 40, 300))
    head = [1, places, values] if own else [1, values, places]
    shapes = [[1, CLASSES]] if task == "classify" else [head]
    if raw:
        widths = [4 * HEAD.reg_max, CLASSES, *([EXTRA[task]] if task in EXTRA else [])]
        shapes = [[1, width, 64 // stride, 64 // stride] for width in widths for stride in HEAD.strides]
    if task == "segment":
        shapes.append([1, EXTRA[task], *rng.choice(((16, 16), (16, 24), (1, 1), (0, 4), (7, 5)))])
    if rng.random() < 0.3:
        _spoil(shapes, rng)
    return {
        "task": task, "own": own, "raw": raw, "shapes": shapes, "seed": rng.randrange(1 << 32),
        "odd": rng.choice((0.0, 0.01, 0.3, 1.0)),
        "kind": rng.choice(("float32", "float32", "float32", "float16", "float64", "int32", "uint8")),
        "slot": rng.choice((0, 0, 0, 1)), "picture": rng.choice(([48, 64], [1, 1], [1, 3000], [300, 7])),
        "conf": rng.choice((0.0, 0.25, 1.0)), "iou": rng.choice((0.0, 0.7, 1.0)), "several": rng.random() < 0.3,
        "retina": rng.random() < 0.3,
    }  # fmt: skip


def _spoil(shapes: list[list[int]], rng: random.Random) -> None:
    what = rng.randrange(4)
    if what == 0:
        shapes.pop(rng.randrange(len(shapes)))
    elif what == 1:
        shapes.append([rng.randrange(4) for _ in range(rng.randrange(6))])
    else:
        shape = rng.choice(shapes)
        if what == 2:
            shape[rng.randrange(len(shape))] = rng.choice((0, 1, 2, 6, 100))
        else:
            shape.insert(rng.randrange(len(shape) + 1), rng.choice((0, 1, 3)))


def arrays(case: dict[str, Any]) -> tuple[np.ndarray, ...]:
    """The outputs of a case."""
    rng = np.random.default_rng(case["seed"])
    made = []
    for shape in case["shapes"]:
        values = rng.random(shape, np.float32) * rng.choice(np.array([1, 1, 64, 1e4], np.float32))
        wrong = rng.random(shape) < case["odd"]
        with np.errstate(all="ignore"):
            made.append(np.where(wrong, rng.choice(np.array(ODD), shape), values).astype(case["kind"]))
    return tuple(made)


def attempt(case: dict[str, Any]) -> None:
    """Decode them, and ask the result for everything it can say."""
    facts = Metadata(
        task=case["task"], names={number: f"class {number}" for number in range(CLASSES)}, size=(64, 64),
        end2end=case["own"], raw_head=HEAD if case["raw"] else None,
        kpt_shape=(17, 3) if case["task"] == "pose" else None,
    )  # fmt: skip
    height, width = case["picture"]
    choice = Choice(case["conf"], case["iou"], multi_label=case["several"], max_det=50)
    found = decode(arrays(case), case["slot"], facts, Sizes((64, 64), (height, width)), choice, case["retina"])
    result = Results(np.zeros((height, width, 3), np.uint8), "x.png", facts.names, found)
    result.verbose()
    json.loads(result.to_json())
    result.plot()
