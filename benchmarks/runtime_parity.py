"""Whether the torch-free runtime finds what Ultralytics finds, on every picture of a folder, artifact by artifact.

Runs in an environment that has torch, ultralytics and the artifacts' engines. Both sides run the same artifact on the
same engine, device and precision, so that what is around the engine alone can make a difference.

    python benchmarks/runtime_parity.py --pictures FOLDER [--format ncnn] [--results FILE] ARTIFACT[@CONF] ...

With --results each row is put into that file in place of an earlier one of the same artifact, device and precision;
scripts/render-docs makes the table of docs/*/runtime.md from benchmarks/results/runtime_parity.json.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
# What Ultralytics reads when it is imported: no network, no installs, settings in a folder of this run's own.
os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp(prefix="yoloport-parity-"))

KEY = ("artifact", "conf", "device", "precision")
SHOWN = (*KEY, "pictures", "boxes", "missing", "extra", "pixels", "confidence", "mask", "order", "same")
ENGINES = {"onnx": "onnxruntime", "openvino": "openvino", "ncnn": "ncnn", "mnn": "mnn", "torchscript": "torch"}


def row(
    artifact: Path, conf: float, pictures: list[str], device: str, precision: str, against: Path | None = None
) -> dict[str, object]:
    """One artifact on all pictures; ``against`` is what Ultralytics runs in its place."""
    from runtime.parity import Apart, apart, both
    from yoloport.runtime.artifact import open_artifact

    opened, total = open_artifact(artifact), Apart()
    for mine, other in both(artifact, pictures, conf, device, precision, against):
        total.add(apart(mine, other))
    return {
        "artifact": artifact.name, "conf": conf, "device": device, "precision": precision, "format": opened.format,
        "task": opened.metadata.task, "raw_head": opened.metadata.raw_head is not None,
        "dynamic": opened.metadata.dynamic, "end2end": opened.metadata.end2end,
        **asdict(total), "same": total.same(),
        "engine": version(ENGINES[opened.format]), "ultralytics": version("ultralytics"),
        "date": datetime.now(timezone.utc).date().isoformat(),
    }  # fmt: skip


def keep(one: dict[str, object], file: Path) -> None:
    """The row among those of the file, by format and name."""
    there = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else []
    rows = [old for old in there if any(old[key] != one[key] for key in KEY)] + [one]
    rows.sort(key=lambda row: [str(row[key]) for key in ("format", *KEY)])
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def main() -> int:
    """Prints the table; 1 where any artifact differs by more than 0.01 pixel or 1e-4 in confidence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifacts", nargs="+")
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--conf", type=float, default=0.25)
    parser.add_argument("--most", type=int, default=0, help="take the first so many pictures")
    parser.add_argument("--format", choices=sorted(ENGINES), help="leave artifacts of other formats out")
    parser.add_argument("--device", default="cpu", help="cpu, or vulkan:0 for ncnn")
    parser.add_argument("--precision", default="fp32", choices=("fp32", "auto"), help="auto: as each engine likes best")
    parser.add_argument("--results", type=Path, help="put the rows into this file")
    parser.add_argument("--against", type=Path, help="what Ultralytics runs, where it cannot read the artifact")
    asked = parser.parse_args()
    from yoloport.runtime.artifact import open_artifact

    pictures = sorted(str(file) for file in asked.pictures.rglob("*.jpg"))[: asked.most or None]
    print(f"| {' | '.join(SHOWN)} |", "|---" * len(SHOWN) + "|", sep="\n", flush=True)
    same = True
    for named in asked.artifacts:
        name, _, conf = named.partition("@")
        if asked.format and open_artifact(Path(name)).format != asked.format:
            continue
        one = row(Path(name), float(conf or asked.conf), pictures, asked.device, asked.precision, asked.against)
        same = same and bool(one["same"])
        cells = [f"{value:.2g}" if isinstance(value, float) else str(value) for value in map(one.__getitem__, SHOWN)]
        print("| " + " | ".join(cells) + " |", flush=True)
        if asked.results:
            keep(one, asked.results)
    return 0 if same else 1


if __name__ == "__main__":
    raise SystemExit(main())
