"""The table of docs/{en,zh}/images.md from benchmarks/results/images.json; scripts/render-docs sets it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).with_name("results") / "images.json"
Words = Mapping[str, str]
Rows = Mapping[str, Mapping[str, Any]]
HEADS = {
    "en": ("", "naive Dockerfile", "hand-tuned try, measured elsewhere", "ours", "target", ""),
    "zh": ("", "常见写法的 Dockerfile", "手工优化的尝试（在别处测得）", "本项目", "目标", ""),
}
VERDICTS = {"en": ("met", "**missed**"), "zh": ("达到", "**未达到**")}
NOT_MEASURED = {"en": "not measured", "zh": "未测"}
CANNOT = {"en": ", and it cannot import ultralytics", "zh": "，而且无法导入 ultralytics"}
NONE = {"en": "none", "zh": "无"}
AGAIN = {"en": "runs pip again", "zh": "重新运行 pip"}
EMULATED = {"en": "pip under emulation, not measured", "zh": "在模拟器下运行 pip，未测"}

AFTERWORDS = {
    "en": "{}; load {} to {} while measuring. Times are medians.",
    "zh": "{}；测量时的系统负载为 {} 到 {}。时间为中位数。",
}


@dataclass(frozen=True)
class Figure:
    """A row: what it is, what others have, which result is ours, and the most that it may be."""

    key: str
    unit: str
    most: float
    tuned: str
    naive: Words
    called: Words


FIGURES = (
    Figure("workspace_size", "MB", 1500, "1.84 GB", {}, {
        "en": "workspace image, CPU", "zh": "工作区镜像，CPU",
    }),
    Figure("rebuild_workspace_engine", "s", 1, "0.7 s", AGAIN, {
        "en": "rebuild after yoloport changed, `docker build`: workspace",
        "zh": "yoloport 改动后重建，`docker build`：工作区",
    }),
    Figure("rebuild_runtime_engine", "s", 1, "0.8 s", NONE, {
        "en": "the same: runtime", "zh": "同上：runtime",
    }),
    Figure("rebuild_workspace", "s", 1, "", NONE, {
        "en": "the same with `yoloport image build`: workspace", "zh": "同样的重建，用 `yoloport image build`：工作区",
    }),
    Figure("rebuild_runtime", "s", 1, "", NONE, {
        "en": "the same: runtime", "zh": "同上：runtime",
    }),
    Figure("runtime_size_amd64", "MB", 300, "469 MB", NONE, {
        "en": "runtime image, amd64", "zh": "runtime 镜像，amd64",
    }),
    Figure("runtime_size_arm64", "MB", 300, "484 MB", NONE, {
        "en": "runtime image, arm64", "zh": "runtime 镜像，arm64",
    }),
    Figure("runtime_zstd_amd64", "MB", 100, "156 MB (zstd -3)", NONE, {
        "en": "as an archive (zstd -5), amd64", "zh": "打包成文件（zstd -5），amd64",
    }),
    Figure("runtime_zstd_arm64", "MB", 100, "", NONE, {
        "en": "as an archive (zstd -5), arm64", "zh": "打包成文件（zstd -5），arm64",
    }),
    Figure("first_detection", "s", 1, "1.7 s", NONE, {
        "en": "`docker run` to the first detection, yolov8n at 640",
        "zh": "从 `docker run` 到第一个检测结果，yolov8n，640",
    }),
    Figure("arm64_build_prepared", "s", 16, "16 s", EMULATED, {
        "en": "runtime for arm64 built on amd64, on a base that has Python",
        "zh": "在 amd64 上、在已有 Python 的基础镜像上构建 arm64 的 runtime",
    }),
    Figure("arm64_build", "s", 16, "", EMULATED, {
        "en": "the same with every step done anew",
        "zh": "同上，每一步都重新做",
    }),
    Figure("start_ratio", "×", 1.2, "3–4 s", {}, {
        "en": "start until JupyterLab answers, against bare `jupyter lab` of the same image",
        "zh": "启动到 JupyterLab 应答，与同一镜像中单独的 `jupyter lab` 相比",
    }),
)  # fmt: skip


def table(language: str, file: Path = RESULTS) -> str:
    """Markdown: the rows, and a line on where and when they were measured."""
    told = json.loads(file.read_text(encoding="utf-8"))
    rows = told["rows"]
    lines = [f"| {' | '.join(HEADS[language])} |", "|---" * len(HEADS[language]) + "|"]
    lines += [f"| {' | '.join(_cells(figure, rows, language))} |" for figure in FIGURES]
    return "\n".join([*lines, "", _where(told, language), ""])


def _cells(figure: Figure, rows: Rows, language: str) -> tuple[str, ...]:
    row = rows.get(figure.key)
    naive = _naive(figure, rows, language) or figure.naive[language]
    ours, verdict = NOT_MEASURED[language], ""
    if row:
        ours, verdict = _ours(figure, row["value"], rows), VERDICTS[language][row["value"] > figure.most]
    target = f"≤ {_said(figure.most, figure.unit)}"
    return figure.called[language], naive, figure.tuned or NOT_MEASURED[language], ours, target, verdict


def _ours(figure: Figure, value: float, rows: Rows) -> str:
    said = _said(value, figure.unit)
    if figure.key != "start_ratio":
        return said
    return f"{said} ({rows['start_workspace']['value']:.1f} s / {rows['start_bare']['value']:.1f} s)"


def _said(value: float, unit: str) -> str:
    if unit != "MB":
        return f"{value:g} {unit}"
    return f"{value / 1000:.3g} GB" if value >= 1000 else f"{value:.0f} MB"


def _naive(figure: Figure, rows: Rows, language: str) -> str:
    """What was measured of it; empty where nothing is."""
    if figure.key == "workspace_size" and "naive_size" in rows:
        fails = "" if rows["naive_imports"]["value"] else CANNOT[language]
        return _said(rows["naive_size"]["value"], "MB") + fails
    if figure.key == "start_ratio" and "naive_start" in rows:
        return _said(round(rows["naive_start"]["value"], 1), "s")
    return "" if figure.naive else NOT_MEASURED[language]


def _where(told: Mapping[str, Any], language: str) -> str:
    rows, versions = told["rows"].values(), told["versions"]
    days = sorted({row["date"] for row in rows})
    loads = sorted(row["load_1min"] for row in rows)
    when = days[0] if len(days) == 1 else f"{days[0]} – {days[-1]}"
    where = ", ".join((when, told["machine"], versions["engine"], f"torch {versions['torch']}"))
    return AFTERWORDS[language].format(where, f"{loads[0]:g}", f"{loads[-1]:g}")
