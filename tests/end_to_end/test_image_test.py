"""`yoloport image test` on the images that were built here, and on images that were spoilt on purpose."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from yoloport.errors import Exit

pytestmark = pytest.mark.engine
WORKSPACE, RUNTIME = "yoloport/workspace:cpu", "yoloport/runtime:cpu"


@pytest.fixture(scope="module")
def runtime(account, docker: str) -> str:
    account.yoloport("image", "build", "cpu", "--kind", "runtime", "--base", os.environ["YOLOPORT_TEST_BASE"])
    return RUNTIME


@pytest.fixture
def spoil(docker: str, tmp_path: Path) -> Iterator:
    """Builds an image from another by further instructions, and gives its tag."""
    made = []

    def spoilt(image: str, instructions: str) -> str:
        tag = f"yoloport-test/spoilt:{len(made)}"
        (tmp_path / "Dockerfile").write_text(f"FROM {image}\n{instructions}\n")
        subprocess.run([docker, "build", "--quiet", "--tag", tag, str(tmp_path)], check=True, capture_output=True)
        made.append(tag)
        return tag

    yield spoilt
    for tag in made:
        subprocess.run([docker, "image", "rm", "--force", tag], capture_output=True, check=False)


def started(docker: str) -> set[str]:
    """Containers and volumes of a test."""
    found = set()
    for words in (["ps", "--all", "--quiet"], ["volume", "ls", "--quiet"]):
        argv = [docker, *words, "--filter", "label=yoloport.test"]
        found |= set(subprocess.run(argv, capture_output=True, text=True, check=True).stdout.split())
    return found


@pytest.mark.parametrize("kind", ["workspace", "runtime"])
def test_what_is_built_here_passes_every_check_and_says_what_it_is(request, account, docker, tmp_path, kind):
    image = WORKSPACE if kind == "workspace" else request.getfixturevalue("runtime")
    told = account.json("image", "test", image, "--out", str(tmp_path))
    done = {one["id"] for one in told["checks"] if one["passed"]}
    assert told["ok"] and told["ladder"][0]["rung"] == 4 and len(done) == (15 if kind == "workspace" else 8)
    assert {file.name for file in tmp_path.iterdir()} >= {"manifest.json", "sbom.cdx.json", "evidence-image.json"}
    assert started(docker) == set()


def test_a_stamp_puts_on_it_what_was_found_in_it(account, docker, runtime):
    told = account.json("image", "test", runtime, "--stamp", "--skip", "stops")
    assert told["names"][-1].startswith("yoloport/runtime:cpu-onnxruntime")
    argv = [docker, "image", "inspect", "--format", "{{json .Config.Labels}}", told["names"][-1]]
    labels = json.loads(subprocess.run(argv, capture_output=True, text=True, check=True).stdout)
    assert labels["yoloport.version.onnxruntime"] in told["names"][-1] and int(labels["yoloport.bytes"]) > 1e8
    assert labels["org.opencontainers.image.base.name"] == os.environ["YOLOPORT_TEST_BASE"]
    for name in told["names"][1:]:
        subprocess.run([docker, "image", "rm", name], capture_output=True, check=True)


@pytest.mark.parametrize(
    ("check", "instructions"),
    [
        ("configuration", "USER 0"),
        ("permissions", "USER 0\nRUN busybox chmod 666 /etc/passwd\nUSER 1000"),
        ("no-secrets", "ENV PIP_INDEX_URL=https://anna:secret@packages.example/simple"),
        ("size", "USER 0\nRUN busybox dd if=/dev/zero of=/big bs=1M count=20\nUSER 1000"),
        ("predicts", "USER 0\nRUN busybox rm /usr/lib/x86_64-linux-gnu/liblapack.so.3\nUSER 1000"),
        ("stops", "STOPSIGNAL SIGUSR1"),
        ("says-how", "ENTRYPOINT []"),
    ],
)
def test_a_spoilt_runtime_image_fails_the_check_that_is_for_it(account, docker, runtime, spoil, check, instructions):
    tag = spoil(runtime, instructions)
    told = account.json("image", "test", tag, expect=Exit.CHECK_FAILED)
    assert check in {one["id"] for one in told["checks"] if one["passed"] is False}
    assert told["ladder"][0]["rung"] is None and started(docker) == set()


def test_a_spoilt_workspace_fails_where_it_is_spoilt_and_the_rest_is_done(account, docker, spoil):
    hook = "USER 0\nRUN echo 'echo WARNING: disk' > /etc/yoloport/start.d/a.sh\nUSER 1000"
    tag = spoil(WORKSPACE, f"{hook}\nEXPOSE 9999\nHEALTHCHECK NONE")
    told = account.json("image", "test", tag, "--skip", "selftest", expect=Exit.CHECK_FAILED)
    failed = {one["id"] for one in told["checks"] if one["passed"] is False}
    assert failed >= {"configuration", "logs"} and "stop" not in failed


def test_an_image_that_is_not_there_or_not_ours_is_told(account, docker):
    done = account.yoloport("image", "test", "yoloport/none:such", expect=Exit.NO_IMAGE)
    assert "has no image yoloport/none:such" in done.stderr
    done = account.yoloport("image", "test", os.environ["YOLOPORT_TEST_BASE"], expect=Exit.NO_IMAGE)
    assert "not built by yoloport" in done.stderr
