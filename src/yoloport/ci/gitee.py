"""A pipeline of Gitee Go, whose jobs run on host groups of your own with the plug-in ``shell@agent``.

Keys and values: Gitee help 4358 (version, name, displayName) and gitee-go/pipeline/scheduling (stages, strategy,
trigger, steps, name), gitee-go/plugin/shell (shell@agent, hostGroupID, script), gitee-go/pipeline/parameter
(GITEE_PIPELINE_BUILD_NUMBER); read 2026-11-24. Without ``triggers`` a person starts it. A job on a host cannot hand
a value to one on another, so each looks the candidate's digest up. Values of parameters stand open in the file, so
secrets lie in a file on the host. No third party's action is used, and packages come from the catalogue's mirrors in
China.
"""

from __future__ import annotations

from yoloport.ci import about, scripts
from yoloport.ci.plan import STAGES, TITLES, Job, Pipeline, Traits

TRAITS = Traits(mirror="cn", passes_digests=False)
SECRETS = "$HOME/.config/yoloport/ci.env"
"""A file of shell assignments that only the agent's user may read."""


def file(platform: str) -> str:
    """Where Gitee looks for it."""
    return f".workflow/yoloport-{platform}.yml"


def render(pipeline: Pipeline) -> str:
    """The pipeline's text."""
    name = pipeline.platform.name
    lines = [
        *(f"# {line}" for line in about.comment(pipeline, "gitee", file(name), _own(pipeline))),
        "version: '1.0'",
        f"name: yoloport-{name.replace('_', '-')}",
        f"displayName: yoloport {name}",
        "stages:",
    ]
    for stage in STAGES:
        if jobs := pipeline.stage(stage):
            lines += [
                f"  - name: {stage}",
                f"    displayName: {TITLES[stage]}",
                "    strategy: fast # one failure ends the stage",
                f"    trigger: {'manual' if any(job.by_hand for job in jobs) else 'auto'}",
                "    steps:",
            ]
            for job in jobs:
                lines += _step(pipeline, job)
    return "\n".join(lines) + "\n"


def _own(pipeline: Pipeline) -> list[tuple[str, str]]:
    named = [*([] if pipeline.registry else ["REGISTRY"]), *(["WHEELHOUSE"] if pipeline.wheelhouse else [])]
    return [
        ("Start", "by hand; a schedule can be set on the pipeline's page"),
        ("Host groups", about.runners(pipeline, own=False)),
        ("Secrets", f"in {SECRETS} of the agent's user on each host, mode 0600, as NAME=VALUE lines for the "
                    f"shell, and on each host only what its jobs need: {about.secrets(pipeline)}"),
        *([("In the same file", ", ".join(named))] if named else []),
        ("Evidence", "stays on the hosts, below ~/yoloport-ci; Gitee keeps the log"),
        ("Timeouts", "Gitee's own; the pipeline's page sets them"),
    ]  # fmt: skip


def _step(pipeline: Pipeline, job: Job) -> list[str]:
    return [
        "      - step: shell@agent",
        f"        name: {job.name.replace('-', '_')}",
        f"        displayName: {TITLES[job.stage]}",
        f"        hostGroupID: {job.runner.label}",
        "        script: |",
        *about.indent(script(pipeline, job), 10),
    ]


def script(pipeline: Pipeline, job: Job) -> str:
    """The job's whole shell script.

    The parameter stands in double quotes: that is right whether Gitee replaces it in the text or sets a variable.
    """
    name = pipeline.platform.name
    wanted = {"REGISTRY", *(["YOLOPORT", "PIP_INDEX_URL"] if "$YOLOPORT" in job.login else [])}
    assigned = "".join(f"export {key}={value}\n" for key, value in pipeline.variables.items() if key in wanted)
    kept = f'mkdir -p "$HOME/yoloport-ci/{name}-$VERSION"\ncd "$HOME/yoloport-ci/{name}-$VERSION"\n'
    return (
        'set -eu\nVERSION="${GITEE_PIPELINE_BUILD_NUMBER}"\nset -a\n'
        + "# shellcheck source=/dev/null\n"
        + f'. "{SECRETS}"\nset +a\n'
        + assigned
        + (kept if job.evidence else "")
        + job.login
        + "".join(_look_up(name, taken) for taken in job.takes)
        + job.body
        + ('echo "digest: $digest"\n' if job.gives else "")
    )


def _look_up(platform: str, variable: str) -> str:
    architecture = variable.removeprefix("DIGEST").removeprefix("_").lower()
    return f"{variable}=$({scripts.digest_of(scripts.candidate(platform, architecture))})\n"
