"""From an engine's output to the line that says why, and to what helps."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.image.failures import BuildFailed, hint, why

BUILDKIT = """\
#9 [packages 3/4] RUN python3 -m venv /opt/venv
#9 12.31 Collecting torch==2.14.1+cpu
#9 13.02 ERROR: Could not find a version that satisfies the requirement torch==2.14.1+cpu (from versions: none)
#9 13.02 ERROR: No matching distribution found for torch==2.14.1+cpu
#9 ERROR: process "/bin/sh -c python3 -m venv" did not complete successfully: exit code: 1
------
 > [packages 3/4] RUN python3 -m venv /opt/venv:
------
ERROR: failed to solve: process "/bin/sh -c python3 -m venv" did not complete successfully: exit code: 1"""

UNREACHABLE = """\
#9 1.20 WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(refused)': /simple/numpy/
#9 8.50 ERROR: No matching distribution found for numpy==2.4.6
8.506 ERROR: No matching distribution found for numpy==2.4.6
ERROR: failed to solve: exit code: 1"""

NOT_STARTED = """\
[4/4] STEP 5/12: RUN --mount=type=bind,from=tools,target=/tmp/tools
error running container: unable to start: exec: "/tmp/loader": stat /tmp/loader: no such file
: exit status 1
time="2026-11-28T20:00:49Z" level=error msg="did not get container create message from subprocess: EOF"
Error: building at STEP "RUN --mount=type=bind,from=tools,target=/tmp/tools": while running runtime: exit status 1"""
"""Buildah 1.28.2."""


@pytest.mark.parametrize(
    ("output", "last"),
    [
        (BUILDKIT, "ERROR: No matching distribution found for torch==2.14.1+cpu"),
        ("#9 1.2 yoloport: torch is 2 and must be 1\n#9 ERROR: exit code: 1", "yoloport: torch is 2 and must be 1"),
        ("#9 1.2 E: Unable to locate package tini\nERROR: exit code: 100", "E: Unable to locate package tini"),
        ("#9 1.2 OSError: [Errno 28] No space left on device\nERROR: x", "OSError: [Errno 28] No space left on device"),
        (
            "Error: committing container for step {Env:[A=1] Command:run}: write /var/x: no space left on device",
            "Error: committing container for step: write /var/x: no space left on device",
        ),
        ("Error: creating build container: unable to pull", "Error: creating build container: unable to pull"),
        ("one\n\n", "one"),
        ("8.5 ERROR: bad wheel\n#9 ERROR: process x did not complete successfully: exit code: 1", "ERROR: bad wheel"),
        ("#9 ERROR: process x did not complete successfully: 2", "ERROR: process x did not complete successfully: 2"),
        ("", "the engine said nothing"),
        (NOT_STARTED, 'error running container: unable to start: exec: "/tmp/loader": stat /tmp/loader: no such file'),
        (
            'ls: cannot access /x\nError: building at STEP "RUN ls /x": while running runtime: exit status 2',
            "ls: cannot access /x",
        ),
        (
            "#9 0.3 ls: cannot access /x\n#9 ERROR: process y did not complete successfully: exit code: 2\n------",
            "ls: cannot access /x",
        ),
    ],
)
def test_the_line_that_says_why_is_the_failed_programs_and_not_the_engines_summary(output: str, last: str):
    assert why(output.splitlines()) == last


def test_of_a_long_line_the_end_is_kept_since_the_reason_stands_there():
    told = why([f"ERROR: failed to solve: {'x' * 900}: the reason"])
    assert told.startswith("ERROR: failed to solve: ") and told.endswith(": the reason") and len(told) < 420


@pytest.mark.parametrize(
    ("last", "helps"),
    [
        ('failed to solve: failed to parse platform : "" is an invalid', "too old or has no BuildKit"),
        ("unknown flag: --secret", "YOLOPORT_DOCKER"),
        ("the --mount option requires BuildKit", "docker-buildx"),
        ("Dockerfile parse error line 14: Unknown flag: mount", "too old"),
        ("OSError: [Errno 28] No space left on device", "docker system df"),
        ("ERROR: No matching distribution found for numpy==2.4.6", "no wheel of numpy==2.4.6 "),
        (why(UNREACHABLE.splitlines()), "reaches the package index"),
        ("ERROR: debian: failed to resolve source metadata: i/o timeout", "pull it from a mirror (docker.example)"),
        ("Error: creating build container: initializing source docker://x/debian:12: pinging", "(docker.example)"),
        ("ERROR: something", "what is done is cached"),
    ],
)
def test_each_kind_of_failure_has_what_helps(last: str, helps: str):
    assert helps in hint(last, ["docker.example"])


def test_a_missing_wheel_names_the_folder_where_there_is_one_and_the_options_where_not():
    last = "ERROR: No matching distribution found for numpy==2.4.6"
    assert "into /wheels" in hint(last, wheelhouse=Path("/wheels")) and "--wheelhouse" in hint(last)


def test_the_problem_says_what_failed_why_and_where_the_output_is():
    problem = BuildFailed("t:1", "unable to pull", Path("/log"), ["docker.example"])
    assert problem.cause == "building t:1 failed: unable to pull"
    assert "docker.example" in problem.remedy and problem.remedy.endswith("the whole output is in /log")
