"""An image for an accelerator, started without one: it says why and ends, instead of computing on the processor."""

from __future__ import annotations

import subprocess

import pytest

from yoloport.errors import Exit

pytestmark = pytest.mark.engine


@pytest.mark.parametrize(
    ("language", "word"), [("C.UTF-8", "not on an accelerator"), ("zh_CN.UTF-8", "而不是在加速卡上")]
)
def test_without_its_nodes_a_container_ends_with_doctors_finding(docker: str, language: str, word: str):
    # The workspace's image bears the variables that the template gives an accelerator's; its content is the same.
    asked = {"YOLOPORT_PLATFORM": "ascend", "YOLOPORT_REQUIRE": "accelerator", "LANG": language}
    variables = [word for name, value in asked.items() for word in ("--env", f"{name}={value}")]
    argv = [docker, "run", "--rm", "--network", "none", *variables, "yoloport/workspace:cpu"]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == Exit.NO_DEVICE, done.stdout + done.stderr
    assert word in done.stdout and "yoloport up --platform ascend --dry-run" in done.stdout
    assert "JupyterLab starts" not in done.stdout
