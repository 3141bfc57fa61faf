"""`image render` and `image build` for both kinds of image, with an engine that only answers."""

from __future__ import annotations

from pathlib import Path

import pytest

ENGINE = """#!/bin/sh
case "$1" in
  version) echo '{"Client":{"Version":"26.1"},"Server":{"Version":"26.1"}}' ;;
  info) echo '{"Runtimes":{}}' ;;
  build) for word; do case "$word" in */runtime:*|*/workspace:*) echo "building $word" ;; esac; done ;;
esac
"""


@pytest.fixture
def docker(tmp_path: Path) -> str:
    program = tmp_path / "docker"
    program.write_text(ENGINE)
    program.chmod(0o755)
    return str(program)


def test_the_runtime_is_rendered_without_torch(yoloport):
    done = yoloport("image", "render", "cpu", "--kind", "runtime")
    assert done.returncode == 0 and "FROM scratch AS runtime" in done.stdout and "torch==" not in done.stdout
    assert "`yoloport image render cpu --kind runtime`" in done.stdout


def test_a_folder_gets_all_that_a_build_by_hand_takes_and_one_in_use_is_refused(yoloport, tmp_path: Path):
    folder = tmp_path / "made/here"
    done = yoloport("image", "render", "kunpeng", "--os", "openeuler", "--output", str(folder))
    assert done.returncode == 0 and f"docker build --tag yoloport/workspace:kunpeng {folder}" in done.stdout
    text = (folder / "Dockerfile").read_text()
    there = {one.name for one in (folder / "files").iterdir()}
    assert {"requirements.lock", "pins.txt", "init.lock", "versions.py", "bytecode.py"} < there
    assert all(f"files/{name}" in text for name in there), "nothing that the Dockerfile does not take"
    again = yoloport("image", "render", "kunpeng", "-o", str(folder))
    assert again.returncode == 31 and "is not empty" in again.stderr
    assert yoloport("image", "render", "cpu", "-o", str(folder / "Dockerfile")).returncode == 31


def test_an_unknown_kind_is_refused_with_those_that_there_are(yoloport):
    done = yoloport("image", "render", "cpu", "--kind", "training")
    assert done.returncode == 2 and "workspace" in done.stderr and "runtime" in done.stderr


@pytest.mark.parametrize("kind", ["workspace", "runtime"])
def test_a_dry_run_names_the_kinds_own_tag_and_architecture(yoloport, docker, kind: str):
    done = yoloport("image", "build", "cpu", "--kind", kind, "--arch", "arm64", "--dry-run", YOLOPORT_DOCKER=docker)
    first = done.stdout.splitlines()[0]
    assert done.returncode == 0 and f"--tag yoloport/{kind}:cpu " in first and "--platform linux/arm64" in first


def test_a_runtime_that_was_built_says_how_it_is_run(yoloport, docker):
    done = yoloport("image", "build", "cpu", "--kind", "runtime", YOLOPORT_DOCKER=docker)
    assert done.returncode == 0, done.stderr
    assert "built yoloport/runtime:cpu without torch; run it: docker run" in done.stdout


def test_a_tag_of_another_vendors_software_is_refused_for_both_kinds(yoloport, docker):
    for kind in ("workspace", "runtime"):
        done = yoloport(
            "image", "build", "cpu", "--kind", kind, "--tag", "x/yolo:cpu-cann9", "--dry-run", YOLOPORT_DOCKER=docker
        )
        assert done.returncode == 2 and "debian:bookworm-slim" in done.stderr
