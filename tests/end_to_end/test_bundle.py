"""A bundle made here, moved elsewhere, and started by plain sh on an engine that lacks the image, with no network."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from yoloport.host import engine as engines
from yoloport.image.bundle.contents import Bundle
from yoloport.image.bundle.look import Wanted, look
from yoloport.image.bundle.make import make

pytestmark = [pytest.mark.engine, pytest.mark.timeout(900)]
REFERENCE = "yoloport-bundle-test/workspace:moved"
SMALL = "yoloport-bundle-test/small:moved"
NETWORK = "yoloport-bundle-test"
PREDICT = """
import glob, sys
from ultralytics import YOLO
picture = sorted(glob.glob('/data/datasets/helmet-scenes/images/val/*.jpg'))[0]
print('predicted', len(YOLO(sys.argv[1])(picture, imgsz=320, verbose=False)), 'picture')
"""
REACH = """
import socket
try:
    socket.create_connection(('192.0.2.1', 80), 5)
except OSError:
    print('unreachable')
"""


def bundled(client: str, folder: Path, image: str, **options: object) -> Bundle:
    engine = engines.find("docker", client=client)
    return make(look(Wanted("cpu", folder, image=image, **options), engine), lambda *_: None)  # type: ignore[arg-type]


def site(docker: str, home: Path, bundle: Path, *words: str, code: int = 0, **more: str) -> str:
    """``run.sh`` under dash, where the host has no network of its own: the engine is reached by its socket."""
    environ = {"HOME": str(home), "PATH": os.environ["PATH"], "YOLOPORT_DOCKER": docker, "LANG": "C", **more}
    argv = ["unshare", "--net", "dash", str(bundle / "run.sh"), *words]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, timeout=600)
    assert done.returncode == code, f"{words}: {done.returncode}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def call(*argv: str, code: int | None = 0) -> str:
    done = subprocess.run(argv, capture_output=True, text=True)
    assert code is None or done.returncode == code, f"{argv}: {done.stdout}{done.stderr}"
    return done.stdout.strip()


@pytest.fixture
def closed(docker: str, tmp_path: Path) -> Iterator[Path]:
    """A home at a site; a network that leads nowhere; nothing of ours stays in the engine."""
    if subprocess.run(["unshare", "--net", "true"], capture_output=True).returncode or not shutil.which("dash"):
        pytest.skip("needs dash, and the right to make a network of its own (unshare)")
    if not shutil.which("zstd"):
        pytest.skip("needs zstd to pack")
    home = tmp_path / "home"
    home.mkdir()
    call(docker, "network", "create", "--internal", NETWORK)
    yield home
    call(docker, "rm", "--force", "yoloport-closed", code=None)
    call(docker, "network", "rm", NETWORK, code=None)
    call(docker, "rmi", "--force", REFERENCE, SMALL, code=None)


def test_a_moved_bundle_starts_a_workspace_that_predicts_without_a_network(docker: str, closed: Path, tmp_path: Path):
    given = Path(os.environ.get("YOLOPORT_TEST_DATA", "/nonexistent")) / "weights/yolov8n.pt"
    models = (str(given),) if given.is_file() else ()
    call(docker, "tag", "yoloport/workspace:cpu", REFERENCE)
    made = bundled(docker, tmp_path / "made", REFERENCE, models=models, docs=True, split="300M")
    assert len(made.archive.parts) > 1 and made.archive.bytes < made.image.unpacked_bytes / 3
    bundle = tmp_path / "usb stick/bundle"
    bundle.parent.mkdir()
    (tmp_path / "made").rename(bundle)
    call(docker, "rmi", REFERENCE)
    call(docker, "image", "inspect", REFERENCE, code=1)

    told = site(docker, closed, bundle, "--name", "closed", "--port", "18977", YOLOPORT_OPTIONS=f"--network={NETWORK}")
    assert "answering" in told and "127.0.0.1:18977/lab" in told
    identity = call(docker, "image", "inspect", "--format", "{{.Id}}", REFERENCE)
    assert identity in made.image.ids
    token = closed / "yoloport/.yoloport/closed/token"
    assert str(token) in told and len(token.read_text().strip()) >= 43
    inside = [docker, "exec", "yoloport-closed", "python", "-m", "yoloport.supervise.enter", "python", "-c"]
    model = "/data/weights/yolov8n.pt" if models else "yolov8n.yaml"
    assert "predicted 1 picture" in call(*inside, PREDICT, model)
    assert call(*inside, REACH) == "unreachable"
    assert "answering" in site(docker, closed, bundle, "--name", "closed", "status")
    site(docker, closed, bundle, "--name", "closed", "stop")
    assert call(docker, "ps", "--all", "--quiet", "--filter", "name=yoloport-closed") == ""


@pytest.mark.parametrize("format", ["docker", "oci"])
def test_a_difference_loads_behind_the_earlier_bundle(docker: str, closed: Path, tmp_path: Path, format: str):
    base = os.environ.get("YOLOPORT_TEST_BASE")
    if not base:
        pytest.skip("no base image: scripts/engine up")
    call(docker, "tag", base, SMALL)
    whole = bundled(docker, tmp_path / "whole", SMALL, format=format)
    (tmp_path / "context").mkdir()
    (tmp_path / "context/Dockerfile").write_text(f"FROM {base}\nRUN echo changed > /changed\nLABEL changed=yes\n")
    call(docker, "build", "--quiet", "--tag", SMALL, str(tmp_path / "context"))
    changed = bundled(docker, tmp_path / "changed", SMALL, old=tmp_path / "whole")
    assert changed.archive.bytes < 0.05 * whole.archive.bytes
    call(docker, "rmi", SMALL)
    assert "not the bundle whole" in site(
        docker, closed, tmp_path / "changed", "--load", "--old", "/nonexistent", code=60
    )
    # The engine itself unpacks where the host has no zstd.
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "cat", "head", "tail", "cut", "sed", "grep", "sort", "df", "ls", "tr", "id", "uname", "dirname",
                 "sha256sum", "unshare", "dash"):  # fmt: skip
        (tools / name).symlink_to(shutil.which(name) or name)
    site(docker, closed, tmp_path / "changed", "--load", PATH=str(tools))
    labels = call(docker, "image", "inspect", "--format", "{{.Config.Labels.changed}}", SMALL)
    assert labels == "yes"
    assert call(docker, "run", "--rm", "--network", "none", SMALL, "cat", "/changed") == "changed"
