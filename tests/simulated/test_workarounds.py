"""What a device cannot do, and the catalogue says so, is done another way."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from simulated.conftest import Machine

pytestmark = pytest.mark.torch
ROW = '\n[[workaround]]\nid = "{}"\nsource = "a test"\ndate = 2026-11-24\nreason = "a test"\n'
LACKS = {
    "ema-without-foreach": "aten::_foreach_lerp_",
    "clip-without-foreach": "aten::_foreach_norm",
}
TRAIN = """
from ultralytics import YOLO

model = YOLO("yolov8n.yaml")
model.train(data={data!r}, epochs=1, imgsz=64, batch=4, nbs=4, plots=False, val=False, amp=False, optimizer="SGD")
told = dict(device=str(model.trainer.device))
"""


@pytest.mark.parametrize("row", LACKS)
def test_a_training_goes_on_without_an_operator_that_has_a_row(row: str, root: Path, machine: Callable[[str], Machine]):
    here = machine("mlu")
    script, lacks = TRAIN.format(data=str(here.data())), {"SIM_DENY": LACKS[row], "SIM_DENY_HOW": "error"}
    without = here.run(script, **lacks)
    assert without.code != 0 and LACKS[row] in without.output
    folder = here.folder / "platforms"
    shutil.copytree(root / "src/yoloport/platforms/cambricon", folder / "cambricon")
    with (folder / "cambricon/platform.toml").open("a", encoding="utf-8") as file:
        file.write(ROW.format(row))
    ran = here.run(script, YOLOPORT_PLATFORMS=str(folder), **lacks)
    assert ran.on_the_device() and ran.told["device"] == "mlu:0", ran.output[-3000:]


WIDENED = """
import torch
from ultralytics.utils.tal import TaskAlignedAssigner

seen = []
upstream = torch.Tensor.max
torch.Tensor.max = lambda tensor, *more: (seen.append(tensor.dtype), upstream(tensor, *more))[1]
assigner = TaskAlignedAssigner(topk=2, num_classes=2)
mask = torch.tensor([[[1, 0], [1, 1]]], dtype=torch.int8, device="mlu")
scores = torch.rand(1, 2, 2, device="mlu")
after = assigner.select_highest_overlaps(mask, scores, 2, scores)[2]
told = dict(dtypes=[str(one) for one in seen], after=str(after.dtype))
"""


def test_a_mask_is_widened_before_its_maximum(root: Path, machine: Callable[[str], Machine]):
    here = machine("mlu")
    assert "torch.int8" in here.run(WIDENED).told["dtypes"]
    folder = here.folder / "platforms"
    shutil.copytree(root / "src/yoloport/platforms/cambricon", folder / "cambricon")
    with (folder / "cambricon/platform.toml").open("a", encoding="utf-8") as file:
        file.write(ROW.format("max-without-bool"))
    ran = here.run(WIDENED, YOLOPORT_PLATFORMS=str(folder))
    assert ran.told["dtypes"] and "torch.int8" not in ran.told["dtypes"] and ran.told["after"] == "torch.int8", (
        ran.output[-2000:]
    )
