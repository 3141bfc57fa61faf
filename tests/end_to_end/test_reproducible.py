"""Two builds from one lock, the second without a cache, are the same files."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import tarfile
from collections.abc import Iterator

import pytest

from end_to_end.conftest import Account
from yoloport.host import folders

PACKAGES = "var/lib/dpkg/status"
pytestmark = [pytest.mark.engine, pytest.mark.timeout(1800)]


@pytest.fixture
def again(account: Account, docker: str) -> Iterator:
    """Builds without a cache, and gives the image's files."""
    made = []

    def build(kind: str) -> dict[str, tuple]:
        tag = f"yoloport-test/twice:{kind}-{len(made)}"
        made.append(tag)
        wheels = folders.cache() / "wheelhouse"
        words = ["--wheelhouse", str(wheels)] if kind == "workspace" and list(wheels.glob("torch-*")) else []
        base = os.environ["YOLOPORT_TEST_BASE"]
        account.yoloport("image", "build", "cpu", "--kind", kind, "--base", base, "--tag", tag, "--no-cache", *words)
        return files(docker, tag)

    yield build
    for tag in made:
        subprocess.run([docker, "image", "rm", "--force", tag], capture_output=True, check=False)


def files(engine: str, tag: str) -> dict[str, tuple]:
    """Every file of an image: kind, mode, owner, where a link leads, and the sum of its content; no times."""
    number = subprocess.run([engine, "create", tag, "true"], capture_output=True, text=True, check=True).stdout.strip()
    found = {}
    try:
        with (
            subprocess.Popen([engine, "export", number], stdout=subprocess.PIPE) as export,
            tarfile.open(fileobj=export.stdout, mode="r|") as archive,
        ):
            for one in archive:
                content = archive.extractfile(one) if one.isfile() else None
                total = hashlib.sha256(content.read()).hexdigest() if content else ""
                found[one.name] = (one.type, one.mode, one.uid, one.gid, one.linkname, total)
    finally:
        subprocess.run([engine, "rm", "--force", "--volumes", number], capture_output=True, check=False)
    return found


def differing(first: dict[str, tuple], second: dict[str, tuple]) -> list[str]:
    return sorted(name for name in first.keys() | second.keys() if first.get(name) != second.get(name))


def test_two_builds_of_the_runtime_from_one_lock_differ_in_no_file(again):
    first, second = again("runtime"), again("runtime")
    assert differing(first, second) == [], json.dumps(differing(first, second)[:20], indent=1)
    assert len(first) > 1000


def test_the_workspace_that_was_built_here_differs_in_no_file_from_one_without_cache(again, docker: str):
    first, second = files(docker, "yoloport/workspace:cpu"), again("workspace")
    if first[PACKAGES] != second[PACKAGES]:
        # Debian published updates after the engine had kept that step: what is compared has to be built on one day.
        first = again("workspace")
    assert differing(first, second) == [], json.dumps(differing(first, second)[:20], indent=1)
    assert len(first) > 10000
