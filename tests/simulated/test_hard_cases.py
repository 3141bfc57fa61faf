"""Where a run could be computed elsewhere than it seems, or leave something behind when it fails."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulated.conftest import Machine

pytestmark = pytest.mark.torch
BEGIN = """
import warnings
import numpy
import torch
import yoloport.inside
from ultralytics import YOLO

picture = numpy.zeros((64, 64, 3), dtype="uint8")

def refused(what):
    try:
        return str(what())
    except Exception as error:
        return f"{type(error).__name__}: {error}"

"""
ONNX = """
exported = YOLO("yolov8n.yaml").export(format="onnx", imgsz=64, verbose=False)
model = YOLO(exported, task="detect")
told = dict(refused=refused(lambda: model.predict(picture, imgsz=64)))
"""


def test_a_model_of_another_runtime_is_not_said_to_have_run_on_the_card(machine: Callable[[str], Machine]):
    ran = machine("mlu").run(BEGIN + ONNX)
    assert ran.code == 0 and ran.told["refused"].startswith("["), ran.output[-3000:]
    assert ran.report[0]["device"] == "cpu" and ran.report[0]["runtime"] == "onnx"
    assert "no accelerator was used: the runtime of format 'onnx' computed it" in ran.output


def test_where_an_accelerator_is_required_a_model_of_another_runtime_stops(machine: Callable[[str], Machine]):
    ran = machine("mlu").run(BEGIN + ONNX, YOLOPORT_REQUIRE="accelerator")
    assert "WouldBeCpu" in ran.told["refused"] and "'onnx' does not know 'mlu'" in ran.told["refused"], ran.output


def test_a_model_of_another_runtime_is_loaded_by_position_too(machine: Callable[[str], Machine]):
    script = (
        BEGIN
        + """
from ultralytics.nn.autobackend import AutoBackend

exported = YOLO("yolov8n.yaml").export(format="onnx", imgsz=64, verbose=False)
told = dict(device=str(AutoBackend(exported, torch.device("mlu", 0), False, None, False).device))
"""
    )
    ran = machine("mlu").run(script)
    assert ran.told == {"device": "cpu"}, ran.output[-3000:]


def test_a_stream_that_nobody_reads_to_its_end_is_in_the_report_all_the_same(machine: Callable[[str], Machine]):
    script = (
        BEGIN
        + """
stream = YOLO("yolov8n.yaml").predict([picture] * 5, imgsz=64, stream=True)
next(stream)
stream.close()
told = dict(steps=yoloport.inside.report()[0].steps)
"""
    )
    ran = machine("mlu").run(script)
    assert ran.told == {"steps": 1}, ran.output[-3000:]


def test_a_misspelt_guard_is_said_before_anything_is_computed(machine: Callable[[str], Machine]):
    ran = machine("mlu").run("from ultralytics.utils import torch_utils", YOLOPORT_REQUIRE="akcelerator")
    assert ran.code != 0 and "BadWish" in ran.output and "akcelerator" in ran.output


def test_another_device_that_is_not_there_is_no_quiet_way_to_the_processor(machine: Callable[[str], Machine]):
    script = BEGIN + 'told = dict(refused=refused(lambda: YOLO("yolov8n.yaml").predict(picture, device="mps")))'
    ran = machine("mlu").run(script, YOLOPORT_REQUIRE="accelerator")
    assert "device='mps' is not on this machine" in ran.told["refused"], ran.output[-3000:]


def test_a_model_is_moved_as_its_owner_means_it(machine: Callable[[str], Machine]):
    script = """
model = YOLO("yolov8n.yaml")
told = dict(
    to=str(next(model.to("cuda:1").parameters()).device),
    named=str(next(model.to(device=0).parameters()).device),
    cuda=str(next(model.cuda(1).parameters()).device),
    several=refused(lambda: model.to("cuda:0,1")),
    type=str(next(model.to(torch.float64).parameters()).dtype),
)
"""
    ran = machine("mlu").run(BEGIN + script)
    assert ran.code == 0, ran.output[-3000:]
    assert (ran.told["to"], ran.told["named"], ran.told["cuda"]) == ("mlu:1", "mlu:0", "mlu:1")
    assert ran.told["several"].startswith("OneCard") and ran.told["type"] == "torch.float64"


def test_a_prediction_or_validation_that_fails_leaves_nothing_of_the_watch_active(machine: Callable[[str], Machine]):
    here = machine("mlu")
    script = """
from torch.utils._python_dispatch import _get_current_dispatch_mode_stack as modes

def fail(owner):
    raise RuntimeError("the user's own")

model = YOLO("yolov8n.yaml")
model.add_callback("on_predict_postprocess_end", fail)
told = dict(predict=refused(lambda: model.predict(picture, imgsz=64)))
model = YOLO("yolov8n.yaml")
model.add_callback("on_val_batch_end", fail)
told["val"] = refused(lambda: model.val(data=DATA, imgsz=64, batch=4, plots=False, device=0))
told["modes"] = len(modes())
""".replace("DATA", repr(str(here.data())))
    ran = here.run(BEGIN + script, YOLOPORT_PROOF="every")
    assert ran.told.get("modes") == 0, ran.output[-3000:]
    assert "the user's own" in ran.told["predict"] and "the user's own" in ran.told["val"]


def test_a_card_that_cannot_be_asked_for_its_memory_is_only_asked_where_memory_chooses(
    machine: Callable[[str], Machine],
):
    script = """
from ultralytics.utils.torch_utils import select_device

def broken(index):
    raise RuntimeError("card 0 does not answer") if index == 0 else None

there = torch.mlu.mem_get_info
torch.mlu.mem_get_info = lambda index: there(index) if index else broken(index)
told = dict(number=str(select_device(0)), best=str(select_device(-1)))
"""
    ran = machine("mlu").run(BEGIN + script)
    assert ran.told == {"number": "mlu:0", "best": "mlu:1"}, ran.output[-3000:]
    assert ran.output.count("card 0 does not tell its free memory") == 1


def test_a_replaced_module_computes_on_the_card_and_upstreams_own_elsewhere(machine: Callable[[str], Machine]):
    script = """
import dataclasses
from yoloport.inside.modules import dfl, registry

def forward(self, x):
    if x.device.type != "mlu":
        raise RuntimeError("a vendor's kernel, and the tensor is not on its card")
    return dfl.forward_without_transpose(self, x)

registry.BUILT_IN = (dataclasses.replace(dfl.WITHOUT_TRANSPOSE, name="kernel", forward=forward, platforms=("*",)),)
model = YOLO("yolov8n.yaml")
told = dict(
    card=str(model.predict(picture, imgsz=64)[0].boxes.data.device),
    host=str(model.predict(picture, imgsz=64, device="cpu")[0].boxes.data.device),
    exported=str(model.export(format="onnx", imgsz=64, verbose=False)),
)
"""
    ran = machine("mlu").run(BEGIN + script)
    assert ran.code == 0 and "computes with 'kernel'" in ran.output, ran.output[-3000:]
    assert ran.told["card"] == "mlu:0" and ran.told["host"] == "cpu" and ran.told["exported"].endswith(".onnx")


def test_threads_that_predict_side_by_side_lose_no_warning_of_the_user(machine: Callable[[str], Machine]):
    script = """
import threading

before = warnings.showwarning

def predict():
    model = YOLO("yolov8n.yaml")
    for _ in range(5):
        model.predict(picture, imgsz=64, verbose=False)

threads = [threading.Thread(target=predict) for _ in range(3)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
told = dict(restored=warnings.showwarning is before)
warnings.warn("a warning of the user's own")
"""
    ran = machine("mlu").run(BEGIN + script)
    assert ran.told.get("restored") is True and "a warning of the user's own" in ran.output, ran.output[-3000:]
