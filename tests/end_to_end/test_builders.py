"""The runtime image built by Buildah and by Podman of Debian 12, from the same Dockerfile as Docker's."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from end_to_end import engines
from end_to_end.conftest import Account
from end_to_end.engines import LOCKED_DOWN
from end_to_end.test_runtime_image import MATHEMATICS

pytestmark = [pytest.mark.engine, pytest.mark.timeout(1500)]
TAGS = {"amd64": "yoloport-test/builders:amd64", "arm64": "yoloport-test/builders:arm64"}


@pytest.fixture(scope="module")
def podman() -> Iterator[str]:
    """Podman, which has what Buildah built; what was built is removed."""
    client, _ = engines.podman()
    yield client
    subprocess.run([client, "image", "rm", "--force", *TAGS.values()], capture_output=True, check=False)


def build(account, engine: str, arch: str, **options: object) -> dict[str, object]:
    base = os.environ["YOLOPORT_TEST_BUILDERS_BASE"]
    words = ("--kind", "runtime", "--engine", engine, "--arch", arch, "--base", base, "--tag", TAGS[arch])
    return account.json("image", "build", "cpu", *words, seconds=1400, **options)


def inspected(podman: str, tag: str) -> dict[str, object]:
    done = subprocess.run([podman, "image", "inspect", tag], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)[0]


def test_what_buildah_built_podman_starts_and_its_mathematics_is_right(account, podman: str):
    made = build(account, "buildah", "amd64")
    assert made["engine"] == "buildah" and inspected(podman, TAGS["amd64"])["Architecture"] == "amd64"
    argv = [podman, "run", "--rm", *LOCKED_DOWN, "--entrypoint", "python3", TAGS["amd64"], "-c", MATHEMATICS]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout == "right\n", done.stderr
    found = account.json("image", "test", TAGS["amd64"], "--engine", "podman")
    assert found["ok"] and len(found["checks"]) == 8


@pytest.mark.parametrize("engine", ["buildah", "podman"])
def test_what_changed_in_our_package_is_in_the_image_built_next(account, podman: str, engine: str, tmp_path: Path):
    for word in ("first", "second"):
        changed = Account(checkout_that_says(account.root, tmp_path / word, word), account.home)
        build(changed, engine, "amd64")
        argv = [
            podman,
            "run",
            "--rm",
            "--entrypoint",
            "python3",
            TAGS["amd64"],
            "-c",
            "print(__import__('yoloport').SAYS)",
        ]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
        assert done.stdout == f"{word}\n", done.stderr


def checkout_that_says(root: Path, folder: Path, word: str) -> Path:
    """A copy of the checkout, one module of which is changed."""
    shutil.copytree(root, folder, ignore=shutil.ignore_patterns("__pycache__", ".*", "tests"))
    with (folder / "src/yoloport/__init__.py").open("a", encoding="utf-8") as module:
        module.write(f"\nSAYS = {word!r}\n")
    return folder


def test_podman_builds_for_another_architecture_without_running_it(account, podman: str):
    build(account, "podman", "arm64")
    told = inspected(podman, TAGS["arm64"])
    labels = told["Config"]["Labels"]  # type: ignore[index]
    assert told["Architecture"] == "arm64" and labels["yoloport.kind"] == "runtime"


def test_a_base_that_no_registry_here_has_is_told_with_the_mirrors(account, podman: str):
    words = ("--kind", "runtime", "--engine", "buildah", "--base", "127.0.0.1:9/none/debian:12", "--tag", "t:1")
    told = account.yoloport("image", "build", "cpu", *words, expect=20).stderr
    assert "--base REF" in told and "docker.m.daocloud.io" in told
