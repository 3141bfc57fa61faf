"""Go into a running workspace."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from yoloport.supervise.inherit import environment_of
from yoloport.workspace.register import Record
from yoloport.workspace.render_engine import container_name

_ENTER = ("-m", "yoloport.supervise.enter")


def enter(record: Record, command: Sequence[str]) -> NoReturn:
    """Replace this process by a shell, or by the command, with the environment that kernels have."""
    if record.engine == "local":
        os.execve(record.python, [record.python, *_ENTER, *command], environment_of(record.pid) | _terminal())
    terminal = ["--tty"] if sys.stdin.isatty() and sys.stdout.isatty() else []
    argv = [record.client, "exec", "--interactive", *terminal, container_name(record.name), "python", *_ENTER, *command]
    os.execvp(record.client, argv)


def _terminal() -> dict[str, str]:
    return {name: os.environ[name] for name in ("TERM", "LANG", "COLUMNS", "LINES") if name in os.environ}
