"""What a demo was asked to do, and the command that asks the same again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Request:
    """A demo to run.

    Args:
        out: folder for the report and the run.
        data: dataset YAML; without it helmet scenes are drawn.
        weights: checkpoint to start from; without it random weights.
        epochs: passes over the training pictures; without it as many as the recipe says.
        scenes: folder to draw scenes into.
        device: device in Ultralytics' words; without it Ultralytics chooses.
        platform: name for the report.
    """

    out: Path
    data: Path | None = None
    weights: Path | None = None
    epochs: int | None = None
    scenes: Path | None = None
    device: str | None = None
    platform: str | None = None

    def command(self) -> str:
        """The command line of this request."""
        given = (
            ("--data", self.data),
            ("--weights", self.weights),
            ("--epochs", self.epochs),
            ("--out", self.out),
            ("--scenes", self.scenes),
            ("--device", self.device),
            ("--platform", self.platform),
        )
        words = [str(word) for option, value in given if value is not None for word in (option, value)]
        return shlex.join(["./yoloport", "demo", *words])

    def scenes_folder(self, environ: Mapping[str, str]) -> Path:
        """Where scenes are drawn: as asked, else with the workspace's datasets, else beside the report."""
        if self.scenes is not None:
            return self.scenes.absolute()
        if environ.get("YOLOPORT_DATA"):
            return Path(environ["YOLOPORT_DATA"]) / "datasets" / "helmet-scenes"
        return self.out.absolute() / "helmet-scenes"
