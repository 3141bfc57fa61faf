"""The engine's command line, and a context that holds what the Dockerfile needs and nothing else."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.environment import own_wheel, plan
from yoloport.environment.plan import torch_source
from yoloport.errors import Exit
from yoloport.host import folders
from yoloport.host.engine import Engine
from yoloport.image import build
from yoloport.image.base import base
from yoloport.image.files import digest
from yoloport.image.render import WHEEL, Recipe, dockerfile
from yoloport.platforms.load import load

CPU = load("cpu")
DOCKER = Engine("docker", "/usr/bin/docker", "26", frozenset(), rootless=False)
FILES = {f"files/{name}" for name in ("requirements.lock", "pins.txt", "versions.py", "bytecode.py", "own.py", WHEEL)}
PODMAN = Engine("podman", "podman", "4.3.1", frozenset(), rootless=True)
BUILDAH = Engine("buildah", "buildah", "1.28.2", frozenset(), rootless=True)


def recipe(wheelhouse: bool = False) -> Recipe:
    source = torch_source(CPU.rows[0], in_wheelhouse=wheelhouse, mirror="", index_answers=True)
    return Recipe(CPU, CPU.rows[0], source, base(CPU))


@pytest.fixture
def no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(build, "_CERTIFICATES", ())


DOCKERS = ["--format", "docker", "--build-arg", "BUILDPLATFORM=linux/arm64"]


@pytest.mark.parametrize(
    ("engine", "more"),
    [(DOCKER, ["--progress", "plain"]), (PODMAN, DOCKERS), (BUILDAH, ["--layers", *DOCKERS])],
)
def test_the_command_names_tag_file_and_context(engine: Engine, more: list[str], no_certificates, monkeypatch):
    monkeypatch.setattr(build, "machine", lambda: "aarch64")
    assert build.command(engine, Path("/c"), "t:1", "") == [
        engine.client, "build", "--tag", "t:1", "--file", "/c/Dockerfile", *more, "/c",
    ]  # fmt: skip


def test_a_base_of_the_users_own_is_a_build_argument(no_certificates: None):
    argv = build.command(DOCKER, Path("/c"), "t:1", "registry.example/debian:12")
    assert argv[argv.index("--build-arg") + 1] == "BASE=registry.example/debian:12"


def test_the_machines_certificates_are_lent_as_a_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "ca.crt").touch()
    monkeypatch.setattr(build, "_CERTIFICATES", ("/nowhere", str(tmp_path / "ca.crt")))
    argv = build.command(DOCKER, Path("/c"), "t:1", "")
    assert argv[argv.index("--secret") + 1] == f"id=ca,src={tmp_path / 'ca.crt'}"


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, and a wheel that needs no build."""
    monkeypatch.setenv("YOLOPORT_CACHE", str(tmp_path / "cache"))
    (tmp_path / WHEEL).write_bytes(b"wheel")
    monkeypatch.setattr(own_wheel, "build", lambda checkout, folder: str(tmp_path / WHEEL))
    return tmp_path / "cache"


def files(folder: Path) -> set[str]:
    return {str(f.relative_to(folder)) for f in folder.rglob("*") if f.is_file()}


def test_the_context_holds_exactly_what_the_dockerfile_takes(cache: Path):
    with build._context(recipe(), None) as context:
        assert files(context) == {"Dockerfile", *FILES}
        assert (context / "Dockerfile").read_text() == dockerfile(recipe(), digest(context / "files"))
        assert (context / "files/requirements.lock").read_text() == plan.LOCK.read_text()
        assert (context / f"files/{WHEEL}").read_bytes() == b"wheel"
    assert not list(context.iterdir())


def test_the_step_that_mounts_the_files_is_another_one_when_one_of_them_changed(cache: Path):
    said = []
    for wheel in (b"wheel", b"wheel", b"another"):
        (cache.parent / WHEEL).write_bytes(wheel)
        with build._context(recipe(), None) as context:
            lines = (context / "Dockerfile").read_text(encoding="utf-8").splitlines()
            said.append([line for line in lines if line.startswith("ARG FILES=")])
    assert said[0] == said[1] != said[2] and len(said[0][0]) == len("ARG FILES=") + 16


def test_the_context_is_the_same_folder_each_time_so_that_wheels_are_sent_once(cache: Path, tmp_path: Path):
    house = tmp_path / "wheels"
    house.mkdir()
    (house / "torch-2.whl").write_bytes(b"torch")
    seen = []
    for _ in range(2):
        with build._context(recipe(wheelhouse=True), house) as context:
            seen.append((context, (context / "wheelhouse/torch-2.whl").stat().st_mtime_ns))
    assert seen[0] == seen[1]


def test_two_builds_at_once_have_a_context_each_and_one_that_was_killed_leaves_nothing_to_the_next(cache: Path):
    with build._context(recipe(), None) as first, build._context(recipe(), None) as second:
        assert first != second and files(first) == files(second) == {"Dockerfile", *FILES}
    (first / "left over").touch()
    with build._context(recipe(), None) as third:
        assert third == first and files(third) == {"Dockerfile", *FILES}
    assert not files(cache / "contexts")


def test_the_runtimes_context_holds_its_own_lock_and_the_script_for_our_wheel(cache: Path, tmp_path: Path):
    made = replace(recipe(), kind="runtime")
    with build._context(made, None) as context:
        assert files(context) == {"Dockerfile", "files/runtime.lock", "files/own.py", f"files/{WHEEL}"}
    build.build(made, client(tmp_path, "echo one"), "t", "", None, lambda line: None)
    assert (cache / "logs/image-runtime-cpu.log").read_text() == "one\n", "the workspace's log is kept"


def test_a_wheelhouse_brings_its_wheels_and_no_other_file(cache: Path, tmp_path: Path):
    house = tmp_path / "wheels"
    house.mkdir()
    for name in ("torch-2.whl", "notes.txt"):
        (house / name).write_text(name)
    (house / "linked.whl").symlink_to(house / "torch-2.whl")
    with build._context(recipe(wheelhouse=True), house) as context:
        assert {f for f in files(context) if "wheelhouse" in f} == {"wheelhouse/torch-2.whl", "wheelhouse/linked.whl"}
        assert not (context / "wheelhouse/linked.whl").is_symlink(), "a link out of the context would be empty inside"
    assert (house / "torch-2.whl").read_text() == "torch-2.whl"


def test_an_installed_yoloport_builds_a_context_that_is_whole(cache: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(folders, "checkout", lambda: None)
    monkeypatch.setattr(own_wheel, "build", lambda checkout, folder: "yoloport==1.0")
    with build._context(recipe(), None) as context:
        named = f"/files/{WHEEL}" in (context / "Dockerfile").read_text()
        assert named == (context / f"files/{WHEEL}").is_file()


def client(tmp_path: Path, script: str) -> Engine:
    program = tmp_path / "docker"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return Engine("docker", str(program), "26", frozenset(), rootless=False)


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ("ERROR: BuildKit is enabled but the buildx component is missing", "docker-buildx"),
        ("unknown flag: --progress: error: x", "YOLOPORT_DOCKER"),
        ("ERROR: write /x: no space left on device", "docker system df"),
        ("ERROR: pull access denied for debian", "docker.m.daocloud.io"),
        ("ERROR: something else", "what is done is cached"),
    ],
)
def test_a_build_that_fails_says_why_what_helps_and_where_the_output_is(cache, tmp_path, words: str, hint: str):
    said: list[str] = []
    with pytest.raises(build.BuildFailed) as caught:
        build.build(recipe(), client(tmp_path, f"echo one; echo '{words}' >&2; exit 1"), "t:1", "", None, said.append)
    assert words in caught.value.cause and hint in caught.value.remedy and caught.value.exit is Exit.ENGINE
    assert said == ["one", words] == caught.value.log.read_text().splitlines()


def test_a_build_that_works_runs_in_the_context_with_buildkit_and_leaves_nothing(cache: Path, tmp_path: Path):
    said: list[str] = []
    engine = client(tmp_path, 'echo $DOCKER_BUILDKIT; for last; do :; done; ls "$last"')
    build.build(recipe(), engine, "t", "", None, said.append)
    assert said == ["1", "Dockerfile", "files"] and not files(cache / "contexts")


@pytest.mark.parametrize(("before", "then"), [("", "image rm t:1"), ("sha256:old", "tag sha256:old t:1")])
def test_a_build_that_fails_after_it_named_the_image_gives_the_name_back(cache, tmp_path, before: str, then: str):
    id_file, asked = tmp_path / "id", tmp_path / "asked"
    id_file.write_text(before)
    script = f"""echo "$*" >> {asked}
case $1 in
  image) [ $2 != inspect ] || cat {id_file} ;;
  build) echo sha256:new > {id_file}; echo "ERROR: unpacking: no space left on device"; exit 1 ;;
esac"""
    with pytest.raises(build.BuildFailed, match="no space left"):
        build.build(recipe(), client(tmp_path, script), "t:1", "", None, lambda line: None)
    assert asked.read_text().splitlines()[-1] == then


def test_an_interrupt_ends_the_engines_client_and_removes_the_context(cache, tmp_path, monkeypatch):
    started: list[subprocess.Popen[str]] = []
    real = subprocess.Popen
    monkeypatch.setattr(build.subprocess, "Popen", lambda *a, **n: started.append(real(*a, **n)) or started[-1])

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build.build(
            recipe(), client(tmp_path, "[ $1 = image ] || { echo begins; exec sleep 60; }"), "t", "", None, interrupt
        )
    assert started[0].poll() is not None and not files(cache / "contexts")
