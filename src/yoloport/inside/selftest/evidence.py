"""The evidence file: what a selftest found, for the verification ladder, whose matrix is made of such files."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from yoloport.errors import Exit, Problem
from yoloport.inside.selftest.check import Outcome
from yoloport.inside.selftest.rung import Cell, Ground
from yoloport.measure.machine import Machine
from yoloport.measure.report import finite

FORMAT = 1


class CannotWriteEvidence(Problem):
    """The evidence file could not be written."""

    exit = Exit.DATA_FOLDER

    def __init__(self, file: Path, why: str) -> None:
        self.file = file
        super().__init__(f"{file}: cannot be written: {why}", "Choose another place with --out FILE.")


@dataclass(frozen=True)
class Evidence:
    """An evidence file, format 1: a JSON object with these keys, and ``format``.

    Args:
        date: when the selftest began, UTC, ISO 8601.
        machine: platform, device, its name, processor, architecture, threads, versions (yoloport's among them).
        ground: device type expected and used, whether the accelerator is simulated, the emulator if any.
        checks: each check with id, what it proves, title, passed, seconds, figures and, where it failed, why.
        ladder: each capability that was checked, with the rung it reached or null, and the checks it rests on.
    """

    date: str
    machine: Machine
    ground: Ground
    checks: tuple[Outcome, ...]
    ladder: tuple[Cell, ...]

    def passed(self) -> bool:
        """Whether every check passed."""
        return all(check.passed for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        """The file's content."""
        plain: dict[str, Any] = finite({"format": FORMAT, **asdict(self)})
        return plain


def default_file(platform: str, date: str, environ: Mapping[str, str]) -> Path:
    """``evidence-<platform>-<date>.json`` in the workspace's data folder, or in the current one outside a workspace.

    Args:
        platform: the platform's name.
        date: ISO 8601; its day, hour, minute and second go into the name.
        environ: the environment, for ``YOLOPORT_DATA``.
    """
    folder = Path(environ["YOLOPORT_DATA"]) / "evidence" if environ.get("YOLOPORT_DATA") else Path()
    stamp = date[:19].replace("-", "").replace(":", "")
    return folder / f"evidence-{platform}-{stamp}Z.json"


def write(evidence: Evidence, file: Path) -> Path:
    """Writes the file under another name first, then renames it.

    Raises:
        CannotWriteEvidence: the folder cannot be made or written into.
    """
    file = file.expanduser().absolute()
    text = json.dumps(evidence.to_json(), ensure_ascii=False, indent=2, allow_nan=False) + "\n"
    temporary = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)
    except OSError as failure:
        raise CannotWriteEvidence(file, failure.strerror or str(failure)) from failure
    return file
