"""Other models, the command, tuning, bfloat16, and a device that works asynchronously."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulated.conftest import Machine

pytestmark = pytest.mark.torch
PREDICT = """
import numpy
from ultralytics import YOLO

told = {}
for name in NAMES:
    model = YOLO(name)
    model.predict(numpy.zeros((64, 64, 3), dtype="uint8"), imgsz=64, verbose=False)
    told[name] = str(model.predictor.device)
"""


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_every_size_predicts_on_the_device(name: str, machine: Callable[[str], Machine]):
    names = [f"yolov8{size}.yaml" for size in "nsmlx"]
    ran = machine(name).run(PREDICT.replace("NAMES", repr(names)))
    assert ran.on_the_device() and ran.told == dict.fromkeys(names, f"{name}:0"), ran.output[-3000:]


TRAIN = """
from ultralytics import YOLO

model = YOLO({model!r})
model.train(data={data!r}, epochs=1, imgsz=64, batch=4, plots=False, verbose=False, {more})
trainer = model.trainer
told = dict(device=str(trainer.device), amp=str(trainer.args.amp), scaler=trainer.scaler.is_enabled())
"""


@pytest.mark.parametrize("model", ["yolo11n.yaml", "yolo26n.yaml"])
@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_newer_models_train_on_the_device(name: str, model: str, machine: Callable[[str], Machine]):
    here = machine(name)
    ran = here.run(TRAIN.format(model=model, data=str(here.data()), more=""))
    assert ran.on_the_device() and ran.told["device"] == f"{name}:0" and ran.told["scaler"], ran.output[-3000:]


def test_bfloat16_trains_without_a_scaler_where_the_catalogue_has_it(machine: Callable[[str], Machine]):
    here = machine("gcu")
    ran = here.run(TRAIN.format(model="yolov8n.yaml", data=str(here.data()), more="amp='bf16'"))
    assert ran.on_the_device() and ran.told["device"] == "gcu:0", ran.output[-3000:]
    assert ran.told["amp"] == "bf16" and ran.told["scaler"] is False


def test_bfloat16_is_refused_where_it_is_not_known_to_work(machine: Callable[[str], Machine]):
    here = machine("mlu")
    ran = here.run(TRAIN.format(model="yolov8n.yaml", data=str(here.data()), more="amp='bf16'"))
    assert ran.code != 0 and "bfloat16" in ran.output


COMMAND = """
import sys

sys.argv = "yolo detect train model=yolov8n.yaml data=DATA epochs=1 imgsz=64 batch=4 plots=False".split()
from ultralytics.cfg import entrypoint

entrypoint()
"""


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_the_yolo_command_trains_on_the_device(name: str, machine: Callable[[str], Machine]):
    here = machine(name)
    ran = here.run(COMMAND.replace("DATA", str(here.data())))
    assert ran.on_the_device() and f"{name.upper()}:0" in ran.output, ran.output[-3000:]
    assert ran.report[0]["task"] == "train" and ran.report[0]["device"] == f"{name}:0"


TUNE = """
from ultralytics import YOLO

if __name__ == "__main__":
    model = YOLO("yolov8n.yaml")
    model.tune(data={data!r}, epochs=1, iterations=1, imgsz=64, batch=4, plots=False, val=False, workers=0)
"""


def test_a_search_for_settings_trains_on_the_device(machine: Callable[[str], Machine]):
    here = machine("mlu")
    ran = here.run(TUNE.format(data=str(here.data())))
    assert ran.code == 0 and "yoloport: trained on mlu:0" in ran.output, ran.output[-3000:]


BOXES = """
import torch
from ultralytics import YOLO

model = YOLO({weights!r})
results = model.predict({picture!r}, verbose=False)
told = dict(device=str(model.predictor.device), boxes=results[0].boxes.data.cpu().tolist())
"""


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_nothing_is_read_before_the_device_has_written_it(name: str, test_data, machine: Callable[[str], Machine]):
    """Copies to the host that are not waited for deliver rubbish on this device."""
    picture = sorted((test_data / "coco/images").rglob("*.jpg"))[0]
    script = BOXES.format(weights=str(test_data / "weights/yolov8n.pt"), picture=str(picture))
    here = machine(name)
    at_once, later = here.run(script), here.run(script, SIM_ASYNC="1", SIM_KERNEL_US="5")
    assert at_once.on_the_device() and later.on_the_device(), later.output[-3000:]
    assert at_once.told["boxes"] and later.told == at_once.told
    assert later.counters["sync"] > 0, "times are taken after waiting for the device"
