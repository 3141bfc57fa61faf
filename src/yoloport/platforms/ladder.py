"""The verification ladder of a platform, read from the evidence files in its folder. No cell is typed by hand."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yoloport.platforms.load import BadPlatformFolder, folder_of
from yoloport.platforms.schema import Words

FORMAT = 1
CAPABILITIES = ("image", "workspace", "train", "predict", "convert", "serve", "distributed")
RUNGS: tuple[Words, ...] = (
    {"en": "described", "zh": "有描述"},
    {"en": "rendered and schema-checked", "zh": "能生成并通过检查"},
    {"en": "simulated, or on a recorded machine", "zh": "在模拟器或记录的机器上"},
    {"en": "run under emulation", "zh": "在仿真下运行过"},
    {"en": "run on the hardware", "zh": "在真实硬件上运行过"},
)


@dataclass(frozen=True)
class Reached:
    """The highest rung of a cell, when it was reached, on what, and the evidence file; rung 0 needs no evidence."""

    rung: int
    date: dt.date | None = None
    file: Path | None = None
    on: str = ""


class _Loose(BaseModel):
    """Evidence of a newer version may hold more keys than this one reads."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class _Machine(_Loose):
    platform: str
    device_name: str = ""
    architecture: str = ""


class _Ground(_Loose):
    expected: str
    used: str
    simulated: bool
    emulator: str

    def ceiling(self) -> int:
        """The highest rung that work on this ground can prove."""
        if self.used != self.expected:
            return 0
        return 2 if self.simulated else 3 if self.emulator else 4


class _Check(_Loose):
    id: str
    passed: bool


class _Cell(_Loose):
    capability: str
    rung: int | None = Field(ge=0, le=4)
    checks: tuple[str, ...] = Field(min_length=1)


class _Evidence(_Loose):
    format: int
    date: dt.datetime
    machine: _Machine
    ground: _Ground
    checks: tuple[_Check, ...]
    ladder: tuple[_Cell, ...]


def matrix(platform: str) -> dict[str, Reached]:
    """The highest rung of each capability, in the order of ``CAPABILITIES``; of equals the latest.

    Raises:
        UnknownPlatform: no such platform.
        BadPlatformFolder: an evidence file is malformed, is another platform's, or claims more than it can prove.
    """
    found = {capability: Reached(0) for capability in CAPABILITIES}
    for file in sorted((folder_of(platform) / "evidence").glob("*.json")):
        evidence = _read(file, platform)
        machine, day = evidence.machine, evidence.date.date()
        on = ", ".join(filter(None, (machine.device_name, machine.architecture)))
        for cell in evidence.ladder:
            before = found[cell.capability]
            if cell.rung and (cell.rung, day) >= (before.rung, before.date or dt.date.min):
                found[cell.capability] = Reached(cell.rung, day, file, on)
    return found


def _read(file: Path, platform: str) -> _Evidence:
    try:
        evidence = _Evidence.model_validate(json.loads(file.read_text(encoding="utf-8")))
    except ValidationError as error:
        first = error.errors()[0]
        raise BadPlatformFolder(file, ".".join(map(str, first["loc"])) or "evidence", first["msg"]) from error
    except (OSError, ValueError, RecursionError) as error:
        raise BadPlatformFolder(file, "JSON", str(error)) from error
    key, why = _fault(evidence, platform)
    if why:
        raise BadPlatformFolder(file, key, why)
    return evidence


def _fault(evidence: _Evidence, platform: str) -> tuple[str, str]:
    """The key that is wrong in itself, and why; two empty strings where none is."""
    if evidence.format != FORMAT:
        return "format", f"is {evidence.format}, this yoloport reads {FORMAT}"
    if evidence.machine.platform != platform:
        return "machine.platform", f"is {evidence.machine.platform!r}, the folder is that of {platform!r}"
    passed = {check.id for check in evidence.checks if check.passed}
    ceiling = evidence.ground.ceiling()
    for place, cell in enumerate(evidence.ladder):
        if cell.capability not in CAPABILITIES:
            return f"ladder.{place}.capability", f"{cell.capability!r} is none of {', '.join(CAPABILITIES)}"
        if cell.rung and not passed.issuperset(cell.checks):
            return f"ladder.{place}.checks", f"rung {cell.rung} rests on a check that did not pass"
        if (cell.rung or 0) > ceiling:
            return f"ladder.{place}.rung", f"is {cell.rung}, work on this ground proves {ceiling} at most"
    return "", ""
