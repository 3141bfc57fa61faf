"""A workflow of GitHub Actions.

Actions by others are pinned by the commit of their release, read from the tags of the repositories on 2026-11-24. No
job checks a repository out, so none has a permission on it; only the one that signs may ask for an identity token.
That of grype is one commit after a release: until then it ran an install script of a branch (its pull request 750).
Trivy's own action is not used: all its tags but one were replaced by malicious ones (GHSA-69fq-xp46-6x23, 2026-03).
"""

from __future__ import annotations

from yoloport.ci import about
from yoloport.ci.plan import TITLES, Job, Pipeline, Runner, Traits

TRAITS = Traits(keyless=True)
UPLOAD = "actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0"
INSTALL = {
    "cosign": "sigstore/cosign-installer@6f9f17788090df1f26f669e9d70d6ae9567deba6 # v4.1.2, cosign 3.0.6",
    "grype": "anchore/scan-action/download-grype@b905e0e0656b6a565b0378434ebce91504deb990 # grype 0.117",
}
"""Tools that GitHub's machines lack; docker, buildx, python3, skopeo are there (actions/runner-images)."""
HOSTED = {"amd64": "ubuntu-24.04", "arm64": "ubuntu-24.04-arm"}
BRANCH = "main"


def file(platform: str) -> str:
    """Where GitHub looks for it."""
    return f".github/workflows/yoloport-{platform}.yml"


def render(pipeline: Pipeline) -> str:
    """The workflow's text."""
    name = pipeline.platform.name
    lines = [
        *(f"# {line}" for line in about.comment(pipeline, "github", file(name), _own(pipeline))),
        f"name: yoloport {name}",
        "",
        "on:",
        "  workflow_dispatch:",
        "  schedule:",
        "    - cron: '17 3 * * 1' # weekly: bases and known holes change",
        "  push:",
        f"    branches: [{BRANCH}]",
        f"    paths: [{file(name)}]",
        "",
        "permissions: {}",
        "",
        "concurrency:",
        f"  group: yoloport-{name}",
        "  cancel-in-progress: false # a promotion is not cut off in the middle",
        "",
        "env:",
        *([] if pipeline.registry else ["  REGISTRY: ${{ vars.REGISTRY }}"]),
        *(f"  {variable}: {value}" for variable, value in pipeline.variables.items()),
        *(["  WHEELHOUSE: ${{ vars.WHEELHOUSE }}"] if pipeline.wheelhouse else []),
        "  VERSION: ${{ github.run_number }}",
        "",
        "jobs:",
    ]
    for job in pipeline.jobs:
        lines += _job(pipeline, job)
    return "\n".join(lines) + "\n"


def _own(pipeline: Pipeline) -> list[tuple[str, str]]:
    own = about.runners(pipeline, own=True)
    variables = [*([] if pipeline.registry else ["REGISTRY"]), *(["WHEELHOUSE"] if pipeline.wheelhouse else [])]
    lent = {runner.label: runner.architecture for runner in pipeline.runners if not runner.own}
    settings = [f"{_variable(label)} (a runner of yours in place of {HOSTED[word]})" for label, word in lent.items()]
    return [
        ("Secrets", about.secrets(pipeline)),
        *([("Variables", ", ".join(variables))] if variables else []),
        ("Variables that may be set", "; ".join(settings)),
        *([("Runners of your own", own)] if own else []),
        ("Environment", f"yoloport-release, whose reviewers let an image be promoted; only {BRANCH} gets that far"),
        ("Signature", "keyless: the public log at Sigstore names this repository and the image's digest"),
        ("Disk", "GitHub's machines have about 14 GB free; a larger base needs a runner of your own"),
    ]


def _variable(label: str) -> str:
    return label.upper().replace("-", "_")


def _runs_on(runner: Runner) -> str:
    if runner.own:
        return f"[self-hosted, {runner.label}]"
    return f"${{{{ vars.{_variable(runner.label)} || '{HOSTED[runner.architecture]}' }}}}"


def _job(pipeline: Pipeline, job: Job) -> list[str]:
    needs = {taken: giver.name for giver in pipeline.jobs for taken in job.takes if giver.gives == taken}
    released = job.stage in ("sign", "push", "promote")
    lines = [
        f"  {job.name}:",
        f"    name: {TITLES[job.stage]}{f' ({job.runner.architecture})' if job.stage in ('build', 'test') else ''}",
        *([f"    needs: [{', '.join(job.needs)}]"] if job.needs else []),
        *([f"    if: github.ref == 'refs/heads/{BRANCH}'"] if released else []),
        f"    runs-on: {_runs_on(job.runner)}",
        f"    timeout-minutes: {job.minutes}",
        *(["    environment: yoloport-release"] if job.by_hand else []),
        *(
            ["    permissions:", "      id-token: write # says to Sigstore which workflow signs"]
            if _keyless(job)
            else []
        ),
        *(["    outputs:", "      digest: ${{ steps.main.outputs.digest }}"] if job.gives else []),
        "    steps:",
        *(line for tool in job.tools if tool in INSTALL for line in _install(tool)),
        "      - name: " + TITLES[job.stage],
        "        id: main",
        "        shell: sh",
        "        env:",
        *(f"          {name}: ${{{{ needs.{giver}.outputs.digest }}}}" for name, giver in needs.items()),
        *(f"          {name}: ${{{{ secrets.{name} }}}}" for name in job.secrets),
        *(["          GRYPE: ${{ steps.grype.outputs.cmd }}"] if "grype" in job.tools else []),
        "        run: |",
        *about.indent(_script(job), 10),
        *(_keep(pipeline, job) if job.evidence else []),
        "",
    ]
    return lines[:-1] if job is pipeline.jobs[-1] else lines


def _install(tool: str) -> list[str]:
    return [f"      - uses: {INSTALL[tool]}", f"        id: {tool}"]


def _keyless(job: Job) -> bool:
    return job.stage == "sign"


def _script(job: Job) -> str:
    gives = 'echo "digest=$digest" >> "$GITHUB_OUTPUT"\n' if job.gives else ""
    tool = 'PATH="$(dirname "$GRYPE"):$PATH"\n' if "grype" in job.tools else ""
    return job.login + tool + job.body + gives


def _keep(pipeline: Pipeline, job: Job) -> list[str]:
    return [
        f"      - uses: {UPLOAD}",
        "        if: always()",
        "        with:",
        f"          name: {pipeline.platform.name}-{job.evidence}",
        f"          path: {job.evidence}/",
    ]
