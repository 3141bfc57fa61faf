"""The runtime's check of itself: passes where all is right, and tells what is not."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

np = pytest.importorskip("numpy")
cv2 = pytest.importorskip("cv2")

from runtime.check import make_model  # noqa: E402
from yoloport.runtime.check import checks  # noqa: E402


@pytest.mark.torch
def test_the_model_in_the_package_is_the_one_that_the_script_makes():
    import onnx

    kept = onnx.load(checks.MODEL)
    assert kept == make_model.model()


def test_pictures_and_arithmetic_are_right_here():
    assert checks.decodes()[".png"] == 0 and max(checks.solves().values()) < 1e-8


def test_a_decoder_that_gives_something_else_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cv2, "imdecode", lambda *_: np.zeros((480, 640, 3), np.uint8))
    found = {one["id"]: one for one in checks.perform()}
    assert not found["decodes"]["passed"] and "grey levels" in found["decodes"]["why"]


@pytest.mark.torch
def test_the_command_passes_where_an_engine_is():
    done = subprocess.run(
        [sys.executable, "-m", "yoloport.runtime.check", "--json"], capture_output=True, text=True, timeout=120
    )
    told = json.loads(done.stdout)
    assert done.returncode == 0 and all(one["passed"] for one in told["checks"]), told
    assert told["checks"][-1]["figures"]["pixels off"] < 0.01


@pytest.mark.torch
def test_a_model_that_answers_otherwise_is_told(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(checks, "_BRIGHT", (250, 80, 330, 160))
    with pytest.raises(checks.Differs):
        checks.detects()
