"""The table of docs/{en,zh}/convert.md from benchmarks/results/accuracy.json; scripts/render-docs sets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results") / "accuracy.json"
HEADS = {
    "en": ("artifact", "precision", "graph", "mAP50-95", "below the first", "mAP50", "boxes above 0.25"),
    "zh": ("产物", "精度", "图", "mAP50-95", "低于第一行", "mAP50", "高于 0.25 的框"),
}


def table(language: str, file: Path = RESULTS) -> str:
    """Markdown, a line for each row of the results, with a line feed at its end; averages in points of a hundred."""
    rows = json.loads(file.read_text(encoding="utf-8"))
    lines = [f"| {' | '.join(HEADS[language])} |", "|---" * len(HEADS[language]) + "|"]
    lines += [f"| {' | '.join(_cells(row, rows[0]))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _cells(row: dict[str, Any], first: dict[str, Any]) -> list[str]:
    # A difference of nothing has no sign.
    points = [f"{round(100 * value, 2) + 0:.2f}" for value in (row["map"], first["map"] - row["map"], row["map50"])]
    return [row["format"], row["precision"], row["graph"], *points, str(row["boxes"])]
