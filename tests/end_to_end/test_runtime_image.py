"""The image without torch, built as a user builds it: small, closed, and its mathematics right."""

from __future__ import annotations

import os
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.engine
UNPACKED_MB = 300
LOCKED_DOWN = (
    "--network",
    "none",
    "--read-only",
    "--cap-drop",
    "ALL",
    "--security-opt",
    "no-new-privileges",
    "--user",
    "4321:0",
)
# OpenCV's own LAPACK is taken out of the image and the system's put in its place; numpy keeps its own.
MATHEMATICS = """
import cv2, numpy as np, onnxruntime
from yoloport.runtime import load
a = np.random.default_rng(0).normal(size=(200, 200))
b = a @ np.ones((200, 2))
assert np.allclose(cv2.solve(a, b)[1], 1) and np.allclose(cv2.gemm(a, a, 1, None, 0), a @ a)
w, u, vt = cv2.SVDecomp(a)
assert np.allclose((u * w.T) @ vt, a)
assert cv2.imdecode(cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[1], 1).shape == (8, 8, 3)
assert "CPUExecutionProvider" in onnxruntime.get_available_providers()
print("right")
"""


def image(account, arch: str) -> Iterator[tuple[str, str]]:
    docker, base = os.environ.get("YOLOPORT_DOCKER"), os.environ.get("YOLOPORT_TEST_BASE")
    if not docker or not base:
        pytest.skip(os.environ.get("YOLOPORT_NO_ENGINE", "no container engine: scripts/engine up"))
    tag = f"yoloport-test/runtime:{arch}"
    account.yoloport("image", "build", "cpu", "--kind", "runtime", "--arch", arch, "--base", base, "--tag", tag)
    yield docker, tag
    subprocess.run([docker, "image", "rm", "--force", tag], capture_output=True, check=False)


@pytest.fixture(scope="module")
def amd64(account) -> Iterator[tuple[str, str]]:
    yield from image(account, "amd64")


@pytest.fixture(scope="module")
def arm64(account) -> Iterator[tuple[str, str]]:
    yield from image(account, "arm64")


def run(docker: str, tag: str, *words: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    argv = [docker, "run", "--rm", *LOCKED_DOWN, *options, tag, *words]
    return subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)


def files(docker: str, tag: str, folder: Path, arch: str) -> dict[str, tarfile.TarInfo]:
    """What is in the image, without starting it."""
    argv = [docker, "create", "--platform", f"linux/{arch}", tag]
    made = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    try:
        subprocess.run([docker, "export", "--output", str(folder / "image.tar"), made], check=True)
    finally:
        subprocess.run([docker, "rm", made], capture_output=True, check=False)
    with tarfile.open(folder / "image.tar") as archive:
        found = {one.name: one for one in archive}
    (folder / "image.tar").unlink()
    return found


def test_started_by_anyone_without_network_and_rights_it_says_how_it_is_used(amd64):
    done = run(*amd64)
    assert done.returncode == 0 and "yoloport predict" in done.stdout, done.stderr
    assert run(*amd64, "--version").stdout.startswith("yoloport ")


def test_its_mathematics_is_right_though_one_library_was_replaced(amd64):
    done = run(*amd64, "-c", MATHEMATICS, options=("--entrypoint", "python3"))
    assert done.stdout == "right\n", done.stderr


@pytest.mark.parametrize(("arch", "triplet"), [("amd64", "x86_64"), ("arm64", "aarch64")])
def test_it_is_small_holds_its_own_architecture_and_no_torch(request, tmp_path, arch: str, triplet: str):
    there = files(*request.getfixturevalue(arch), tmp_path, arch)
    assert sum(one.size for one in there.values()) < UNPACKED_MB * 1e6
    assert f"usr/lib/{triplet}-linux-gnu/libc.so.6" in there
    packages = {name.split("/")[5] for name in there if name.startswith("usr/local/lib/python3.11/dist-packages/")}
    assert {"cv2", "numpy", "onnxruntime", "yoloport"} <= packages and not packages & {"torch", "ultralytics", "pip"}
    native = {name.rpartition("/")[2] for name in there if name.endswith("-linux-gnu.so")}
    assert native and all(f"-{triplet}-" in name for name in native)
