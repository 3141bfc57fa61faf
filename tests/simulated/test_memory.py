"""A card with little memory: the batch that fits is found, and a step that does not fit is halved."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulated.conftest import Machine

pytestmark = pytest.mark.torch
TRAIN = """
from ultralytics import YOLO

model = YOLO("yolov8n.yaml")
model.train(data={data!r}, epochs=1, imgsz={side}, batch={batch}, plots=False, verbose=False, val=False)
told = dict(device=str(model.trainer.device), batch=model.trainer.batch_size)
"""


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_batch_minus_one_takes_what_the_card_holds(name: str, machine: Callable[[str], Machine]):
    here = machine(name)
    ran = here.run(TRAIN.format(data=str(here.data()), batch=-1, side=64), SIM_MEM_MB="400")
    assert ran.on_the_device() and ran.told["batch"] >= 1, ran.output[-3000:]
    assert f"AutoBatch: {name.upper()}:0 (Sim" in ran.output.replace("\x1b[0m", "").replace("\x1b[34m\x1b[1m", "")


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_a_step_that_does_not_fit_is_halved(name: str, machine: Callable[[str], Machine]):
    here = machine(name)
    ran = here.run(TRAIN.format(data=str(here.data(count=16)), batch=16, side=320), SIM_MEM_MB="150")
    assert ran.on_the_device() and ran.told["batch"] < 16, ran.output[-3000:]
    assert f"{name.upper()} out of memory with batch=16. Reducing to batch=8" in ran.output
