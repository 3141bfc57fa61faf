"""A pipeline of GitLab CI, for runners with the shell executor: they have the engine and the devices."""

from __future__ import annotations

from yoloport.ci import about
from yoloport.ci.plan import STAGES, Job, Pipeline, Traits

TRAITS = Traits()


def file(platform: str) -> str:
    """Where the pipeline may lie; GitLab itself reads ``.gitlab-ci.yml`` and what that includes."""
    return f".gitlab/yoloport-{platform}.yml"


def render(pipeline: Pipeline) -> str:
    """The pipeline's text."""
    name = pipeline.platform.name
    stages = [stage for stage in STAGES if pipeline.stage(stage)]
    lines = [
        *(f"# {line}" for line in about.comment(pipeline, "gitlab", _where(name), _own(pipeline))),
        "workflow:",
        "  rules:",
        "    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH # protected variables are there, and nowhere else",
        "",
        f"stages: [{', '.join(stages)}]",
        "",
        "variables:",
        *(f"  {variable}: {value}" for variable, value in pipeline.variables.items()),
        "  VERSION: $CI_PIPELINE_IID",
        "  GIT_STRATEGY: none # no job needs the repository's files",
        "",
    ]
    for job in pipeline.jobs:
        lines += _job(name, job)
    return "\n".join(lines[:-1]) + "\n"


def _where(name: str) -> str:
    return f"{file(name)}, and in .gitlab-ci.yml: include: [{{local: {file(name)}}}]"


def _own(pipeline: Pipeline) -> list[tuple[str, str]]:
    variables = [*([] if pipeline.registry else ["REGISTRY"]), *(["WHEELHOUSE"] if pipeline.wheelhouse else [])]
    return [
        ("CI/CD variables", about.secrets(pipeline)),
        ("Kind of variable", "COSIGN_KEY and COSIGN_PUBLIC_KEY are of type File; all are protected, passwords masked"),
        *([("Variables besides", ", ".join(variables))] if variables else []),
        ("Runner tags, shell executor", about.runners(pipeline, own=False)),
    ]


def _job(platform: str, job: Job) -> list[str]:
    script = job.login + job.body
    if job.gives:
        script += f'echo "{job.gives}=$digest" > digest.env\n'
    return [
        f"{platform}-{job.name}:",
        f"  stage: {job.stage}",
        f"  tags: [{job.runner.label}]",
        f"  timeout: {job.minutes} minutes",
        *([f"  needs: [{', '.join(f'{platform}-{one}' for one in job.needs)}]"] if job.needs else []),
        *(
            [f"  resource_group: yoloport-{platform} # one release at a time"]
            if job.stage in ("push", "promote")
            else []
        ),
        *(["  when: manual # a person lets the image go out", "  allow_failure: false"] if job.by_hand else []),
        "  script:",
        "    - |",
        *about.indent(script, 6),
        *_artifacts(job),
        "",
    ]


def _artifacts(job: Job) -> list[str]:
    if job.gives:
        return ["  artifacts:", "    reports:", "      dotenv: digest.env"]
    if job.evidence:
        return [
            "  artifacts:",
            "    when: always",
            "    expire_in: 90 days",
            f"    paths: [{job.evidence}/]",
        ]
    return []
