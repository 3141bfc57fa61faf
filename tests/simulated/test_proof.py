"""After each run one line says what ran where, and names the operators that the device lacks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from simulated.conftest import Machine, Ran

pytestmark = pytest.mark.torch
TRAIN = """
from ultralytics import YOLO

model = YOLO("yolov8n.yaml")
model.train(data={data!r}, epochs=2, imgsz=64, batch=4, plots=False)
"""


def trained(here: Machine, **environment: str) -> Ran:
    return here.run(TRAIN.format(data=str(here.data())), YOLOPORT_PROOF="every", **environment)


def lines(ran: Ran) -> list[str]:
    return [line for line in ran.output.splitlines() if line.startswith("yoloport: ")]


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_a_run_on_the_device_says_so_with_nothing_on_the_host(name: str, machine: Callable[[str], Machine]):
    ran = trained(machine(name))
    assert ran.on_the_device(), ran.output[-3000:]
    run = next(run for run in ran.report if run["task"] == "train")
    assert run["device"] == f"{name}:0" and run["host_calls"] == 0 and run["fell_back"] == [] and run["calls"] > 1000
    assert run["to_device"] > 0 and any(f"{name}:0" in line for line in lines(ran)), lines(ran)


@pytest.mark.parametrize(("name", "operator"), [("npu", "aten::silu"), ("mlu", "aten::_softmax")])
def test_an_operator_that_the_device_lacks_is_named_with_its_share(
    name: str, operator: str, machine: Callable[[str], Machine]
):
    ran = trained(machine(name), SIM_DENY=operator)
    assert ran.on_the_device() and ran.counters["fallbacks"] > 0, ran.output[-3000:]
    run = next(run for run in ran.report if run["task"] == "train")
    assert any(called.startswith(operator.partition(".")[0]) for called, count in run["fell_back"] if count > 0), run
    assert run["host_share_of_calls"] > 0 and run["host_share_of_time"] > 0
    assert any(operator.partition(".")[0] in line for line in lines(ran)), lines(ran)


def test_a_device_that_refuses_the_operator_stops_the_run_with_its_name(machine: Callable[[str], Machine]):
    ran = trained(machine("mlu"), SIM_DENY="aten::silu", SIM_DENY_HOW="error")
    assert ran.code != 0 and "aten::silu" in ran.output
