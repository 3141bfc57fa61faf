"""The table of docs/{en,zh}/runtime.md from benchmarks/results/runtime_parity.json; scripts/render-docs sets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results") / "runtime_parity.json"
HEADS = {
    "en": ("engine", "task", "form", "conf", "pictures", "boxes", "missing", "extra", "pixels", "confidence"),
    "zh": ("引擎", "任务", "形状", "阈值", "图片", "框数", "缺少", "多出", "像素", "置信度"),
}
TASKS = {
    "en": {"obb": "rotated boxes"},
    "zh": {"detect": "检测", "segment": "分割", "pose": "姿态", "obb": "旋转框", "classify": "分类"},
}
RAW_HEAD = {"en": ", fast graph", "zh": "，快速图"}
END_TO_END = {"en": ", end to end", "zh": "，端到端"}


def table(language: str, file: Path = RESULTS) -> str:
    """Markdown, a line for each row of the results, with a line feed at its end."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    lines = [f"| {' | '.join(HEADS[language])} |", "|---" * len(HEADS[language]) + "|"]
    lines += [f"| {' | '.join(_cells(row, language))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cells(row: dict[str, Any], language: str) -> list[str]:
    task = TASKS[language].get(row["task"], row["task"])
    if row.get("end2end"):
        task += END_TO_END[language]
    if row.get("raw_head"):
        task += RAW_HEAD[language]
    on = "" if row["device"] == "cpu" else f", {row['device']}"
    precision = "" if row["precision"] == "fp32" else f", {row['precision']}"
    numbers = [f"{row[name]:.2g}" if row[name] else "0" for name in ("pixels", "confidence")]
    counts = [str(row[name]) for name in ("pictures", "boxes", "missing", "extra")]
    form = "dynamic" if row["dynamic"] else "static"
    return [f"{row['format']} {row['engine']}{on}{precision}", task, form, f"{row['conf']:g}", *counts, *numbers]
