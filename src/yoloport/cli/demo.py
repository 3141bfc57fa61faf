"""``yoloport demo``: train, validate, predict, export, report; without a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def demo(
    data: Annotated[Path | None, typer.Option(help="Ultralytics dataset YAML. [helmet scenes drawn here]")] = None,
    weights: Annotated[Path | None, typer.Option(help="Checkpoint to start from. [random weights]")] = None,
    epochs: Annotated[int | None, typer.Option(min=1, help="Epochs. [what the recipe says]")] = None,
    out: Annotated[Path, typer.Option(help="Folder for report.html, report.json and the run.")] = Path("yoloport-demo"),
    platform: Annotated[str, typer.Option(help="Platform; auto finds out.")] = "auto",
    wheelhouse: Annotated[Path | None, typer.Option(help="Folder of wheels that comes before any index.")] = None,
    mirror: Annotated[str, typer.Option(help="Package index to use in place of pip's own.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Train YOLOv8n on helmet scenes, validate, predict on photographs, export to ONNX, and write a report.

    Examples:

        yoloport demo

        yoloport demo --data my/dataset.yaml --weights yolov8n.pt --epochs 10 --out my-report
    """
    from yoloport.cli import beside_torch, present

    options = {"--data": data, "--weights": weights, "--epochs": epochs, "--out": out}
    with present.problems(json):
        arguments = [word for flag, value in options.items() if value is not None for word in (flag, str(value))]
        beside_torch.hand_over("yoloport.inside.demo", arguments, platform, wheelhouse, mirror, json)
