"""Two cards train as one process does with the same global batch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from simulated.conftest import Machine

pytestmark = pytest.mark.torch
# One full batch an epoch, so that the order of pictures does not matter; no augmentation, no dropout; statistics of
# normalisation stay as they are, since each worker has its own in training. What is left is the arithmetic of several
# optimiser steps: averaging gradients in two parts and in one differs by rounding. Upstream multiplies the loss
# by the number of workers (engine/trainer.py:552), which suits the detectors' losses, sums over a batch; a
# classifier's is a mean, so its gradient is twice as large with two workers, and half the rate gives the same steps.
TRAIN = """
import torch
from ultralytics import YOLO


def freeze_statistics(trainer):
    for part in trainer.model.modules():
        if isinstance(part, torch.nn.BatchNorm2d):
            part.eval()


if __name__ == "__main__":
    model = YOLO({start!r})
    if {frozen}:
        model.add_callback("on_train_batch_start", freeze_statistics)
    model.train(
        data={data!r}, epochs={epochs}, imgsz=64, batch=8, nbs=8, device={device!r}, amp=False, optimizer="SGD",
        lr0={rate}, momentum=0.9, weight_decay=0, warmup_epochs=0, workers=0, plots=False, val=False, name={name!r},
        hsv_h=0, hsv_s=0, hsv_v=0, fliplr=0, scale=0, erasing=0, auto_augment=None, dropout=0,
    )
"""
TOLERANCE = 1e-3
"""Largest difference of a weight after six steps, relative to its tensor's largest: a step of float16, as in files."""


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_two_cards_give_the_weights_that_one_gives(name: str, machine: Callable[[str], Machine]):
    here = machine(name)
    data = str(here.data("classify"))
    start = "yolov8n-cls.yaml"  # each worker would begin from weights of its own; so all begin from one file
    for device, run, epochs, rate in (("0", "start", 4, 0.02), ("0", "one", 6, 0.02), ("0,1", "two", 6, 0.01)):
        values = {"device": device, "name": run, "epochs": epochs, "rate": rate, "frozen": run != "start"}
        ran = here.run(TRAIN.format(start=start, data=data, **values))
        assert ran.code == 0 and f"yoloport: trained on {name}:0" in ran.output, ran.output[-3000:]
        start = str(here.folder / "runs/classify/start/weights/last.pt")
    begin, one, two = (weights(here.folder / f"runs/classify/{run}/weights/last.pt") for run in ("start", "one", "two"))
    assert difference(one, two) < TOLERANCE
    assert difference(begin, one) > 10 * TOLERANCE, "six steps that moved nothing would show nothing"


def test_a_detector_trains_on_two_cards(machine: Callable[[str], Machine]):
    here = machine("mlu")
    script = (
        "from ultralytics import YOLO\nif __name__ == '__main__':\n    model = YOLO('yolov8n.yaml')\n"
        "    model.train(data={data!r}, epochs=2, imgsz=64, batch=4, device='0,1', plots=False)\n"
        "    told = dict(device=str(model.trainer.args.device))"
    )
    ran = here.run(script.format(data=str(here.data())))
    assert ran.code == 0, ran.output[-3000:]
    assert "yoloport: trained on mlu:0" in ran.output and "none of them on the host" in ran.output
    assert ran.told["device"] == "mlu:0,1" and "2 epochs completed" in ran.output and "MLU:1" in ran.output


def weights(file: Path) -> dict[str, object]:
    """Weights by name."""
    import torch

    model = torch.load(file, weights_only=False, map_location="cpu")["model"].float()
    return {key: value for key, value in model.state_dict().items() if value.is_floating_point()}


def difference(one: dict, two: dict) -> float:
    """Largest difference relative to the largest weight of the tensor."""
    assert one.keys() == two.keys()
    return max(float((one[key] - two[key]).abs().max() / one[key].abs().max().clamp(min=1e-6)) for key in one)
