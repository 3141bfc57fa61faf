"""The image without torch, built as a user builds it: small, closed, and its mathematics right."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end import engines
from end_to_end.engines import LOCKED_DOWN

pytestmark = pytest.mark.engine
UNPACKED_MB = 300
EMULATED_SECONDS = 300
# OpenCV's own LAPACK is taken out of the image and the system's put in its place; numpy keeps its own, on the system's
# Fortran.
MATHEMATICS = """
import cv2, numpy as np, onnxruntime
from yoloport.runtime import load
a = np.random.default_rng(0).normal(size=(200, 200))
b = a @ np.ones((200, 2))
u, w, vt = np.linalg.svd(a)
assert np.allclose(np.linalg.solve(a, b), 1) and np.allclose((u * w) @ vt, a)
assert np.allclose(cv2.solve(a, b)[1], 1) and np.allclose(cv2.gemm(a, a, 1, None, 0), a @ a)
w, u, vt = cv2.SVDecomp(a)
assert np.allclose((u * w.T) @ vt, a)
assert cv2.imdecode(cv2.imencode(".jpg", np.zeros((8, 8, 3), np.uint8))[1], 1).shape == (8, 8, 3)
assert "CPUExecutionProvider" in onnxruntime.get_available_providers()
print("right")
"""


def image(account, arch: str) -> Iterator[tuple[str, str]]:
    docker, base = engines.docker()
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
    return subprocess.run(argv, capture_output=True, text=True, timeout=EMULATED_SECONDS, check=False)


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


@pytest.fixture(scope="module")
def emulator() -> None:
    """This machine runs programs of 64-bit ARM."""
    told = os.environ.get("YOLOPORT_NO_EMULATOR")
    known = [file.read_text() for file in Path("/proc/sys/fs/binfmt_misc").glob("*aarch64*")]
    if platform.machine() != "aarch64" and (told or not any(text.startswith("enabled") for text in known)):
        pytest.skip(told or "nothing runs programs of 64-bit ARM here: scripts/emulator")


@pytest.fixture(scope="module")
def work(account, test_data: Path, tmp_path_factory) -> Path:
    """A folder with a converted yolov8n and a picture of the COCO set."""
    folder = tmp_path_factory.mktemp("work")
    weights, artifact = str(test_data / "weights/yolov8n.pt"), str(folder / "model")
    account.yoloport("convert", weights, "--to", "onnx", "--imgsz", "320", "--output", artifact)
    (folder / "picture.jpg").write_bytes(sorted((test_data / "coco/images").glob("val*/*.jpg"))[0].read_bytes())
    for one in (folder, *folder.rglob("*")):
        one.chmod(0o755 if one.is_dir() else 0o644)
    return folder


def objects(docker: str, tag: str, arch: str, work: Path) -> list[dict]:
    """What the image finds in the picture."""
    options = ("--platform", f"linux/{arch}", "--volume", f"{work}:/data:ro")
    words = ("predict", "model", "picture.jpg", "--json")
    said = engines.output(docker, *options, tag, *words, seconds=EMULATED_SECONDS)
    return json.loads(said.splitlines()[0])["detections"]


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


def test_the_image_for_arm_finds_the_same_objects_in_a_picture_under_emulation(emulator, amd64, arm64, work):
    here, there = objects(*amd64, "amd64", work), objects(*arm64, "arm64", work)
    assert [one["name"] for one in there] == [one["name"] for one in here] and len(here) > 1
    # Decoded the pictures are equal; OpenCV's resize rounds otherwise on ARM, by a grey level (2026-11-28).
    # Of the picture of 640 pixels the model sees 320.
    for one, other in zip(there, here, strict=True):
        assert one["confidence"] == pytest.approx(other["confidence"], abs=0.02)
        assert list(one["box"].values()) == pytest.approx(list(other["box"].values()), abs=2)


def test_its_mathematics_is_right_on_arm_too(emulator, arm64):
    done = run(*arm64, "-c", MATHEMATICS, options=("--platform", "linux/arm64", "--entrypoint", "python3"))
    assert done.stdout == "right\n", done.stderr


# The newest of each; tags of the systems that their wheels for ARM are made for.
ENGINES = {"ncnn": "ncnn", "mnn": "MNN", "openvino": "openvino"}
TAGS = ("2014", "_2_17", "_2_27", "_2_28", "_2_31", "_2_34", "_2_35")
COMPUTES = """
import sys
from pathlib import Path
import numpy as np
from runtime.sessions import small
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.session import open_session
form = sys.argv[1]
made = {"ncnn": small.ncnn_folder, "mnn": small.mnn_file, "openvino": small.openvino_folder}[form](Path("/tmp"))
session = open_session(open_artifact(made))
batch = small.picture(1, 64 if form == "mnn" else small.SIDE)
found = session.run(batch)[0]
found, wanted = (found[:, 4], small.brightness(batch)) if form == "mnn" else (found, small.expected(batch))
assert np.allclose(found, wanted, atol=1e-6), abs(found - wanted).max()
print(session.running().words())
"""


@pytest.fixture(scope="module")
def wheels(tmp_path_factory) -> Path:
    """The engines that a runtime image does not bring, for ARM, unpacked."""
    folder = tmp_path_factory.mktemp("wheels")
    argv = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--only-binary=:all:"]
    argv += ["--target", str(folder), "--python-version", "3.11"]
    argv += [*(f"--platform=manylinux{tag}_aarch64" for tag in TAGS), *ENGINES.values()]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no wheels for ARM: {done.stderr.strip().splitlines()[-1]}")
    folder.chmod(0o755)  # the container's user is another one
    return folder


@pytest.mark.parametrize("form", ENGINES)
def test_the_other_engines_compute_on_arm_what_their_layers_say(emulator, arm64, wheels, root, form: str):
    docker, tag = arm64
    mounts = {"/wheels": wheels, "/tests": root / "tests", "/src": root / "src"}
    options = ["--platform", "linux/arm64", "--tmpfs", "/tmp", "--env", "PYTHONPATH=/src:/tests:/wheels"]  # noqa: S108
    options += [f"--volume={there}:{here}:ro" for here, there in mounts.items()]
    words = ("--entrypoint", "python3", tag, "-c", COMPUTES, form)
    said = engines.output(docker, *options, *words, seconds=EMULATED_SECONDS)
    assert re.match(rf"{form} [\d.]+ on cpu, fp32, 1 x 3 x", said.splitlines()[-1])
