"""What the tests of the tools' parsers share: recorded outputs as answers, and the parser of each platform."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

from yoloport.host.facts import Answer, Card

OUTPUTS = Path(__file__).parent / "outputs"
NVIDIA = (
    "nvidia-smi",
    "--query-gpu=index,name,pci.bus_id,driver_version,memory.used,memory.total",
    "--format=csv,noheader,nounits",
)
BM_TEXT = ("bm-smi", "--start_dev=0", "--last_dev=0", "--text_format")
RKNPU = "/sys/kernel/debug/rknpu/"
# Platform, question, and the outputs that answer it.
ASKED: tuple[tuple[str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("ascend", ("npu-smi", "info"), ("a2", "910a", "300i-duo", "310p", "310p-broken-border", "310b", "a3", "950")),
    ("ascend", ("npu-smi", "info", "-m"), ("map-a2", "map-a3", "map-300i-duo")),
    ("ascend", ("npu-smi", "info", "-t", "board", "-i", "0"), ("board-310p",)),
    ("cuda", NVIDIA, ("two", "shared-memory", "warning", "none")),
    ("cambricon", ("cnmon",), ("v4", "v5")),
    ("hygon", ("hy-smi",), ("k100", "bw1000")),
    ("hygon", ("hy-smi", "--showproductname"), ("details",)),
    ("mthreads", ("mthreads-gmi",), ("s80", "s5000")),
    ("iluvatar", ("ixsmi",), ("bi-v100", "bi-v150")),
    ("metax", ("mx-smi",), ("n260", "c500")),
    ("kunlunxin", ("xpu-smi",), ("p800",)),
    ("enflame", ("efsmi",), ("s60", "l300")),
    ("enflame", ("efsmi", "-q"), ("long-s60",)),
    ("thead", ("ppu-smi",), ("zw810e",)),
    ("sophgo", ("bm-smi", "--noloop"), ("soc", "three-chips", "none")),
    ("sophgo", BM_TEXT, ("text",)),
    ("rockchip", ("cat", RKNPU + "version"), ("version",)),
    ("rockchip", ("cat", RKNPU + "load"), ("load-three-cores", "load-one-core")),
)
PREFIX = {"cat": "rknpu"}
EVERY = [(name, argv, f"{PREFIX.get(argv[0], argv[0])}-{what}") for name, argv, whats in ASKED for what in whats]


def text_of(output: str) -> str:
    """A recorded output."""
    return (OUTPUTS / f"{output}.txt").read_text(encoding="utf-8")


def parser(platform: str) -> Callable[[tuple[Answer, ...]], tuple[Card, ...]]:
    """The function that reads the answers of this platform's tool."""
    module = importlib.import_module(f"yoloport.platforms.{platform}.tool")
    return module.cards


def answer(output: str) -> tuple[str, Answer]:
    """A recorded output as the answer to its question, and whose tool gave it."""
    name, argv, _ = next(row for row in EVERY if row[2] == output)
    return name, Answer(argv, text_of(output))


def cards(*outputs: str) -> tuple[Card, ...]:
    """What the parser makes of these outputs of one machine."""
    read = [answer(output) for output in outputs]
    return parser(read[0][0])(tuple(said for _, said in read))
