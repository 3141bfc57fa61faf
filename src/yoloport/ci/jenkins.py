"""A declarative pipeline of Jenkins.

Steps are those of the plug-ins that Jenkins suggests (Pipeline, Credentials Binding). Scripts begin with an
interpreter, so that Jenkins does not run them with -x, which prints what it expands (workflow-durable-task-step, sh).
"""

from __future__ import annotations

from yoloport.ci import about
from yoloport.ci.plan import KEY, PUBLIC_KEY, PUSH, READ, STAGES, TITLES, Job, Pipeline, Traits

TRAITS = Traits()
BINDINGS = {
    READ: "usernamePassword(credentialsId: 'yoloport-registry-read', "
    "usernameVariable: 'REGISTRY_READ_USER', passwordVariable: 'REGISTRY_READ_TOKEN')",
    PUSH: "usernamePassword(credentialsId: 'yoloport-registry-push', "
    "usernameVariable: 'REGISTRY_PUSH_USER', passwordVariable: 'REGISTRY_PUSH_TOKEN')",
    KEY[:1]: "file(credentialsId: 'yoloport-cosign-key', variable: 'COSIGN_KEY')",
    KEY[1:]: "string(credentialsId: 'yoloport-cosign-password', variable: 'COSIGN_PASSWORD')",
    PUBLIC_KEY: "file(credentialsId: 'yoloport-cosign-public-key', variable: 'COSIGN_PUBLIC_KEY')",
}
"""What each credential is called in Jenkins, by the variables that it fills."""


def file(platform: str) -> str:
    """The script path to give the Jenkins job."""
    return f"jenkins/yoloport-{platform}.Jenkinsfile"


def render(pipeline: Pipeline) -> str:
    """The Jenkinsfile's text."""
    lines = [
        *(f"// {line}" for line in about.comment(pipeline, "jenkins", file(pipeline.platform.name), _own(pipeline))),
        "pipeline {",
        "  agent none",
        "  options {",
        "    disableConcurrentBuilds()",
        "    skipDefaultCheckout() // no stage needs the repository's files",
        "    buildDiscarder(logRotator(numToKeepStr: '30'))",
        "  }",
        "  triggers {",
        "    cron('H 3 * * 1') // weekly: bases and known holes change",
        "  }",
        "  environment {",
        *(f"    {name} = '{value}'" for name, value in pipeline.variables.items()),
        '    VERSION = "${env.BUILD_NUMBER}"',
        "  }",
        "  stages {",
    ]
    for stage in STAGES:
        jobs = pipeline.stage(stage)
        if len(jobs) == 1:
            lines += _stage(jobs[0], TITLES[stage], 4)
        elif jobs:
            inner = [line for job in jobs for line in _stage(job, job.name, 8)]
            lines += [f"    stage('{TITLES[stage]}') {{", "      parallel {", *inner, "      }", "    }"]
    return "\n".join([*lines, "  }", "}"]) + "\n"


def _own(pipeline: Pipeline) -> list[tuple[str, str]]:
    variables = [*([] if pipeline.registry else ["REGISTRY"]), *(["WHEELHOUSE"] if pipeline.wheelhouse else [])]
    return [
        ("Credentials", "yoloport-registry-read and yoloport-registry-push (user name with password), "
                        "yoloport-cosign-key and yoloport-cosign-public-key (secret file), "
                        "yoloport-cosign-password (secret text)"),
        *([("Environment variables, of the folder or of Jenkins", ", ".join(variables))] if variables else []),
        ("Node labels", about.runners(pipeline, own=False)),
        ("Branch", "a job for one branch; in a multibranch project every branch would be released"),
    ]  # fmt: skip


def _stage(job: Job, title: str, by: int) -> list[str]:
    lines = [
        f"stage('{title}') {{",
        f"  agent {{ label '{job.runner.label}' }}",
        *(["  input { message 'Move the tag of the platform to this image?' }"] if job.by_hand else []),
        "  steps {",
        # Inside the steps, so that waiting for a node or a person does not count.
        f"    timeout(time: {job.minutes}, unit: 'MINUTES') {{",
        "      withCredentials([",
        *(f"        {binding}," for binding in _bindings(job)[:-1]),
        f"        {_bindings(job)[-1]}",
        "      ]) {",
        "        sh '''#!/bin/sh",
    ]
    lines = [" " * by + line for line in lines]
    lines += about.indent(_escaped(script(job)), by + 10)
    rest = ["        '''", "      }", "    }", *_gives(job), "  }", *_post(job), "}"]
    return lines + [" " * by + line for line in rest]


def script(job: Job) -> str:
    """The job's whole shell script."""
    return job.login + job.body + ("printf '%s' \"$digest\" > digest\n" if job.gives else "")


def _escaped(text: str) -> str:
    """For Groovy's triple single quotes, where a backslash begins an escape."""
    return text.replace("\\", "\\\\").replace("'''", "\\'\\'\\'")


def _bindings(job: Job) -> list[str]:
    return [binding for names, binding in BINDINGS.items() if set(names) <= set(job.secrets)]


def _gives(job: Job) -> list[str]:
    return ["    script {", f"      env.{job.gives} = readFile('digest').trim()", "    }"] if job.gives else []


def _post(job: Job) -> list[str]:
    keep = f"archiveArtifacts artifacts: '{job.evidence}/**', allowEmptyArchive: true"
    return [
        "  post {",
        *([f"    always {{ {keep} }}"] if job.evidence else []),
        "    cleanup { deleteDir() }",
        "  }",
    ]
