"""A user of their own for each test module: an empty home, the real cache of environments, the real commands."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from yoloport.host import folders


@dataclass(frozen=True)
class Account:
    """Somebody who types commands: a home, and what the shell prints."""

    root: Path
    home: Path

    def yoloport(self, *words: str, expect: int = 0, seconds: float = 900) -> subprocess.CompletedProcess[str]:
        """Type ``./yoloport …`` and demand its exit code."""
        done = subprocess.run(
            [self.root / "yoloport", *words],
            env=self.environ(),
            capture_output=True,
            text=True,
            timeout=seconds,
            cwd=self.home,
        )
        assert done.returncode == expect, f"yoloport {' '.join(words)}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def json(self, *words: str, **options: Any) -> dict[str, Any]:
        """The same with ``--json``."""
        return json.loads(self.yoloport(*words, "--json", **options).stdout)

    def environ(self) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("XDG_", "YOLO_", "JUPYTER", "PYTHONPATH"))}
        return {**kept, "HOME": str(self.home), "YOLOPORT_CACHE": str(folders.cache())}


@pytest.fixture(scope="module")
def account(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Account:
    return Account(root, tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not Path("/usr/bin/chromium").is_file():
        pytest.skip("no Chromium: scripts/browser installs it")
    from end_to_end import browser

    with browser.chromium() as running:
        yield running


@pytest.fixture(scope="session")
def docker() -> str:
    """An engine with the workspace image; skipped with the reason where there is none."""
    client = os.environ.get("YOLOPORT_DOCKER")
    if not client:
        pytest.skip(os.environ.get("YOLOPORT_NO_ENGINE", "no container engine: scripts/engine up"))
    found = subprocess.run([client, "image", "inspect", "yoloport/workspace:cpu"], capture_output=True)
    if found.returncode:
        pytest.skip("no image yoloport/workspace:cpu: yoloport image build cpu")
    return client
