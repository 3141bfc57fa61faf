"""The Dockerfile that users write today, measured like ours."""

from __future__ import annotations

import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import image_times
from image_engine import Bench
from interleaved import measure, run

FOLDER = Path(__file__).with_name("naive")
IMAGE = "yoloport-bench/naive:latest"
NEEDED = 25e9
"""Bytes of disk: the image, unpacked and packed, and what the build keeps."""
_STEP = "pip install --break-system-packages ultralytics jupyterlab"
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def measured(bench: Bench, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Build it anew, measure, and remove it.

    Raises:
        SystemExit: the disk has no room for it.
    """
    free = shutil.disk_usage(FOLDER).free
    if free < NEEDED:
        raise SystemExit(f"{free / 1e9:.0f} GB of disk free, {NEEDED / 1e9:.0f} are needed for the naive image")
    secret = ["--secret", f"id=ca,src={_CERTIFICATES}"] if _CERTIFICATES.is_file() else []
    begin = time.monotonic()
    argv = [bench.docker, "build", "--no-cache", "--build-arg", f"BASE={bench.base}", *secret, "--tag", IMAGE]
    run([*argv, str(FOLDER)], {**bench.environ(), "DOCKER_BUILDKIT": "1"})
    yield "naive_build", {"value": round(time.monotonic() - begin, 1), "unit": "s", "rounds": 1}
    try:
        yield from built(bench, rounds)
    finally:
        bench.remove(IMAGE)
        _forget(bench)


def built(bench: Bench, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Its size, whether Ultralytics can be imported in it, and how long it takes to answer."""
    yield "naive_size", {"value": round(bench.unpacked(IMAGE) / 1e6, 1), "unit": "MB"}
    argv = [bench.docker, "run", "--rm", IMAGE, "python3", "-c", "from ultralytics import YOLO"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    said = done.stderr.strip().splitlines()[-1:] or [""]
    yield "naive_imports", {"value": done.returncode == 0, "unit": "", "said": said[0]}
    timings = measure({"naive_start": image_times.naive(bench, IMAGE)}, rounds)
    values = timings.seconds["naive_start"]
    spread = [round(min(values), 2), round(max(values), 2)]
    yield "naive_start", {"value": round(statistics.median(values), 2), "unit": "s", "spread": spread, "rounds": rounds}


def _forget(bench: Bench) -> None:
    """Take its steps out of the engine's cache: ten gigabytes, and nobody else's step is like them."""
    told = run([bench.docker, "buildx", "du", "--verbose"], bench.environ()).stdout.split("\n\n")
    records = [dict(re.findall(r"^([A-Z]\w*):\s+(.*)$", block, re.MULTILINE)) for block in told]
    ours = [one["ID"] for one in records if _STEP in one.get("Description", "")]
    # One that stands on another goes first.
    on_ours = [one["ID"] for one in records if set(one.get("Parent", "").split(",")) & set(ours)]
    for number in (*on_ours, *ours):
        run([bench.docker, "builder", "prune", "--all", "--force", "--filter", f"id={number}"], bench.environ())
