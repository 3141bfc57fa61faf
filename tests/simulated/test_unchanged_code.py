"""Code that names no device trains, validates, predicts, tracks and exports on the accelerator."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulated.conftest import Machine

pytestmark = pytest.mark.torch
TASKS = {
    "segment": "yolov8n-seg.yaml",
    "pose": "yolov8n-pose.yaml",
    "classify": "yolov8n-cls.yaml",
    "obb": "yolov8n-obb.yaml",
}

TRAIN = """
from ultralytics import YOLO

model = YOLO({model!r})
model.train(data={data!r}, epochs={epochs}, imgsz=64, batch=4, plots=False, verbose=False)
trainer = model.trainer
told = dict(device=str(trainer.device), amp=trainer.amp)
told.update(scaler=trainer.scaler.is_enabled(), scale_on=trainer.scaler._device)
"""
USE = """
import numpy as np
picture = np.zeros((64, 64, 3), dtype=np.uint8)
results = model.val(data={data!r}, imgsz=64, plots=False, verbose=False)
told["val"] = str(model.predict(picture, imgsz=64, verbose=False) and model.predictor.device)
told["fused"] = str(model.predictor.model.device)
model.track(picture, imgsz=64, verbose=False, persist=True)
told["track"] = str(model.predictor.device)
told["exported"] = model.export(format="torchscript", imgsz=64)
"""


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_it_trains_with_mixed_precision_and_then_does_all_the_rest(name: str, machine: Callable[[str], Machine]):
    here = machine(name)
    data = str(here.data())
    ran = here.run(TRAIN.format(model="yolov8n.yaml", data=data, epochs=2) + USE.format(data=data))
    assert ran.on_the_device(), ran.output[-3000:]
    device = f"{name}:0"
    assert ran.told["device"] == ran.told["val"] == ran.told["fused"] == ran.told["track"] == device
    assert ran.told["amp"] is True and ran.told["scaler"] is True and ran.told["scale_on"] == name
    assert {run["task"]: run["device"] for run in ran.report} == dict.fromkeys(("train", "val", "predict"), device)
    assert ran.told["exported"].endswith(".torchscript")


@pytest.mark.parametrize("name", ["musa", "gcu"])
def test_the_other_names_train_and_predict_too(name: str, machine: Callable[[str], Machine]):
    here = machine(name)
    data = str(here.data())
    more = (
        'import numpy\nmodel.predict(numpy.zeros((64, 64, 3), dtype="uint8"), imgsz=64)\n'
        'told["at"] = str(model.predictor.device)'
    )
    ran = here.run(TRAIN.format(model="yolov8n.yaml", data=data, epochs=1) + more)
    assert ran.on_the_device(), ran.output[-3000:]
    assert ran.told["device"] == ran.told["at"] == f"{name}:0"


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_every_task_trains(task: str, name: str, machine: Callable[[str], Machine]):
    here = machine(name)
    ran = here.run(TRAIN.format(model=TASKS[task], data=str(here.data(task)), epochs=1))
    assert ran.on_the_device() and ran.told["device"] == f"{name}:0", ran.output[-3000:]


REQUESTS = """
import numpy, torch
from ultralytics import YOLO

model, picture, told = YOLO("yolov8n.yaml"), numpy.zeros((64, 64, 3), dtype="uint8"), {}
for request in (0, "cuda:1", "NAME:1", torch.device("cuda", 0), torch.device("NAME", 1), "cpu", "-1"):
    model.predict(picture, imgsz=64, verbose=False, device=request)
    told[str(request) + type(request).__name__] = str(model.predictor.device)
told["to"] = str(next(YOLO("yolov8n.yaml").to("cuda").model.parameters()).device)
"""


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_a_device_that_is_named_is_the_one_that_is_meant(name: str, machine: Callable[[str], Machine]):
    ran = machine(name).run(REQUESTS.replace("NAME", name))
    assert ran.on_the_device(), ran.output[-3000:]
    assert ran.told == {
        "0int": f"{name}:0", "cuda:1str": f"{name}:1", f"{name}:1str": f"{name}:1", "cuda:0device": f"{name}:0",
        f"{name}:1device": f"{name}:1", "cpustr": "cpu", "-1str": ran.told["-1str"],
        "to": f"{name}:{ran.told['to'][-1]}",
    }  # fmt: skip
    assert ran.told["-1str"] in {f"{name}:0", f"{name}:1"}


def test_a_card_that_is_not_there_is_said_with_those_that_are(machine: Callable[[str], Machine]):
    ran = machine("mlu").run("from ultralytics import YOLO\nYOLO('yolov8n.yaml').predict('x.png', device=7)")
    assert ran.code != 0 and "torch sees 2 of type 'mlu'" in ran.output
