"""Where torch sees the cards it was built for, and on a plain processor, upstream is what it was.

No such card is at hand here: the test answers for torch when it is asked whether one is there. That is all it doubles.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.torch

WHERE = """
import importlib, json, os, sys
import torch

if os.environ["CARD"] == "yes":
    torch.cuda.is_available, torch.cuda.device_count = lambda: True, lambda: 1
if os.environ["ADAPTED"] == "yes":
    import yoloport.inside

    yoloport.inside.install()
from yoloport.inside.seams import ADAPTERS, of


def place(function):
    if isinstance(function, dict):
        return {event: len(callbacks) for event, callbacks in function.items()}
    code = getattr(function, "__code__", None)
    return [code.co_filename, code.co_firstlineno] if code else repr(type(function))


found = {}
for seam in [seam for name in ADAPTERS for seam in of(name)]:
    if seam.adapt.__module__.removeprefix("yoloport.inside.") in ("show", "checkpoints", "saving"):
        continue  # pictures in notebooks, stopping a workspace, whole checkpoints: nothing to do with devices
    module = importlib.import_module(seam.module)
    for name in seam.names:
        thing = module
        for part in name.split("."):
            thing = getattr(thing, part)
        found[f"{seam.module}:{name}"] = place(thing)
print(json.dumps(found))
"""

TRAIN = """
import os, sys
import torch
if os.environ["ADAPTED"] == "yes":
    import yoloport.inside

    yoloport.inside.install()
from ultralytics import YOLO

model = YOLO("yolov8n.yaml")
model.train(data=sys.argv[1], epochs=2, imgsz=64, batch=4, plots=False, verbose=False, project=sys.argv[2], name="run")
"""


def child(script: str, folder: Path, *arguments: str, **environment: str) -> str:
    """What a script prints last, in a process where torch loads nothing by itself."""
    root = Path(__file__).resolve().parents[2]
    environ = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    environ |= {"TORCH_DEVICE_BACKEND_AUTOLOAD": "0", "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
    environ |= {"YOLO_CONFIG_DIR": str(folder), "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root / "src"), **environment}
    argv = [sys.executable, "-c", script, *arguments]
    done = subprocess.run(argv, env=environ, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()[-1] if done.stdout.splitlines() else ""


def test_no_function_of_upstreams_is_touched_beside_a_card_that_torch_was_built_for(tmp_path: Path):
    plain = json.loads(child(WHERE, tmp_path, CARD="yes", ADAPTED="no"))
    adapted = json.loads(child(WHERE, tmp_path, CARD="yes", ADAPTED="yes"))
    assert adapted == plain and len(plain) > 10
    without_card = json.loads(child(WHERE, tmp_path, CARD="no", ADAPTED="yes"))
    assert without_card != plain, "this comparison can see an adapted function"


def test_a_training_on_the_processor_gives_the_same_bits(tmp_path: Path):
    from simulated import pictures

    data = pictures.write(tmp_path / "data", "detect")
    for adapted in ("no", "yes"):
        child(TRAIN, tmp_path, str(data), str(tmp_path / adapted), ADAPTED=adapted)
    one, two = (_weights(tmp_path / adapted / "run/weights/last.pt") for adapted in ("no", "yes"))
    assert one.keys() == two.keys() and all(bool((one[key] == two[key]).all()) for key in one)


def _weights(file: Path) -> dict:
    import torch

    return torch.load(file, weights_only=False, map_location="cpu")["model"].state_dict()
