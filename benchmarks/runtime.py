"""How fast the torch-free runtime is, beside Ultralytics with the same weights and beside the bare engine.

Needs an environment with torch, ultralytics, openvino and nncf; nothing else should run on the machine.

    python benchmarks/runtime.py --data DATA [--rounds 7] [--pictures 32] [--results FILE]

DATA holds weights/yolov8n.pt and coco/coco.yaml. Every contestant is a process of its own that stays; one works at a
time, on the same pictures, in an order that changes from round to round. Peers read the pictures through their own
streaming loaders. Ratios are taken in each round, and their median is told; scripts/render-docs makes the tables of
docs/*/runtime.md from benchmarks/results/runtime.json.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Mapping
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

from interleaved import machine
from runtime_speed.artifacts import Artifacts
from runtime_speed.rounds import Contestant, Measured, measure
from runtime_speed.summary import Claim, judged, rows

PACKAGES = ("ultralytics", "torch", "openvino", "nncf")
FAST = {"mode": "throughput"}
PEERS = ("Ultralytics, PyTorch", "Ultralytics, OpenVINO", "Ultralytics, OpenVINO, rect", "Ultralytics, ONNX")


def contestants(weights: Path, made: Artifacts) -> list[Contestant]:
    """Who takes part in the throughput; ``rect`` has the least rectangle, the others 640 x 640."""
    plain, rect = (made.exported(name, format="openvino", dynamic=free)
                   for name, free in (("their-openvino", False), ("their-openvino-rect", True)))  # fmt: skip
    own, own_rect = (
        made.converted("openvino", "--to", "openvino"),
        made.converted("rect", "--to", "openvino", "--dynamic"),
    )
    small = ("--to", "openvino", "--precision", "int8", "--calibrate", str(made.calibration))
    int8, int8_plain = made.converted("int8", *small), made.converted("int8-plain", *small, "--graph", "plain")
    return [
        Contestant(PEERS[0], "ultralytics", weights),
        Contestant(PEERS[1], "ultralytics", plain),
        Contestant(PEERS[2], "ultralytics", rect),
        Contestant(PEERS[3], "ultralytics", made.exported("their-onnx", format="onnx")),
        Contestant("bare OpenVINO", "bare", plain / f"{weights.stem}.xml"),
        Contestant("bare OpenVINO, int8", "bare", int8_plain / "model.xml"),
        Contestant("bare OpenVINO, fast graph", "bare", own / "model.xml"),
        Contestant("bare OpenVINO, int8, fast graph", "bare", int8 / "model.xml"),
        Contestant("yoloport, OpenVINO", "yoloport", own, FAST),
        Contestant("yoloport, OpenVINO, rect", "yoloport", own_rect, FAST),
        Contestant("yoloport, OpenVINO, int8", "yoloport", int8, FAST),
        Contestant(
            "yoloport, OpenVINO, int8, rect", "yoloport", made.converted("int8-rect", *small, "--dynamic"), FAST
        ),
        Contestant("yoloport, ONNX", "yoloport", made.converted("onnx", "--to", "onnx"), FAST),
        Contestant("Ultralytics, OpenVINO, one by one", "ultralytics", plain, work="single"),
        Contestant("yoloport, OpenVINO, one by one", "yoloport", own, work="single"),
    ]


def claims(found: Mapping[str, Measured]) -> list[Claim]:
    """The lines of the first table; the peer at its best is the one that was fastest here, of whatever form."""
    best = min(PEERS, key=lambda name: sorted(found[name].wall)[len(found[name].wall) // 2])
    rect, square, small = "yoloport, OpenVINO, rect", "yoloport, OpenVINO", "yoloport, OpenVINO, int8"
    return [
        Claim("throughput", "faster", square, PEERS[1], 1.4),
        Claim("ceiling", "faster", "bare OpenVINO", PEERS[1]),
        Claim("throughput-rect", "faster", rect, PEERS[2], 1.4),
        Claim("best", "faster", rect, best, 1.4),
        Claim("int8", "faster", small, PEERS[1], 2.0),
        Claim("ceiling-int8", "faster", "bare OpenVINO, int8", PEERS[1]),
        Claim("int8-rect", "faster", "yoloport, OpenVINO, int8, rect", PEERS[2], 2.0),
        Claim("torch", "faster", rect, PEERS[0], 2.0),
        Claim("latency", "latency", "yoloport, OpenVINO, one by one", "Ultralytics, OpenVINO, one by one", 1.15),
        Claim("share", "share", square, "bare OpenVINO", 0.94),
        Claim("share-int8", "share", small, "bare OpenVINO, int8", 0.94),
        Claim("beyond", "beyond", square, "bare OpenVINO", 0.05),
        Claim("beyond-int8", "beyond", small, "bare OpenVINO, int8", 0.05),
        # The fast graph leaves branches of the head to the runtime: these two are what is around it, with them.
        Claim("share-fast", "share", square, "bare OpenVINO, fast graph"),
        Claim("share-fast-int8", "share", small, "bare OpenVINO, int8, fast graph"),
    ]


def main() -> int:
    """Measures, prints, and writes the results."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pictures", type=int, default=32, help="of the validation pictures, the first so many")
    parser.add_argument(
        "--models", type=Path, help="take converted models from here, and keep new ones; else they are made"
    )
    parser.add_argument("--results", type=Path, help="write the results here")
    asked = parser.parse_args()
    weights, data = asked.data / "weights/yolov8n.pt", asked.data / "coco"
    pictures = sorted((data / "images/val").rglob("*.jpg"))[: asked.pictures]
    with tempfile.TemporaryDirectory() as folder:
        everyone = contestants(weights, Artifacts(asked.models or Path(folder), weights, data / "images/train"))
        listed = Path(folder) / "pictures.txt"
        listed.write_text("\n".join(map(str, pictures)) + "\n", encoding="utf-8")
        before = os.getloadavg()[0]
        found = measure(everyone, listed, asked.rounds)
    told = report(found, claims(found), len(pictures), asked.rounds, before)
    print(json.dumps(told, indent=1))
    if asked.results:
        asked.results.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    return 0


def report(
    found: Mapping[str, Measured], said: list[Claim], pictures: int, rounds: int, before: float
) -> dict[str, Any]:
    """All that the documents tell, and what it was measured on."""
    return {
        "date": datetime.now(timezone.utc).date().isoformat(),
        "machine": machine(),
        "load_1min": {"before": round(before, 2), "after": round(os.getloadavg()[0], 2)},
        "versions": {name: version(name) for name in PACKAGES},
        "pictures": pictures,
        "rounds": rounds,
        "contestants": rows(found, pictures),
        "claims": [judged(one, found) for one in said],
    }


if __name__ == "__main__":
    raise SystemExit(main())
