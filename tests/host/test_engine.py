"""An engine is what answers, not what is installed; each way of not answering has its own remedy."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Sequence

import pytest

from yoloport.errors import Exit
from yoloport.host import engine
from yoloport.host.engine import Engine, EngineProblem

# Docker 26.1.5 of Debian 12, shortened to the keys that are read and a few that are not (recorded 2026-11-23).
DOCKER = {
    "ID": "56561c3a", "Containers": 0, "Images": 2, "Driver": "overlayfs",
    "Runtimes": {"io.containerd.runc.v2": {"path": "runc"}, "runc": {"path": "runc"}},
    "SecurityOptions": ["name=seccomp,profile=builtin"], "ServerVersion": "26.1.5+dfsg1", "ServerErrors": None,
    "ClientInfo": {"Version": "26.1.5", "Plugins": [{"Name": "buildx", "Version": "0.13.1"}]},
}  # fmt: skip
# What the same client prints, with exit status 0, while the daemon is down (recorded 2026-11-23).
DOCKER_DOWN = {
    "ID": "", "Containers": 0, "Runtimes": None, "ServerVersion": "",
    "ServerErrors": ["Cannot connect to the Docker daemon at unix:///run/docker.sock. Is the docker daemon running?"],
    "ClientInfo": {"Version": "26.1.5", "Plugins": []},
}  # fmt: skip
# Podman 4.3.1 of Debian 12, shortened.
PODMAN = {
    "host": {"arch": "amd64", "ociRuntime": {"name": "crun"}, "security": {"rootless": True, "seccompEnabled": True}},
    "store": {"graphDriverName": "overlay"}, "version": {"APIVersion": "4.3.1", "Version": "4.3.1"},
}  # fmt: skip


def answering(stdout: object = "", code: int = 0, stderr: str = "") -> engine.Run:
    text = stdout if isinstance(stdout, str) else json.dumps(stdout)
    return lambda argv: subprocess.CompletedProcess(list(argv), code, text, stderr)


def find(name: str, run: engine.Run) -> Engine:
    return engine.find(name, run, client=f"/usr/bin/{name}")


def test_docker_is_known_by_its_version_its_runtimes_and_its_buildx():
    found = find("docker", answering(DOCKER))
    assert (found.name, found.client, found.version) == ("docker", "/usr/bin/docker", "26.1.5+dfsg1")
    assert found.runtimes == {"runc", "io.containerd.runc.v2"}
    assert (found.rootless, found.buildx) == (False, True)


def test_docker_without_the_buildx_plugin_is_told_from_one_with_it():
    assert find("docker", answering({**DOCKER, "ClientInfo": {"Plugins": None}})).buildx is False


def test_rootless_docker_is_known_by_its_security_options():
    assert find("docker", answering({**DOCKER, "SecurityOptions": ["name=seccomp", "name=rootless"]})).rootless is True


@pytest.mark.parametrize("name", ["podman", "docker"])
def test_podman_is_podman_also_behind_a_client_called_docker(name: str):
    found = find(name, answering(PODMAN))
    assert (found.name, found.client, found.version) == ("podman", f"/usr/bin/{name}", "4.3.1")
    assert found.rootless is True


def test_podman_of_root_is_not_rootless():
    assert find("podman", answering({**PODMAN, "host": {"security": {"rootless": False}}})).rootless is False


def timing_out(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    raise subprocess.TimeoutExpired(list(argv), 10)


def not_executable(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    raise PermissionError(13, "Permission denied", argv[0])


SOCKET = "permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock"


@pytest.mark.parametrize(
    ("run", "cause", "remedy"),
    [
        (answering(DOCKER_DOWN), "its daemon does not answer", "systemctl start docker"),
        (answering("", 1, DOCKER_DOWN["ServerErrors"][0]), "its daemon does not answer", "systemctl start docker"),
        (answering("", 1, SOCKET), "may not use its socket", "usermod -aG docker"),
        (answering({**DOCKER_DOWN, "ServerErrors": [SOCKET]}), "may not use its socket", "usermod -aG docker"),
        (timing_out, "does not answer", "systemctl start docker"),
        (not_executable, "does not answer", "--engine local"),
        (answering("<html>proxy</html>"), "cannot be understood: '<html>proxy</html>'", "--engine local"),
        (answering(""), "cannot be understood", "--engine local"),
        (answering("", 125, "segmentation fault"), "segmentation fault", "repair the engine"),
    ],
)
def test_an_engine_that_does_not_answer_says_why_and_what_to_do(run: engine.Run, cause: str, remedy: str):
    with pytest.raises(EngineProblem) as caught:
        find("docker", run)
    assert cause in caught.value.cause and remedy in caught.value.remedy
    assert (caught.value.engine, caught.value.exit) == ("docker", Exit.ENGINE)


def test_a_missing_client_is_not_called_broken(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("YOLOPORT_PODMAN", raising=False)
    with pytest.raises(EngineProblem, match="podman is not installed"):
        engine.find("podman", answering(PODMAN))


def test_the_client_can_be_named_where_the_first_on_the_path_is_not_the_wanted_one(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("YOLOPORT_DOCKER", "/opt/docker/bin/docker")
    assert engine.find("docker", answering(DOCKER)).client == "/opt/docker/bin/docker"


@pytest.mark.parametrize("answer", ["null", "[]", "5", '{"host": null}', '{"ClientInfo": [1]}', '{"ServerErrors": 7}'])
def test_json_of_another_shape_is_a_problem_and_no_traceback(answer: str):
    with pytest.raises(EngineProblem):
        find("docker", answering(answer))


def test_an_image_is_there_when_the_engine_can_inspect_it():
    asked: list[Sequence[str]] = []

    def run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        asked.append(argv)
        return subprocess.CompletedProcess(list(argv), 0 if argv[-1] == "there" else 1, "", "")

    docker = Engine("docker", "/usr/bin/docker", "26", frozenset(), False)
    assert engine.has_image(docker, "there", run) is True
    assert engine.has_image(docker, "missing", run) is False
    assert all("pull" not in argv for argv in asked) and asked[0][:3] == ["/usr/bin/docker", "image", "inspect"]


def test_an_engine_that_hangs_over_its_images_is_a_problem_too():
    with pytest.raises(EngineProblem):
        engine.has_image(Engine("docker", "/usr/bin/docker", "26", frozenset(), False), "any", timing_out)


def test_a_question_to_an_engine_keeps_bytes_that_are_no_text(tmp_path):
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\nprintf '\\377\\n'\nexit 3\n")
    program.chmod(0o755)
    done = engine.run_quick([os.fspath(program)])
    assert (done.returncode, done.stdout) == (3, "\ufffd\n")
