"""Whether the torch-free runtime finds what Ultralytics finds, on every picture of a folder, artifact by artifact.

Runs in an environment that has torch and ultralytics. Each artifact is an ONNX export; both sides run it on ONNX
Runtime's CPU provider, so that the arithmetic around the graph alone can make a difference.

    python benchmarks/runtime_parity.py --pictures FOLDER [--conf 0.25] [--json FILE] ARTIFACT[@CONF] ...
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests")]
# What Ultralytics reads when it is imported: no network, no installs, settings in a folder of this run's own.
os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false")
os.environ.setdefault("YOLO_CONFIG_DIR", tempfile.mkdtemp(prefix="yoloport-parity-"))

HEAD = "| artifact | conf | pictures | boxes | missing | extra | pixels | confidence | mask | order | |"


def row(artifact: Path, conf: float, pictures: list[str]) -> dict[str, object]:
    """One artifact on all pictures."""
    from runtime.parity import Apart, apart, both

    total = Apart()
    for mine, other in both(artifact, pictures, conf):
        total.add(apart(mine, other))
    return {"artifact": artifact.name, "conf": conf, **asdict(total), "same": total.same()}


def main() -> int:
    """Prints the table; 1 where any artifact differs by more than 0.01 pixel or 1e-4 in confidence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("artifacts", nargs="+")
    parser.add_argument("--pictures", type=Path, required=True)
    parser.add_argument("--conf", type=float, default=0.25)
    parser.add_argument("--most", type=int, default=0, help="take the first so many pictures")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    pictures = sorted(str(file) for file in asked.pictures.rglob("*.jpg"))[: asked.most or None]
    rows = []
    print(HEAD, "|---" * 11 + "|", sep="\n", flush=True)
    for artifact in asked.artifacts:
        name, _, conf = artifact.partition("@")
        rows.append(row(Path(name), float(conf or asked.conf), pictures))
        cells = [f"{value:.2g}" if isinstance(value, float) else str(value) for value in rows[-1].values()]
        print("| " + " | ".join(cells) + " |", flush=True)
    if asked.json:
        asked.json.write_text(json.dumps(rows, indent=2), encoding="utf-8")
    return 0 if all(one["same"] for one in rows) else 1


if __name__ == "__main__":
    raise SystemExit(main())
