"""What can build: Buildah besides the engines, and none that is too old for what the Dockerfiles are written with."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence

import pytest

from yoloport.errors import Exit
from yoloport.host import builder, engine
from yoloport.host.engine import Engine, EngineProblem, NotThisEngine

# Buildah 1.28.2 of Debian 12, shortened (recorded 2026-11-28).
INFO = {"host": {"OCIRuntime": "runc", "arch": "amd64", "rootless": False}, "store": {"GraphDriverName": "overlay"}}
VERSION = {"version": "1.28.2", "goVersion": "go1.19.8", "osArch": "linux/amd64"}


def answering(info: object = INFO, version: object = VERSION, code: int = 0) -> engine.Run:
    def run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        told = version if "version" in argv else info
        return subprocess.CompletedProcess(list(argv), code, told if isinstance(told, str) else json.dumps(told), "")

    return run


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YOLOPORT_BUILDAH", "/usr/bin/buildah")


def test_buildah_is_known_by_its_version_and_has_no_daemon_to_ask(named: None):
    assert builder.buildah(answering()) == Engine("buildah", "/usr/bin/buildah", "1.28.2", frozenset(), rootless=False)


@pytest.mark.parametrize("info", ["", "[]", "{}", '{"host": 1}', "cannot clone: operation not permitted"])
def test_an_answer_of_buildah_that_says_nothing_is_a_problem_and_no_traceback(named: None, info: str):
    with pytest.raises(EngineProblem, match="buildah does not answer as expected"):
        builder.buildah(answering(info))


def test_a_buildah_that_is_not_there_names_what_to_install(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delenv("YOLOPORT_BUILDAH", raising=False)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(EngineProblem, match="buildah is not installed"):
        builder.find_any("buildah")


def found(monkeypatch: pytest.MonkeyPatch, name: str, version: str) -> Engine:
    there = Engine(name, f"/usr/bin/{name}", version, frozenset(), rootless=False)
    monkeypatch.setattr(engine, "find", lambda asked: there)
    monkeypatch.setattr(builder, "buildah", lambda: there)
    return builder.find_any(name)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("docker", "19.03.15", "20.10.24+dfsg1"), ("podman", "3.4.4", "4.0.2"), ("buildah", "1.23.1", "1.24.0")],
)
def test_a_builder_older_than_cache_mounts_is_refused_with_the_version_that_has_them(monkeypatch, name, old, new):
    assert found(monkeypatch, name, new).version == new
    with pytest.raises(builder.TooOldToBuild) as caught:
        found(monkeypatch, name, old)
    oldest = ".".join(new.split(".")[:2])
    assert f"{name} {old} cannot build this" in caught.value.cause and f"came with {oldest}" in caught.value.cause
    assert "image bundle" in caught.value.remedy and caught.value.exit is Exit.ENGINE


def test_a_version_that_cannot_be_read_is_let_through(monkeypatch: pytest.MonkeyPatch):
    assert found(monkeypatch, "docker", "dev-build").version == "dev-build"


def silent(name: str) -> Engine:
    raise EngineProblem(name, f"{name} is not installed", "install it")


def test_where_nothing_builds_each_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(engine, "find", silent)
    monkeypatch.setattr(builder, "buildah", lambda: silent("buildah"))
    with pytest.raises(builder.NoBuilder) as caught:
        builder.find_any("auto")
    assert caught.value.cause.count("is not installed") == 3 and "docker-buildx" in caught.value.remedy


def test_without_a_name_the_first_that_answers_builds(monkeypatch: pytest.MonkeyPatch, named: None):
    monkeypatch.setattr(engine, "find", silent)
    monkeypatch.setattr(builder, "buildah", lambda: Engine("buildah", "b", "1.28.2", frozenset(), rootless=False))
    assert builder.find_any("auto").name == "buildah"


@pytest.mark.parametrize(
    ("find", "asked", "cause"),
    [
        (builder.find_any, "kaniko", "no engine is called 'kaniko'"),
        (engine.find_any, "kaniko", "no engine is called 'kaniko'"),
        (engine.find_any, "buildah", "buildah builds images and starts none"),
    ],
)
def test_an_engine_that_cannot_do_it_is_refused_with_those_that_can(find, asked: str, cause: str):
    with pytest.raises(NotThisEngine) as caught:
        find(asked)
    assert caught.value.cause == cause and "docker, podman" in caught.value.remedy and caught.value.exit is Exit.USAGE
