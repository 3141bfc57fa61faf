"""Run a verb that needs torch: here, if this Python has it, else in the platform's environment, made if missing."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn


def hand_over(
    module: str, arguments: Sequence[str], platform: str, wheelhouse: Path | None, mirror: str, json: bool
) -> NoReturn:
    """Replace this process by ``python -m module`` beside torch."""
    from yoloport.workspace.arrange import choose_platform

    inside = importlib.util.find_spec("torch") is not None
    named = (
        os.environ.get("YOLOPORT_PLATFORM", "") if platform == "auto" else ""
    )  # an image knows what it was built for
    choice, host = choose_platform(named or platform)
    words = [*arguments, "--platform", choice.platform.name, *(["--json"] if json else [])]
    if not inside:
        from yoloport.cli.present import say, steps
        from yoloport.environment import prepare

        say(f"[bold]platform[/] {choice.platform.name}: {choice.reason}")
        prepared = prepare.look(choice.platform, host, prepare.Sources(wheelhouse, mirror))
        with steps() as shown:
            environment = prepare.make(prepared, lambda title, event: shown(title, event.what, event.done, event.total))
        _execute(environment.python, module, words)
    _execute(Path(sys.executable), module, words)


def _execute(python: Path, module: str, words: Sequence[str]) -> NoReturn:
    from yoloport.host import folders
    from yoloport.supervise.settings import toolkit_modules
    from yoloport.supervise.variables import BESIDE_TORCH

    # The user's own Ultralytics settings stay untouched.
    defaults = {**BESIDE_TORCH, "YOLO_CONFIG_DIR": str(folders.cache() / "ultralytics")}
    modules = toolkit_modules(os.environ.pop("PYTHONPATH", ""))
    os.environ.pop("PYTHONHOME", None)
    environ = {**defaults, **os.environ, **({"PYTHONPATH": modules} if modules else {})}
    Path(environ["YOLO_CONFIG_DIR"]).mkdir(parents=True, exist_ok=True)
    os.execve(python, [str(python), "-m", module, *words], environ)
