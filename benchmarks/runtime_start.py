"""How long a fresh process takes to its first detection, and how much memory: the runtime, its command, Ultralytics.

Runs in an environment that has torch, ultralytics and the artifacts' engines; all three start the same Python, run the
same artifact in fp32 on the same picture, one after the other, and every round in the other order.

    ENVIRONMENT/bin/python benchmarks/runtime_start.py --picture FILE [--rounds N] [--results FILE] ARTIFACT ...

Time is from before the process is started to the detections, files being in the page cache already; memory is the
process's own high-water mark then (VmHWM). scripts/render-docs makes the table of docs/*/runtime.md from
benchmarks/results/runtime_start.json. Targets: 0.5 s and 150 MB with ONNX.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from interleaved import ROOT, _processor, measure

sys.path.insert(0, str(ROOT / "src"))

ENGINES = {"onnx": "onnxruntime", "openvino": "openvino", "ncnn": "ncnn", "mnn": "MNN", "torchscript": "torch"}
TELL = """
def tell():
    import time
    peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
    print("\\n", time.monotonic(), peak, sys.argv[0])
"""
CODE = {
    "load": "from yoloport.runtime import load\nfound = len(load(artifact)(picture)[0])\nsys.argv[0] = found",
    "predict": "import atexit\natexit.register(tell)\nsys.argv = ['yoloport', 'predict', artifact, picture]\n"
    "from yoloport.cli.app import main\nmain()",
    "ultralytics": "from ultralytics import YOLO\n"
    "found = len(YOLO(artifact, task='detect').predict(picture, imgsz=640, verbose=False)[0])\nsys.argv[0] = found",
}
"""By who is measured. What is found is told at the end, so that a start that finds nothing does not count as one."""


def case(who: str, artifact: str, picture: str, peaks: list[int]) -> Callable[[], float]:
    """Seconds of a process to its first detection; its peak in MB is put into ``peaks``."""
    code = f"import sys\nartifact, picture = {artifact!r}, {picture!r}\n{TELL}\n{CODE[who]}\n"
    code += "" if who == "predict" else "tell()\n"
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "src"), os.environ.get("PYTHONPATH", "")])}

    def run() -> float:
        begin = time.monotonic()
        done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
        words = done.stdout.splitlines()[-1].split() if done.stdout.strip() else []
        if done.returncode or len(words) != 3 or words[2] == "0":
            raise SystemExit(
                f"{who} with {artifact} ended with {done.returncode}:\n{done.stdout}\n{done.stderr[-3000:]}"
            )
        peaks.append(round(int(words[1]) / 1024))
        return float(words[0]) - begin

    return run


def rows_of(artifact: Path, picture: Path, rounds: int) -> list[dict[str, Any]]:
    """One artifact, all three in turns; Ultralytics cannot read a fast graph."""
    from yoloport.runtime.artifact import open_artifact

    opened = open_artifact(artifact)
    form, fast = opened.format, opened.metadata.raw_head is not None
    everyone = [who for who in CODE if not (fast and who == "ultralytics")]
    peaks: dict[str, list[int]] = defaultdict(list)
    timings = measure({who: case(who, str(artifact), str(picture), peaks[who]) for who in everyone}, rounds)
    return [
        {
            "format": form, "engine": version(ENGINES[form]), "fast": fast, "who": who,
            "median_s": round(statistics.median(seconds), 3), "fastest_s": round(min(seconds), 3),
            "peak_mb": round(statistics.median(peaks[who])),
        }
        for who, seconds in timings.seconds.items()
    ]  # fmt: skip


def main() -> None:
    """Measure, print, and write the results where a file was named."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifacts", nargs="+", type=Path)
    parser.add_argument("--picture", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--results", type=Path, help="write them here, too")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as settings:
        os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", YOLO_CONFIG_DIR=settings)
        before = os.getloadavg()[0]
        rows = [row for artifact in asked.artifacts for row in rows_of(artifact, asked.picture, asked.rounds)]
    result = {
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "machine": f"{_processor()}, {len(os.sched_getaffinity(0))} cores",
        "load_1min": {"before": round(before, 1), "after": round(os.getloadavg()[0], 1)},
        "rounds": asked.rounds, "ultralytics": version("ultralytics"), "rows": rows,
    }  # fmt: skip
    print(json.dumps(result, indent=1))
    if asked.results:
        asked.results.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
