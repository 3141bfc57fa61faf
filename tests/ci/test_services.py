"""The pipelines as each service reads them: exact texts, the services' own schemas and linters, and shellcheck."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ci.shell import TELLING, pipeline, scripts, text
from yoloport import __version__
from yoloport.ci import gitee, github, jenkins
from yoloport.ci.services import SERVICES
from yoloport.platforms.load import load_all

PLATFORMS = [platform.name for platform in load_all()]
SUFFIX = {"jenkins": "Jenkinsfile"}
IN_YAML = ("github", "gitlab", "gitee")


def program(name: str) -> str:
    """A linter beside this Python or on the path; the test is skipped where it is not."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    if not found:
        pytest.skip(f"no {name} here")
    return found


def shell_of(platform: str, service: str) -> dict[str, str]:
    made = pipeline(platform, service)
    if service == "jenkins":
        return {job.name: jenkins.script(job) for job in made.jobs}
    return scripts(service, yaml.safe_load(text(platform, service)))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("platform", TELLING)
def test_the_pipeline_is_exactly_this(platform: str, service: str, golden):
    name = f"{service}-{platform}.{SUFFIX.get(service, 'yml')}"
    golden(name, text(platform, service).replace(f"yoloport=={__version__}", "yoloport==VERSION"))


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("platform", PLATFORMS)
def test_shellcheck_has_nothing_to_say_of_any_script(platform: str, service: str, tmp_path: Path):
    check, files = program("shellcheck"), []
    for name, script in shell_of(platform, service).items():
        files.append(tmp_path / f"{name}.sh")
        files[-1].write_text(f"#!/bin/sh\n{script}", encoding="utf-8")
    assert len(files) == len(pipeline(platform, service).jobs)
    done = subprocess.run([check, "-s", "sh", *files], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("service", "schema"), [("github", "github-workflows"), ("gitlab", "gitlab-ci")])
def test_the_services_own_schema_takes_every_pipeline_and_refuses_a_wrong_one(
    service: str, schema: str, tmp_path: Path
):
    command = [program("check-jsonschema"), "--builtin-schema", f"vendor.{schema}"]
    for platform in PLATFORMS:
        (tmp_path / f"{platform}.yml").write_text(text(platform, service), encoding="utf-8")
    done = subprocess.run([*command, *sorted(tmp_path.glob("*.yml"))], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout
    wrong = tmp_path / "wrong.yml"
    wrong.write_text(text("cpu", service).replace("  needs: [", "  needz: ["), encoding="utf-8")
    assert subprocess.run([*command, wrong], capture_output=True).returncode == 1


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_linter_of_workflows_finds_nothing(platform: str, tmp_path: Path):
    done = lint_workflow(text(platform, "github"), tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_linter_of_workflows_would_find_a_job_that_is_not_there(tmp_path: Path):
    wrong = text("cpu", "github").replace("needs.join.outputs", "needs.joined.outputs")
    assert lint_workflow(wrong, tmp_path).returncode == 1


def lint_workflow(text: str, folder: Path) -> subprocess.CompletedProcess[str]:
    file = folder / ".github/workflows/one.yml"
    file.parent.mkdir(parents=True)
    file.write_text(text, encoding="utf-8")
    labels = [f"yoloport-{name}" for name in (*PLATFORMS, "amd64", "arm64", "loong64")]
    (folder / ".github/actionlint.yaml").write_text(json.dumps({"self-hosted-runner": {"labels": labels}}))
    return subprocess.run([program("jactionlint"), file], cwd=folder, capture_output=True, text=True)


def test_a_linter_for_the_security_of_workflows_finds_nothing(tmp_path: Path):
    for platform in TELLING:
        (tmp_path / f"{platform}.yml").write_text(text(platform, "github"), encoding="utf-8")
    command = [program("zizmor"), "--offline", "--no-progress", "--no-config", *sorted(tmp_path.glob("*.yml"))]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_workflow_pins_its_actions_and_only_the_signing_job_has_a_permission(platform: str):
    read = yaml.safe_load(text(platform, "github"))
    used = [step["uses"] for job in read["jobs"].values() for step in job["steps"] if "uses" in step]
    assert used
    assert all(re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", one) for one in used)
    assert read["permissions"] == {}
    assert {name: job["permissions"] for name, job in read["jobs"].items() if "permissions" in job} == {
        "sign": {"id-token": "write"}
    }
    assert all(job["timeout-minutes"] for job in read["jobs"].values())
    assert read["jobs"]["promote"]["environment"] == "yoloport-release"
    assert read["jobs"]["push"]["if"] == f"github.ref == 'refs/heads/{github.BRANCH}'"


def test_gitlab_holds_a_promotion_for_a_person_and_runs_on_the_default_branch_alone():
    read = yaml.safe_load(text("ascend", "gitlab"))
    assert read["ascend-promote"]["when"] == "manual"
    assert read["ascend-promote"]["allow_failure"] is False
    assert read["workflow"]["rules"] == [{"if": "$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH"}]
    assert read["ascend-join"]["artifacts"]["reports"] == {"dotenv": "digest.env"}


# Keys of Gitee Go, from its help: 4358, gitee-go/pipeline/scheduling, gitee-go/plugin/shell (read 2026-11-24).
GITEE = {
    "pipeline": {"version", "name", "displayName", "stages"},
    "stage": {"name", "displayName", "strategy", "trigger", "steps"},
    "step": {"step", "name", "displayName", "hostGroupID", "script"},
}
IDENTIFIER = re.compile(r"[a-z0-9_-]+")


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_pipeline_for_gitee_has_the_documented_keys_and_values(platform: str):
    read = yaml.safe_load(text(platform, "gitee"))
    steps = [step for stage in read["stages"] for step in stage["steps"]]
    assert set(read) == GITEE["pipeline"]
    assert read["version"] == "1.0"
    assert all(set(stage) == GITEE["stage"] for stage in read["stages"])
    assert all(set(step) == GITEE["step"] and step["step"] == "shell@agent" for step in steps)
    assert {stage["trigger"] for stage in read["stages"]} == {"auto", "manual"}
    names = [read["name"], *(stage["name"] for stage in read["stages"]), *(step["name"] for step in steps)]
    assert all(IDENTIFIER.fullmatch(name) for name in names)
    assert len({step["name"] for step in steps}) == len(steps)
    assert [stage["name"] for stage in read["stages"] if stage["trigger"] == "manual"] == ["promote"]


def test_a_pipeline_for_gitee_needs_nothing_from_github_and_takes_the_mirrors_in_china():
    for platform in PLATFORMS:
        shown = text(platform, "gitee")
        assert not re.search(r"github|ghcr\.io|gcr\.io", shown)
        assert all("--mirror cn" in job.body for job in pipeline(platform, "gitee").stage("build"))
        assert "export PIP_INDEX_URL=https://" in shown


def test_a_job_on_a_host_of_gitee_looks_up_the_digests_that_it_takes():
    made = pipeline("ascend", "gitee")
    for job in made.jobs:
        found = set(re.findall(r"^(DIGEST\w*)=", gitee.script(made, job), re.MULTILINE))
        assert found == set(job.takes)


# Sections and directives of a declarative pipeline (jenkins.io, book/pipeline/syntax, read 2026-11-24).
DIRECTIVES = {
    "pipeline": {"agent", "options", "triggers", "environment", "stages"},
    "stages": {"stage"},
    "parallel": {"stage"},
    "stage": {"agent", "input", "steps", "post", "parallel"},
    "steps": {"timeout", "script"},
    "post": {"always", "cleanup"},
}


def blocks(text: str) -> list[tuple[str, str]]:
    """Each block of a Jenkinsfile with the one around it; fails where braces do not close."""
    plain = re.sub(r"'''.*?'''", "''", text, flags=re.DOTALL)
    plain = re.sub(r"//.*|'[^'\n]*'|\"[^\"\n]*\"", "", plain)
    around, found, begin = [""], [], 0
    for brace in re.finditer(r"[{}]", plain):
        if brace[0] == "}":
            assert len(around) > 1
            around.pop()
        else:
            name = re.findall(r"(\w+)\s*(?:\([^()]*(?:\([^()]*\)[^()]*)*\))?\s*$", plain[begin : brace.start()])[-1]
            found.append((around[-1], name))
            around.append(name)
        begin = brace.end()
    assert around == [""]
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_jenkinsfile_is_groovy_and_has_only_declarative_blocks(platform: str):
    shown = text(platform, "jenkins")
    for around, name in blocks(shown):
        assert around not in DIRECTIVES or name in DIRECTIVES[around], f"{name} in {around}"
    parser = pytest.importorskip("tree_sitter")
    grammar = pytest.importorskip("tree_sitter_groovy")
    read = parser.Parser(parser.Language(grammar.language()))
    assert not read.parse(shown.encode()).root_node.has_error
    assert read.parse(shown.replace("stages {", "stages (", 1).encode()).root_node.has_error


@pytest.mark.parametrize("platform", PLATFORMS)
def test_jenkins_puts_nothing_into_a_script_and_does_not_trace_it(platform: str):
    shown = text(platform, "jenkins")
    inside = re.findall(r"sh '''(.*?)'''", shown, re.DOTALL)
    made = pipeline(platform, "jenkins")
    assert len(inside) == len(made.jobs)
    assert all(one.startswith("#!/bin/sh\n") and "set -x" not in one for one in inside)
    read = [re.sub(r"(?m)^ +", "", one.split("\n", 1)[1]).replace("\\\\", "\\").strip() for one in inside]
    assert read == [re.sub(r"(?m)^ +", "", jenkins.script(job)).strip() for job in made.jobs]


@pytest.mark.parametrize("service", SERVICES)
def test_no_pipeline_names_a_secret_that_its_first_lines_do_not(service: str):
    shown = text("ascend", service)
    sign = "//" if service == "jenkins" else "#"
    head = " ".join(line.lstrip(sign) for line in shown.splitlines() if line.startswith(sign))
    words = pipeline("ascend", service).secrets
    wanted = re.findall(r"credentialsId: '([\w-]+)'", shown) if service == "jenkins" else words
    assert all(word in head for word in wanted)
    assert all(label.label in head for label in pipeline("ascend", service).runners if label.own)


@pytest.mark.parametrize("service", SERVICES)
def test_without_a_registry_the_service_is_asked_and_the_first_lines_say_so(service: str):
    shown = text("cpu", service, registry="")
    assert "registry.example.com" not in re.sub(r'"\$\{REGISTRY:\?.*', "", shown)
    assert re.search(r"^(#|//) .*\bREGISTRY\b", shown, re.MULTILINE)
