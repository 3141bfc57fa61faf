#!/usr/bin/env python3
"""Measure every figure of the images: sizes, builds, starts. Writes benchmarks/results/images.json.

    python3 benchmarks/images.py [--rounds N] [--only GROUP ...] [--naive]

Groups: sizes, rebuild, first-detection, arm64-build, jupyter; all of them unless named. What is not measured keeps its
figure in the file, each with its own date and load. ``--naive`` builds benchmarks/naive/Dockerfile too: 25 GB of disk,
six minutes or more; it is removed afterwards. ``scripts/render-docs`` then sets the tables.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import image_naive
import image_times
from image_engine import ROOT, Bench, engine
from interleaved import Timings, machine, measure, run

RESULTS = Path(__file__).with_name("results") / "images.json"
WORKSPACE, RUNTIME, ARM = "yoloport-bench/workspace:cpu", "yoloport-bench/runtime:cpu", "yoloport-bench/runtime:arm64"
ZSTD = ("zstd", "-q", "-5", "-c")
"""As ``yoloport image bundle`` packs."""
Rows = Mapping[str, Mapping[str, Any]]


def main() -> None:
    """Build what is needed, measure, write."""
    given = _options()
    with tempfile.TemporaryDirectory(prefix="yoloport-bench-") as name:
        bench = _bench(given, Path(name))
        kept = json.loads(given.json.read_text(encoding="utf-8")) if given.json.is_file() else {"rows": {}}
        rows: dict[str, Any] = {}
        for group in given.only:
            print(f"{group} …", file=sys.stderr)
            rows |= _dated(GROUPS[group](bench, given.rounds))
        if given.naive:
            rows |= _dated(image_naive.measured(bench, given.rounds))
        bench.remove("yoloport-bench/workspace:changed", "yoloport-bench/runtime:changed", ARM)
        told = {
            "machine": machine(),
            "versions": _versions(bench),
            "rows": dict(sorted({**kept["rows"], **rows}.items())),
        }
    given.json.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
    for key, row in rows.items():
        print(f"{key:<28} {row['value']} {row['unit']}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", choices=list(GROUPS), default=list(GROUPS))
    parser.add_argument("--naive", action="store_true")
    parser.add_argument("--json", type=Path, default=RESULTS)
    data = os.environ.get("YOLOPORT_TEST_DATA") or ROOT.parent / "shared/data"
    parser.add_argument("--data", type=Path, default=Path(data), help="weights/yolov8n.pt and coco/images/val")
    cache = os.environ.get("YOLOPORT_CACHE") or Path.home() / ".cache/yoloport"
    parser.add_argument("--wheelhouse", type=Path, default=Path(cache) / "wheelhouse", help="CPU wheels of torch")
    return parser.parse_args()


def _bench(given: argparse.Namespace, folder: Path) -> Bench:
    """An engine, images that are up to date, and weights to run in them."""
    docker, base = engine()
    wheelhouse = given.wheelhouse if any(given.wheelhouse.glob("torch-*.whl")) else None
    pictures = sorted((given.data / "coco/images/val").glob("*.jpg"))
    bench = Bench(docker, base, wheelhouse, folder / "model", pictures[0])
    if "first-detection" in given.only:
        weights = str(given.data / "weights/yolov8n.pt")
        run(
            [str(ROOT / "yoloport"), "convert", weights, "--to", "onnx", "--output", str(bench.artifact)],
            bench.environ(),
        )
        for one in (folder, *folder.rglob("*")):
            one.chmod(0o755 if one.is_dir() else 0o644)
    if set(given.only) & {"sizes", "rebuild", "jupyter"}:
        bench.build(ROOT / "yoloport", "workspace", WORKSPACE)
    if set(given.only) & {"sizes", "rebuild", "first-detection"}:
        bench.build(ROOT / "yoloport", "runtime", RUNTIME)
    if "sizes" in given.only:
        bench.build(ROOT / "yoloport", "runtime", ARM, "--arch", "arm64")
    return bench


def _sizes(bench: Bench, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield "workspace_size", _megabytes(bench.unpacked(WORKSPACE))
    for name, image in (("amd64", RUNTIME), ("arm64", ARM)):
        yield f"runtime_size_{name}", _megabytes(bench.unpacked(image, name))
        yield f"runtime_zstd_{name}", _megabytes(bench.packed(image, ZSTD, name))


def _rebuild(bench: Bench, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    with image_times.checkout() as folder:
        kinds = ("workspace", "runtime")
        cases = {f"rebuild_{kind}": image_times.rebuild(bench, folder, kind) for kind in kinds}
        cases |= {f"rebuild_{kind}_engine": image_times.engines_rebuild(bench, folder, kind) for kind in kinds}
        yield from _seconds(measure(cases, rounds))


def _first_detection(bench: Bench, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    yield from _seconds(measure({"first_detection": image_times.first_detection(bench, RUNTIME)}, rounds))


def _arm64_build(bench: Bench, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    cases = {
        "arm64_build": image_times.without_cache(bench, "runtime", ARM, "arm64"),
        "arm64_build_prepared": image_times.on_a_prepared_base(bench, ARM, "arm64"),
    }
    yield from _seconds(measure(cases, max(1, rounds // 2)))


def _jupyter(bench: Bench, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    cases = {
        "start_bare": image_times.bare(bench, WORKSPACE),
        "start_workspace": image_times.workspace(bench, WORKSPACE),
    }
    timings = measure(cases, rounds)
    yield from _seconds(timings)
    yield "start_ratio", {"value": round(timings.ratio("start_workspace"), 2), "unit": "x", "rounds": rounds}


Group = Callable[[Bench, int], Iterator[tuple[str, dict[str, Any]]]]
GROUPS: dict[str, Group] = {
    "sizes": _sizes,
    "rebuild": _rebuild,
    "first-detection": _first_detection,
    "arm64-build": _arm64_build,
    "jupyter": _jupyter,
}


def _megabytes(size: int) -> dict[str, Any]:
    return {"value": round(size / 1e6, 1), "unit": "MB"}


def _seconds(timings: Timings) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, values in timings.seconds.items():
        spread = [round(min(values), 2), round(max(values), 2)]
        yield name, {"value": round(statistics.median(values), 2), "unit": "s", "spread": spread, "rounds": len(values)}


def _dated(rows: Iterator[tuple[str, dict[str, Any]]]) -> dict[str, Any]:
    """With the day, and the load when each was done."""
    today = datetime.now(timezone.utc).date().isoformat()
    return {name: {**row, "date": today, "load_1min": round(os.getloadavg()[0], 1)} for name, row in rows}


def _versions(bench: Bench) -> dict[str, str]:
    commit = run(["git", "-C", str(ROOT), "describe", "--always", "--dirty"], bench.environ()).stdout.strip()
    zstd = run(["zstd", "--version"], bench.environ()).stdout.partition(" v")[2].partition(",")[0]
    wheels = sorted(file.name.split("-")[1] for file in (bench.wheelhouse or Path()).glob("torch-*.whl"))
    return {"yoloport": commit, "engine": bench.version(), "zstd": zstd, "torch": wheels[0] if wheels else "index"}


if __name__ == "__main__":
    if not shutil.which("zstd"):
        sys.exit("zstd is needed to measure archives: apt-get install zstd")
    main()
