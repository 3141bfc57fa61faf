"""A training that was killed goes on from its last checkpoint, on the device, with its scaler's state."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from simulated.conftest import Machine

pytestmark = pytest.mark.torch
TRAIN = (
    "from ultralytics import YOLO\nYOLO('yolov8n.yaml').train(data={data!r}, epochs=30, imgsz=64, batch=4, plots=False)"
)
RESUME = """
from ultralytics import YOLO

seen = []
model = YOLO({last!r})
model.add_callback("on_train_start", lambda trainer: seen.append((trainer.start_epoch, trainer.scaler.get_scale())))
model.train(resume=True, epochs=30, time=None)
told = dict(device=str(model.trainer.device))
told.update(started=seen[0][0], scale=seen[0][1], scaler=model.trainer.scaler.is_enabled())
"""


@pytest.mark.parametrize("name", ["npu", "mlu"])
def test_it_goes_on_after_a_kill_at_a_random_moment(name: str, machine: Callable[[str], Machine]):
    here = machine(name)
    last = _kill_one(here, TRAIN.format(data=str(here.data())))
    ran = here.run(RESUME.format(last=str(last)))
    assert ran.on_the_device(), ran.output[-3000:]
    assert ran.told["device"] == f"{name}:0" and ran.told["scaler"] is True
    assert ran.told["started"] >= 1 and ran.told["scale"] > 1


def _kill_one(here: Machine, script: str) -> Path:
    """Start the training, and kill it somewhere after its first checkpoint."""
    (here.folder / "killed.py").write_text(script, encoding="utf-8")
    (here.folder / "config").mkdir()
    process = subprocess.Popen(
        [sys.executable, "killed.py"], cwd=here.folder, env=here.environment(),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    last = here.folder / "runs/detect/train/weights/last.pt"
    while not last.is_file() and process.poll() is None:
        time.sleep(0.02)
    time.sleep(random.uniform(0, 2))  # noqa: S311  any moment will do
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "it ended before it could be killed"
    return last
