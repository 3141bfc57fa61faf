"""The table of starts in docs/{en,zh}/runtime.md from results/runtime_start.json; scripts/render-docs sets it."""

from __future__ import annotations

import json
from pathlib import Path

RESULTS = Path(__file__).with_name("results") / "runtime_start.json"
HEADS = {
    "en": ("engine", "process", "seconds, median", "fastest", "peak memory, MB"),
    "zh": ("引擎", "进程", "秒，中位数", "最快", "内存峰值，MB"),
}
NAMES = {"load": "`load(…)(picture)[0]`", "predict": "`yoloport predict`", "ultralytics": "Ultralytics {}"}
FAST = {"en": ", fast graph", "zh": "，快速图"}
MADE = {
    "en": "{date}, {machine}, {rounds} rounds, load {before} to {after}.",
    "zh": "{date}，{machine}，{rounds} 轮，负载 {before} 至 {after}。",
}


def table(language: str, file: Path = RESULTS) -> str:
    """Markdown: where and when it was measured, and a line for each process."""
    made = json.loads(file.read_text(encoding="utf-8"))
    when = MADE[language].format(
        date=made["date"][:10], machine=made["machine"], rounds=made["rounds"], **made["load_1min"]
    )
    lines = [when, "", f"| {' | '.join(HEADS[language])} |", "|---" * len(HEADS[language]) + "|"]
    for row in made["rows"]:
        who = NAMES[row["who"]].format(made["ultralytics"])
        numbers = f"{row['median_s']:.2f} | {row['fastest_s']:.2f} | {row['peak_mb']}"
        fast = FAST[language] if row.get("fast") else ""
        lines.append(f"| {row['format']} {row['engine']}{fast} | {who} | {numbers} |")
    return "\n".join(lines) + "\n"
