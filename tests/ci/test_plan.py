"""Which jobs there are, what each may, and that nothing is released that was not tested."""

from __future__ import annotations

import pytest

from ci.shell import REGISTRY, pipeline
from yoloport.ci.plan import STAGES, Pipeline, require_registry
from yoloport.ci.problems import BadRegistry
from yoloport.ci.services import SERVICES
from yoloport.platforms.load import load_all

PLATFORMS = [platform.name for platform in load_all()]


def before(made: Pipeline, name: str) -> set[str]:
    """All jobs that must have ended before this one."""
    jobs = {job.name: job for job in made.jobs}
    found: set[str] = set()
    for need in jobs[name].needs:
        found |= {need} | before(made, need)
    return found


@pytest.mark.parametrize("platform", PLATFORMS)
def test_an_image_is_promoted_only_after_everything_else(platform: str):
    made = pipeline(platform, "github")
    assert before(made, "promote") == {job.name for job in made.jobs} - {"promote"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_stages_stand_in_order_and_no_job_needs_a_later_one(platform: str):
    made = pipeline(platform, "gitlab")
    order = [STAGES.index(job.stage) for job in made.jobs]
    assert order == sorted(order)
    place = {job.name: STAGES.index(job.stage) for job in made.jobs}
    assert all(place[need] < place[job.name] for job in made.jobs for need in job.needs)


@pytest.mark.parametrize("platform", load_all(), ids=lambda one: one.name)
def test_a_platform_with_a_chip_is_tested_on_a_runner_that_has_it(platform):
    made = pipeline(platform.name, "github")
    on_chip = made.stage("device")
    assert bool(on_chip) is not platform.match.always
    if on_chip:
        assert on_chip[0].runner.label == f"yoloport-{platform.name}"
        assert "--with-device" in on_chip[0].body
    assert not any("--with-device" in job.body for job in made.stage("test"))


@pytest.mark.parametrize("service", SERVICES)
def test_a_job_has_no_secret_that_its_script_does_not_use_and_lacks_none(service: str):
    for job in pipeline("ascend", service).jobs:
        used = job.login + job.body
        assert all(name in used or name == "COSIGN_PASSWORD" for name in job.secrets)
        pushes = any(word in job.body for word in ("--push", "imagetools create", "cosign sign", "skopeo copy"))
        assert ("REGISTRY_PUSH_TOKEN" in job.secrets) is pushes
        assert ("COSIGN_KEY" in job.secrets) is ("$COSIGN_KEY" in job.body)


@pytest.mark.parametrize("service", SERVICES)
def test_every_digest_that_a_job_takes_was_given_by_a_job_that_it_needs(service: str):
    made = pipeline("ascend", service)
    gives = {job.gives: job.name for job in made.jobs if job.gives}
    assert all(gives[taken] in job.needs for job in made.jobs for taken in job.takes)


def test_wheels_that_no_index_has_come_from_a_folder_on_a_runner_of_ones_own():
    made = pipeline("loongson", "github")
    assert made.wheelhouse
    assert all('--wheelhouse "$WHEELHOUSE"' in job.body and job.runner.own for job in made.stage("build"))
    assert not any(job.runner.own for job in pipeline("cpu", "github").jobs)


def test_only_architectures_of_the_base_are_built():
    assert pipeline("kunlunxin", "github").architectures == ("amd64",)
    assert pipeline("loongson", "github").architectures == ("loong64",)
    assert "--arch" not in pipeline("loongson", "github").stage("build")[0].body


@pytest.mark.parametrize("registry", [REGISTRY, "localhost/x", "10.0.0.1:5000/ai/yolo", "r.example", "a.b/c_d/e--f"])
def test_a_registry_with_or_without_a_folder_is_taken(registry: str):
    require_registry(registry)
    assert pipeline("cpu", "gitee", registry).variables["REGISTRY"] == registry


@pytest.mark.parametrize(
    "registry",
    [
        "https://r.example/ai", "r.example/ai:tag", "r.example/a@sha256:00", "r.example/$(id)", "r.example/a b",
        "R.example/a", "r.example/a\nb: c", "r.example/'''", "'; id #", "r.example/", "/ai", "r.example//a",
        "-r.example/a", "library/yolo", "r.example:port/a", "r.example/ai\n", "r.example/" + "a" * 200,
        "${{ secrets.X }}", "r.example/é",
    ],
)  # fmt: skip
def test_a_registry_that_would_mean_something_else_in_shell_or_yaml_is_refused(registry: str):
    with pytest.raises(BadRegistry) as caught:
        pipeline("cpu", "github", registry)
    assert "registry.example.com/ai" in caught.value.remedy
