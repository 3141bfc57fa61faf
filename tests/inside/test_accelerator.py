"""What the catalogue tells the adapter of a device."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.inside import accelerator
from yoloport.inside.accelerator import Accelerator, active, of_type


def test_what_is_known_of_a_device_comes_from_its_platforms_folder():
    npu, mlu = of_type("npu"), of_type("mlu")
    assert (npu.platform, npu.collective, npu.known_upstream) == ("ascend", "hccl", True)
    assert (mlu.platform, mlu.collective, mlu.known_upstream) == ("cambricon", "cncl", False)
    assert npu.workarounds == (), "upstream has them itself"


def test_a_device_of_no_folder_is_not_asked_for_by_an_empty_name(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(accelerator, "added_type", lambda: "abacus")
    monkeypatch.setattr(accelerator, "usable", lambda name: True)
    monkeypatch.setattr(accelerator, "built_in_card", lambda: True)
    assert active({"YOLOPORT_PLATFORM": ""}) is None, "the card that torch was built for comes first"
    monkeypatch.setattr(accelerator, "built_in_card", lambda: False)
    assert active({"YOLOPORT_PLATFORM": ""}) == Accelerator("abacus")


def test_a_device_that_no_folder_has_is_still_one():
    assert of_type("sdaa") == Accelerator("sdaa")


BFLOAT16 = [
    ("npu", "Ascend910B3", True), ("npu", "Ascend910_9391", True), ("npu", "Ascend310P3", False),
    ("npu", "Ascend910A", False), ("npu", "a card of tomorrow", False),
    ("mlu", "MLU590-M9", True), ("mlu", "MLU370-X8", False),
]  # fmt: skip


@pytest.mark.parametrize(("device", "name", "works"), BFLOAT16, ids=[name for _, name, _ in BFLOAT16])
def test_bfloat16_is_used_on_chips_where_it_is_known_to_work(device: str, name: str, works: bool):
    assert ("bfloat16" in of_type(device).amp_on(name)) is works


SHIMMED = """
import sys, types
import torch

torch.utils.rename_privateuse1_backend("mlu")
card = types.SimpleNamespace(is_available=lambda: True, device_count=lambda: 1)
torch._register_device_module("mlu", card)
from yoloport.inside import accelerator

print(accelerator.active(), "imported" if SHIM in sys.modules else "not imported")
"""


@pytest.mark.torch
def test_where_the_catalogue_says_so_the_vendors_shim_is_taken(tmp_path: Path, root: Path):
    shutil.copytree(root / "src/yoloport/platforms/cambricon", tmp_path / "platforms/cambricon")
    described = tmp_path / "platforms/cambricon/platform.toml"
    text = described.read_text(encoding="utf-8").replace('road = "adapter"', 'road = "shim"')
    described.write_text(text.replace('shim = "torch_mlu.utils.gpu_migration"', 'shim = "json.tool"'), encoding="utf-8")
    environ = {**os.environ, "YOLOPORT_PLATFORMS": str(described.parents[1]), "TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}
    argv = [sys.executable, "-c", SHIMMED.replace("SHIM", "'json.tool'")]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
    assert done.stdout == "None imported\n", done.stderr
