"""A plug-in that cannot be loaded stops a run that has to use the accelerator, with the finding that tells why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.inside import plugin
from yoloport.inside.plugin import Plugin, State


def package(folder: Path, name: str, text: str) -> Path:
    """A package for ``PYTHONPATH`` that does what the text says when it is imported."""
    (folder / name).mkdir(parents=True)
    (folder / name / "__init__.py").write_text(text, encoding="utf-8")
    return folder


def test_one_that_is_not_installed_is_told_from_one_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(str(package(tmp_path, "torch_of_the_test", "raise OSError('libx.so: no')")))
    failing, absent = Plugin("p", "torch_of_the_test", "x"), Plugin("p", "torch_of_nobody", "x")
    assert plugin.state(failing) == State(failing, "failed", "OSError: libx.so: no")
    assert plugin.state(absent) == State(absent, "not installed")


PREDICT = """
import yoloport.inside

yoloport.inside.install()
from ultralytics.utils.torch_utils import select_device

print("CHOSEN", select_device(DEVICE))
"""
NO_LIBRARY = "raise ImportError('libhccl.so: cannot open shared object file: No such file or directory')"
NO_CARD = """
import torch, types

nothing = types.SimpleNamespace(is_available=lambda: False, device_count=lambda: 0)
torch.utils.rename_privateuse1_backend("npu")
torch._register_device_module("npu", nothing)
"""


def run(tmp_path: Path, plug_in: str, device: str = "''", wish: str = "accelerator") -> tuple[int, str]:
    """Ask Ultralytics for a device on a machine that is to be an Ascend one and has this plug-in."""
    root = Path(__file__).resolve().parents[3]
    paths = os.pathsep.join([str(package(tmp_path / "site", "torch_npu", plug_in)), str(root / "src")])
    environ = {**os.environ, "PYTHONPATH": paths, "TORCH_DEVICE_BACKEND_AUTOLOAD": "0", "YOLOPORT_REQUIRE": wish}
    environ |= {"YOLOPORT_PLATFORM": "ascend", "YOLO_CONFIG_DIR": str(tmp_path), "YOLO_OFFLINE": "true", "LANG": "C"}
    code = PREDICT.replace("DEVICE", device)
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.torch
def test_a_library_that_is_missing_is_named_with_its_remedy(tmp_path: Path):
    code, said = run(tmp_path, NO_LIBRARY)
    assert code != 0 and "WouldBeCpu" in said and "libhccl.so" in said and "set_env.sh" in said, said[-2000:]


@pytest.mark.torch
def test_a_plug_in_without_a_card_stops_it_too(tmp_path: Path):
    code, said = run(tmp_path, NO_CARD, device="0")
    assert code != 0 and "WouldBeCpu" in said and "CHOSEN" not in said, said[-2000:]


@pytest.mark.torch
def test_the_processor_is_given_to_who_asks_for_it(tmp_path: Path):
    code, said = run(tmp_path, NO_LIBRARY, device="'cpu'")
    assert code == 0 and "CHOSEN cpu" in said, said[-2000:]


@pytest.mark.torch
def test_warn_goes_on_and_says_why(tmp_path: Path):
    code, said = run(tmp_path, NO_LIBRARY, wish="warn")
    assert code == 0 and "CHOSEN cpu" in said and "set_env.sh" in said, said[-2000:]
