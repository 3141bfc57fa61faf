"""The engines that ``scripts/test`` brings up, and a container that is run to its end."""

from __future__ import annotations

import os
import subprocess

import pytest

LOCKED_DOWN = ("--network", "none", "--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges",
               "--user", "4321:0")  # fmt: skip


def docker() -> tuple[str, str]:
    """Docker and the base image of the tests; skips with the reason where there is none."""
    return _needed("DOCKER", "TEST_BASE", "NO_ENGINE", "no container engine: scripts/engine up")


def podman() -> tuple[str, str]:
    """The same of Podman, which also has what Buildah built."""
    return _needed("PODMAN", "TEST_BUILDERS_BASE", "NO_BUILDERS", "no Podman and Buildah: scripts/builders up")


def _needed(client: str, base: str, reason: str, otherwise: str) -> tuple[str, str]:
    found = os.environ.get(f"YOLOPORT_{client}"), os.environ.get(f"YOLOPORT_{base}")
    if not found[0] or not found[1]:
        pytest.skip(os.environ.get(f"YOLOPORT_{reason}", otherwise))
    return found[0], found[1]


def output(client: str, *words: str, seconds: float) -> str:
    """What a locked-down container prints to its good end; not by `run`, which never ends where an emulator hangs."""
    argv = [client, "run", "--detach", *LOCKED_DOWN, *words]
    number = subprocess.run(argv, capture_output=True, text=True, check=True).stdout.strip()
    try:
        argv = [client, "wait", number]
        code = subprocess.run(argv, capture_output=True, text=True, timeout=seconds, check=True).stdout.strip()
        said = subprocess.run([client, "logs", number], capture_output=True, text=True, check=True)
        assert code == "0", said.stderr
        return said.stdout
    finally:
        subprocess.run([client, "rm", "--force", number], capture_output=True, check=False)
