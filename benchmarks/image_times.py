"""Seconds of what a user waits for: a rebuild, a first detection, a workspace that answers."""

from __future__ import annotations

import shutil
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from image_engine import Bench
from interleaved import ROOT, NotComparable, run

PATIENCE = 120
_JUPYTER = ("jupyter", "lab", "--ip=0.0.0.0", "--port=8888", "--no-browser")


@contextmanager
def checkout() -> Iterator[Path]:
    """A copy of the project whose files may be changed."""
    with tempfile.TemporaryDirectory(prefix="yoloport-bench-") as name:
        folder = Path(name)
        for part in ("src", "docs"):
            shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
        for part in ("yoloport", "pyproject.toml", "README.md", "README.zh-CN.md", "LICENSE", ".gitignore"):
            shutil.copy2(ROOT / part, folder / part)
        yield folder


def rebuild(bench: Bench, folder: Path, kind: str) -> Callable[[], float]:
    """``yoloport image build`` from its start to its end, after a line was added to one source file."""

    def once() -> float:
        with (folder / "src/yoloport/errors.py").open("a", encoding="utf-8") as source:
            source.write(f"# {time.time_ns()}\n")
        begin = time.monotonic()
        bench.build(folder / "yoloport", kind, f"yoloport-bench/{kind}:changed")
        return time.monotonic() - begin

    return once


def engines_rebuild(bench: Bench, folder: Path, kind: str) -> Callable[[], float]:
    """The same change, and ``docker build`` of the rendered folder alone: what the hand-tuned try measured."""

    def once() -> float:
        with (folder / "src/yoloport/errors.py").open("a", encoding="utf-8") as source:
            source.write(f"# {time.time_ns()}\n")
        with bench.rendered(folder / "yoloport", kind) as context:
            begin = time.monotonic()
            bench.build_rendered(context, f"yoloport-bench/{kind}:changed")
            return time.monotonic() - begin

    return once


def without_cache(bench: Bench, kind: str, tag: str, arch: str) -> Callable[[], float]:
    """A build that does every step; pip's downloads are kept where the registry allows it."""

    def once() -> float:
        begin = time.monotonic()
        bench.build(ROOT / "yoloport", kind, tag, "--arch", arch, "--no-cache")
        return time.monotonic() - begin

    return once


def on_a_prepared_base(bench: Bench, tag: str, arch: str) -> Callable[[], float]:
    """Every step of the runtime but the first, a Python on the base, which the hand-tuned try's base had."""

    def once() -> float:
        with bench.rendered(ROOT / "yoloport", "runtime") as context:
            anew = ("--no-cache-filter", "root,packages,runtime", "--platform", f"linux/{arch}")
            begin = time.monotonic()
            bench.build_rendered(context, tag, *anew)
            return time.monotonic() - begin

    return once


def first_detection(bench: Bench, image: str) -> Callable[[], float]:
    """``docker run`` of a prediction until the first picture's boxes are printed."""
    mounts = [
        "--volume", f"{bench.artifact}:/data/model:ro", "--volume", f"{bench.picture}:/data/picture.jpg:ro",
    ]  # fmt: skip
    argv = [bench.docker, "run", "--rm", *mounts, image, "predict", "model", "picture.jpg", "--json"]

    def once() -> float:
        begin = time.monotonic()
        with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as running:
            line = (running.stdout or iter(())).readline()
            seconds = time.monotonic() - begin
            running.communicate()
        if '"detections": [{' not in line:
            raise SystemExit(f"{' '.join(argv)} found nothing: {line!r}")
        return seconds

    return once


def workspace(bench: Bench, image: str) -> Callable[[], float]:
    """The workspace as the image starts it, until its JupyterLab answers."""
    return _answering(bench, image, (), ())


def bare(bench: Bench, image: str) -> Callable[[], float]:
    """``jupyter lab`` of the same image and nothing else, until it answers."""
    return _answering(bench, image, ("--entrypoint", "tini"), ("--", *_JUPYTER))


def naive(bench: Bench, image: str) -> Callable[[], float]:
    """What a Dockerfile of today starts."""
    return _answering(bench, image, (), ())


def _answering(bench: Bench, image: str, options: tuple[str, ...], words: tuple[str, ...]) -> Callable[[], float]:
    def once() -> float:
        port = _free_port()
        argv = [bench.docker, "run", "--detach", "--publish", f"127.0.0.1:{port}:8888", *options, image, *words]
        begin = time.monotonic()
        number = run(argv, bench.environ()).stdout.strip()
        try:
            return _until_answered(port, begin)
        finally:
            run([bench.docker, "rm", "--force", "--volumes", number], bench.environ())

    return once


def _until_answered(port: int, begin: float) -> float:
    while time.monotonic() - begin < PATIENCE:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=5):
                return time.monotonic() - begin
        except (urllib.error.URLError, OSError):
            time.sleep(0.02)
    raise NotComparable(f"no answer on port {port} in {PATIENCE} s")


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
