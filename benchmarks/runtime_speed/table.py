"""The tables of docs/{en,zh}/runtime.md from benchmarks/results/runtime.json; scripts/render-docs sets them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parents[1] / "results/runtime.json"
CLAIMS = {
    "en": {
        "throughput": "pictures a second, fp32, 640 x 640, against Ultralytics' OpenVINO",
        "ceiling": "the bare engine with Ultralytics' graph, which reads no picture, against the same",
        "throughput-rect": "fp32, the least rectangle on both sides",
        "best": "fp32, against Ultralytics' fastest float format here",
        "int8": "int8, 640 x 640, against Ultralytics' OpenVINO in fp32",
        "ceiling-int8": "the bare engine in int8, which reads no picture, against the same",
        "int8-rect": "int8, the least rectangle on both sides",
        "torch": "fp32, the same boxes, least rectangle, against Ultralytics' PyTorch",
        "latency": "one picture a call, fp32, against Ultralytics' OpenVINO",
        "share": "share of the bare engine's throughput with the graph that Ultralytics exports, fp32",
        "share-int8": "the same, int8",
        "beyond": "processor time beyond that bare forward pass, fp32",
        "beyond-int8": "the same, int8",
        "share-fast": "share of the bare engine's throughput with the fast graph, which works out no boxes, fp32",
        "share-fast-int8": "the same, int8",
    },
    "zh": {
        "throughput": "每秒图片数，fp32，640 x 640，对比 Ultralytics 的 OpenVINO",
        "ceiling": "不读图片的裸引擎（Ultralytics 的图），对比同上",
        "throughput-rect": "fp32，双方都用最小矩形",
        "best": "fp32，对比此处 Ultralytics 最快的浮点格式",
        "int8": "int8，640 x 640，对比 Ultralytics 的 OpenVINO（fp32）",
        "ceiling-int8": "不读图片的裸引擎，int8，对比同上",
        "int8-rect": "int8，双方都用最小矩形",
        "torch": "fp32，检测框相同，最小矩形，对比 Ultralytics 的 PyTorch",
        "latency": "每次调用一张图片，fp32，对比 Ultralytics 的 OpenVINO",
        "share": "占裸引擎用 Ultralytics 导出的图的吞吐量的比例，fp32",
        "share-int8": "同上，int8",
        "beyond": "上述裸前向计算之外的处理器时间，fp32",
        "beyond-int8": "同上，int8",
        "share-fast": "占裸引擎用快速图（框由运行时计算）的吞吐量的比例，fp32",
        "share-fast-int8": "同上，int8",
    },
}
HEADS = {
    "en": ("", "measured", "over the rounds", "target", ""),
    "zh": ("", "实测", "各轮范围", "目标", ""),
}
MET = {"en": ("missed", "met"), "zh": ("未达到", "达到")}
RUNS = {
    "en": ("", "pictures a second", "slowest to fastest round", "processor ms a picture", "peak memory, MB", "boxes"),
    "zh": ("", "每秒图片数", "最慢到最快的一轮", "每张图片处理器毫秒", "内存峰值，MB", "框数"),
}
LEAD = {
    "en": "{date}, {machine}; {versions}; YOLOv8n, {rounds} rounds of {pictures} pictures of COCO; "
    "load {before} before, {after} after:",
    "zh": "{date}，{machine}；{versions}；YOLOv8n，{rounds} 轮，每轮 {pictures} 张 COCO 图片；"
    "负载：之前 {before}，之后 {after}：",
}
RUN_WORDS = {"bare ": "裸 ", ", one by one": "，逐张", ", rect": "，最小矩形", ", fast graph": "，快速图", ", ": "，"}


def claims(language: str, file: Path = RESULTS) -> str:
    """Where and when, and what was reached, a line for each claim."""
    told = json.loads(file.read_text(encoding="utf-8"))
    versions = ", ".join(f"{name} {number}" for name, number in told["versions"].items())
    facts = {key: told[key] for key in ("date", "machine", "rounds", "pictures")}
    lead = LEAD[language].format(**facts, versions=versions, **told["load_1min"])
    return f"{lead}\n\n" + _table(HEADS[language], [_claim(one, language) for one in told["claims"]])


def runs(language: str, file: Path = RESULTS) -> str:
    """What each contestant did."""
    told = json.loads(file.read_text(encoding="utf-8"))
    return _table(RUNS[language], [_run(name, one, language) for name, one in told["contestants"].items()])


def _claim(one: dict[str, Any], language: str) -> list[str]:
    shown = _percent if one["kind"] == "beyond" else _times
    if one["kind"] == "share":
        shown = _share
    range_of = f"{shown(one['least'])} – {shown(one['most'])}"
    cells = [CLAIMS[language][one["name"]], shown(one["value"]), range_of]
    if one["target"] is None:
        return [*cells, "", ""]
    sign = "≤" if one["kind"] == "beyond" else "≥"
    return [*cells, f"{sign} {shown(one['target'])}", MET[language][one["met"]]]


def _run(name: str, one: dict[str, Any], language: str) -> list[str]:
    if language == "zh":
        for word, other in RUN_WORDS.items():
            name = name.replace(word, other)
    boxes = "–" if one["boxes"] == [0] else ", ".join(map(str, one["boxes"]))
    speed = f"{one['slowest']:.1f} – {one['fastest']:.1f}"
    return [name, f"{one['per_second']:.1f}", speed, f"{one['cpu_ms']:.0f}", f"{one['peak_mb']}", boxes]


def _times(value: float) -> str:
    return f"{value:.2f} x"


def _share(value: float) -> str:
    return f"{value:.2f}"


def _percent(value: float) -> str:
    return f"{value * 100:.1f} %"


def _table(heads: tuple[str, ...], lines: list[list[str]]) -> str:
    written = [f"| {' | '.join(cells)} |" for cells in (list(heads), *lines)]
    return "\n".join([written[0], "|---" * len(heads) + "|", *written[1:]]) + "\n"
