"""The words beside the model: ``yoloport.json`` for the runtime, and ``conversion.json`` for people and tools."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from yoloport import __version__
from yoloport.inside.convert.target import Target
from yoloport.runtime.artifact import OWN
from yoloport.runtime.metadata import Metadata, of_ultralytics, preprocess_of, raw_head_of

REPORT = "conversion.json"
NAMES = {"float32": "fp32", "float16": "fp16", "bfloat16": "bf16", "int8": "int8", "uint8": "int8", "int4": "int4"}


def precision_of(stored: Mapping[str, int]) -> str:
    """What most of the weights are stored in; empty where nothing is known."""
    weights = {kind: count for kind, count in stored.items() if kind in NAMES}
    return NAMES[max(weights, key=lambda kind: weights[kind])] if weights else ""


def digest(file: Path) -> str:
    """SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() if hasattr(hashlib, "file_digest") else _slow(opened)


def _slow(opened: Any) -> str:
    made = hashlib.sha256()
    for part in iter(lambda: opened.read(1 << 20), b""):
        made.update(part)
    return made.hexdigest()


def metadata(target: Target, made: Mapping[str, Any], source: str, versions: Mapping[str, str]) -> Metadata:
    """What the artifact takes and gives; precision is what lies in the file.

    Args:
        target: its format.
        made: the result of the exporting process.
        source: SHA-256 of the weights.
        versions: of the packages that made it.
    """
    told = of_ultralytics(made["said"], f"what Ultralytics says of {made['file']}", target.format)
    own: dict[str, Any] = {
        "precision": precision_of(made["stored"]),
        "preprocess": preprocess_of(made["preprocess"]),
        "raw_head": raw_head_of(made["raw_head"]),
        "source_digest": source,
        "versions": {"yoloport": __version__, **made["versions"], **versions},
    }
    return replace(told, **own)


def write(folder: Path, file: str, facts: Metadata) -> None:
    """``yoloport.json``; classes keep their own script."""
    told = {"file": file, **asdict(facts)}
    _write(folder / OWN, told)


def report(folder: Path, told: Mapping[str, Any]) -> None:
    """``conversion.json``."""
    _write(folder / REPORT, told)


def _write(file: Path, told: Mapping[str, Any]) -> None:
    file.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
