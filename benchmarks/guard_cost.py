"""What watching where operators run adds to a training step: YOLOv8n, pictures of 64 pixels, on the CPU.

    python3 benchmarks/guard_cost.py --python ENVIRONMENT/bin/python [--rounds N] [--json FILE]

One process trains in turns without the watch, and with steps sampled as an ordinary training samples them. A round
is ``STEPS`` steps of which none is the account's first; the small model is the worst case, as watching costs by the
operator and not by the pixel. Target: 1 %.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from typing import IO

from interleaved import ROOT, measure, options, report

LIMIT = 1.01
STEPS = 100
TRAINING = f"""
import json, sys, time
import torch
from ultralytics.nn.tasks import DetectionModel
from ultralytics.cfg import get_cfg
from yoloport.inside.proof.counting import Counting
from yoloport.inside.proof.run import Account, Run

torch.set_num_threads(1)
model = DetectionModel("yolov8n.yaml", verbose=False).train()
model.args = get_cfg()
optimizer = torch.optim.SGD(model.parameters(), lr=1e-4)
batch = {{"img": torch.rand(2, 3, 64, 64), "batch_idx": torch.tensor([0.0, 1.0]), "cls": torch.zeros(2, 1),
         "bboxes": torch.tensor([[0.5, 0.5, 0.4, 0.4]] * 2)}}
watched = Run("train", "", lambda: Counting("cpu", lambda: None), Account(), "sampled")

def step():
    optimizer.zero_grad()
    model(batch)[0].sum().backward()
    optimizer.step()

for _ in range(5):
    watched.begin_step("train"); step(); watched.end_step()
for line in sys.stdin:
    begin = time.perf_counter()
    for _ in range({STEPS}):
        if line.strip() == "off":
            step()
        else:
            watched.begin_step("train"); step(); watched.end_step()
    print(json.dumps([time.perf_counter() - begin, watched.phases["train"].sampled]), flush=True)
"""


class Training:
    """A process that trains when it is told to."""

    def __init__(self, python: str) -> None:
        environ = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}
        self._process = subprocess.Popen(
            [python, "-c", TRAINING], env=environ, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.sampled = 0

    def round(self, mode: str) -> Callable[[], float]:
        """Seconds of ``STEPS`` steps."""

        def once() -> float:
            print(mode, file=_open(self._process.stdin), flush=True)
            seconds, self.sampled = json.loads(_open(self._process.stdout).readline())
            return float(seconds)

        return once

    def end(self) -> None:
        """Let the process finish."""
        _open(self._process.stdin).close()
        self._process.wait()


def _open(pipe: IO[str] | None) -> IO[str]:
    assert pipe is not None
    return pipe


def main() -> None:
    """Time both in turns."""
    if "--python" not in sys.argv:
        raise SystemExit("--python: the Python of an environment with torch ('yoloport up --dry-run' names it)")
    at = sys.argv.index("--python")
    python = sys.argv[at + 1]
    del sys.argv[at : at + 2]
    given = options("What the watch adds to a training step.", rounds=15, least=5)
    load = os.getloadavg()[0]
    training = Training(python)
    timings = measure({"proof off": training.round("off"), "proof sampled": training.round("sampled")}, given.rounds)
    training.end()
    report(timings, {"proof sampled": LIMIT}, load, given.json)
    pairs = zip(timings.seconds["proof sampled"], timings.seconds["proof off"], strict=True)
    ratio = statistics.median(with_ / without for with_, without in pairs)
    print(f"median of the rounds' own ratios: {ratio:.4f}; {training.sampled} steps were sampled")


if __name__ == "__main__":
    main()
