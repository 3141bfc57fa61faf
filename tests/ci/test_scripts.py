"""The scripts as they run, with programs in place of the engine and the tools that note how they were called."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from ci.shell import REGISTRY, pipeline
from yoloport.ci import gitee, jenkins

SECRETS = {"REGISTRY_PUSH_TOKEN": "push-pass", "REGISTRY_READ_TOKEN": "read-pass", "COSIGN_PASSWORD": "key-pass"}
PLAIN = {"REGISTRY": REGISTRY, "VERSION": "7", "YOLOPORT": "yoloport", "REGISTRY_PUSH_USER": "pusher",
         "REGISTRY_READ_USER": "reader", "COSIGN_KEY": "/keys/own", "COSIGN_PUBLIC_KEY": "/keys/own.pub",
         "WHEELHOUSE": "/wheels", "GITEE_PIPELINE_BUILD_NUMBER": "7"}  # fmt: skip
NOTES = '#!/bin/sh\nprintf "%s\\n" "$(basename "$0") $*" >> "$CALLS"\n'
DIGEST = "sha256:" + "ab" * 32


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with programs, a home and an empty folder for temporary files."""
    for folder in ("bin", "home/.config/yoloport", "tmp", "work"):
        (tmp_path / folder).mkdir(parents=True)
    log_in = 'cat > /dev/null; mkdir -p "$DOCKER_CONFIG"'
    told = f'case "$*" in *imagetools\\ inspect*) echo {DIGEST};; *login*) {log_in};; esac\n'
    venv = 'mkdir -p "$3/bin" && cp "$(dirname "$0")/pip" "$(dirname "$0")/yoloport" "$3/bin/"\n'
    for name, does in {"docker": told, "python3": venv}.items():
        (tmp_path / "bin" / name).write_text(NOTES + does)
    for name in ("pip", "yoloport", "grype", "cosign", "skopeo"):
        (tmp_path / "bin" / name).write_text(NOTES)
    for file in (tmp_path / "bin").iterdir():
        file.chmod(0o755)
    (tmp_path / "home/.config/yoloport/ci.env").write_text("")
    return tmp_path


def run(script: str, machine: Path, **variables: str) -> tuple[subprocess.CompletedProcess[str], list[str]]:
    calls = machine / "calls"
    calls.write_text("")
    environ = {**PLAIN, **SECRETS, "PATH": f"{machine}/bin:{os.environ['PATH']}", "HOME": f"{machine}/home",
               "TMPDIR": str(machine / "tmp"), "CALLS": str(calls), **variables}  # fmt: skip
    done = subprocess.run(["sh", "-c", script], env=environ, cwd=machine / "work", capture_output=True, text=True)
    return done, calls.read_text().splitlines()


@pytest.mark.parametrize("service", ["jenkins", "gitee"])
@pytest.mark.parametrize("platform", ["cpu", "ascend", "loongson"])
def test_every_script_runs_leaves_nothing_behind_and_shows_no_password(service: str, platform: str, machine: Path):
    made = pipeline(platform, service)
    for job in made.jobs:
        script = jenkins.script(job) if service == "jenkins" else gitee.script(made, job)
        done, calls = run(script, machine, **dict.fromkeys(job.takes, DIGEST))
        assert done.returncode == 0, done.stderr
        assert not list((machine / "tmp").iterdir())
        assert not [word for word in SECRETS.values() if word in "\n".join(calls) + done.stdout + done.stderr]
        assert calls[0].startswith("docker login") or calls[0].startswith("python3")


def test_the_tag_of_the_platform_moves_to_the_digest_that_was_signed_and_only_after_it_was_verified(machine: Path):
    jobs = {job.name: job for job in pipeline("cpu", "jenkins").jobs}
    _, signed = run(jenkins.script(jobs["sign"]), machine, DIGEST=DIGEST)
    _, moved = run(jenkins.script(jobs["promote"]), machine, DIGEST=DIGEST)
    image = f"{REGISTRY}/yolov8@{DIGEST}"
    assert signed[-1].endswith(image)
    assert moved[-2].startswith("cosign verify --key /keys/own.pub")
    assert moved[-2].endswith(image)
    assert moved[-1] == (f"skopeo copy --all --preserve-digests docker://{image} docker://{REGISTRY}/yolov8:cpu")


def test_nothing_moves_where_the_signature_does_not_hold(machine: Path):
    (machine / "bin/cosign").write_text("#!/bin/sh\nexit 1\n")
    job = pipeline("cpu", "jenkins").stage("promote")[0]
    done, calls = run(jenkins.script(job), machine, DIGEST=DIGEST)
    assert done.returncode != 0
    assert not [call for call in calls if call.startswith("skopeo")]


def test_a_job_without_a_registry_says_what_is_missing(machine: Path):
    done, calls = run(jenkins.script(pipeline("cpu", "jenkins", "").jobs[0]), machine, REGISTRY="")
    assert done.returncode != 0
    assert "registry.example.com/ai" in done.stderr
    assert not calls
