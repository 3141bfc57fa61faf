"""The models that are compared: Ultralytics' own exports, and this project's conversions, of the same weights."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Artifacts:
    """A folder of models, made when they are missing."""

    folder: Path
    weights: Path
    calibration: Path

    def exported(self, name: str, **settings: object) -> Path:
        """Ultralytics' export of these settings, under a name of its own."""
        beside = self.folder / name / self.weights.name
        there = [one for one in beside.parent.glob("*") if one.suffix != ".pt"] if beside.parent.is_dir() else []
        if there:
            return there[0]
        beside.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(self.weights, beside)
        told = ", ".join(f"{key}={value!r}" for key, value in settings.items())
        _run([sys.executable, "-c", f"from ultralytics import YOLO; YOLO({str(beside)!r}).export({told}, imgsz=640)"])
        return next(one for one in beside.parent.glob("*") if one.suffix != ".pt")

    def converted(self, name: str, *words: str) -> Path:
        """This project's artifact of these options of ``yoloport convert``."""
        place = self.folder / name
        if not place.is_dir():
            argv = [sys.executable, "-m", "yoloport.inside.convert", str(self.weights), "--output", str(place), *words]
            _run(argv)
        return place


def _run(argv: list[str]) -> None:
    environ = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{os.environ.get('PYTHONPATH', '')}",
               "YOLO_OFFLINE": "true", "YOLO_AUTOINSTALL": "false"}  # fmt: skip
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(argv)}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
