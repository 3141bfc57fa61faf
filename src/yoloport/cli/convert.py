"""``yoloport convert``: weights to what an engine runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def convert(
    weights: Annotated[Path, typer.Argument(help="A .pt file of Ultralytics; only one that you trust.")],
    to: Annotated[str, typer.Option(help="onnx, openvino, ncnn, mnn, torchscript, or a platform's format.")],
    precision: Annotated[str, typer.Option(help="fp32, bf16, fp16 or int8. [the format's own]")] = "",
    calibrate: Annotated[Path | None, typer.Option(help="For int8: dataset YAML, or folder of pictures.")] = None,
    imgsz: Annotated[str, typer.Option(help="Size of the input: N, or height,width.")] = "640",
    dynamic: Annotated[bool, typer.Option("--dynamic", help="Other sizes and batches may go in.")] = False,
    batch: Annotated[int, typer.Option(help="Pictures in one forward pass.")] = 1,
    output: Annotated[Path | None, typer.Option(help="The artifact's folder. [beside the weights]")] = None,
    chip: Annotated[str, typer.Option(help="Chip, for formats that are made for one.")] = "",
    graph: Annotated[str, typer.Option(help="fast, or plain: the exporter's own. [fast where there is one]")] = "",
    force: Annotated[bool, typer.Option("--force", help="Replace an artifact that is there.")] = False,
    skip_check: Annotated[bool, typer.Option("--skip-check", help="Do not load the artifact afterwards.")] = False,
    platform: Annotated[str, typer.Option(help="Platform; auto finds out.")] = "auto",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Convert weights by Ultralytics' exporter or a vendor's tool, try the result, and describe it in yoloport.json.

    Examples:

        yoloport convert best.pt --to onnx

        yoloport convert best.pt --to openvino --precision int8 --calibrate photos/ --imgsz 384,640
    """
    from yoloport.cli import beside_torch, present

    options = {"--to": to, "--precision": precision, "--calibrate": calibrate, "--imgsz": imgsz, "--batch": batch,
               "--output": output, "--chip": chip, "--graph": graph}  # fmt: skip
    switches = {"--dynamic": dynamic, "--force": force, "--skip-check": skip_check, "--dry-run": dry_run}
    with present.problems(json):
        words = [word for flag, value in options.items() if value not in (None, "") for word in (flag, str(value))]
        words += [flag for flag, on in switches.items() if on]
        # A name that begins with a dash stays a name.
        file = str(weights) if not str(weights).startswith("-") else f"./{weights}"
        if dry_run and not _ready(platform):
            present.say("the environment with torch would be made first (see docs/en/install.md); nothing was done")
            raise typer.Exit
        beside_torch.hand_over("yoloport.inside.convert", [file, *words], platform, None, "", json)


def _ready(platform: str) -> bool:
    """Whether torch is at hand: in this Python, or in the platform's environment."""
    from importlib.util import find_spec

    from yoloport.environment import prepare
    from yoloport.workspace.arrange import choose_platform

    if find_spec("torch") is not None:
        return True
    choice, host = choose_platform(platform)
    return prepare.look(choice.platform, host, prepare.Sources(None, "")).ready
