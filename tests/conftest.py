"""What all tests share: where the project is, and where real pictures and weights may lie."""

from __future__ import annotations

import os
import pickle
import signal
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from yoloport.platforms import toml_file

ROOT = Path(__file__).resolve().parents[1]


def pytest_configure() -> None:
    """Processes that tests start find the project, and hear Ctrl-C; no property has to hold within a time."""
    os.environ["PYTHONPATH"] = str(ROOT / "src")
    # A job in a shell's background is started deaf to interrupts, and what it starts would be, too.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    # The platforms' tables are read anew in thousands of tests.
    toml_file.tomllib.loads = _remembered(toml_file.tomllib.loads)
    settings.register_profile("unhurried", deadline=None)
    settings.load_profile("unhurried")


def _remembered(loads: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The parser of TOML, faster with a text that it has seen; every answer can be written to."""
    kept = lru_cache(maxsize=1000)(lambda text: pickle.dumps(loads(text)))
    return lambda text, **how: loads(text, **how) if how else pickle.loads(kept(text))  # noqa: S301


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of real pictures and weights; tests that need it are skipped where it is not."""
    named = os.environ.get("YOLOPORT_TEST_DATA")
    folder = Path(named) if named else ROOT.parent / "shared/data"
    if not (folder / "weights/yolov8n.pt").is_file():
        pytest.skip(f"no test data: set YOLOPORT_TEST_DATA, or put it at {folder}")
    return folder


@pytest.fixture
def golden(request: pytest.FixtureRequest):
    """Compare text with a file in the test's own ``golden`` folder; YOLOPORT_GOLDEN=write renews it."""

    def compare(name: str, text: str) -> None:
        file = Path(request.fspath).parent / "golden" / name
        if os.environ.get("YOLOPORT_GOLDEN") == "write":
            file.parent.mkdir(exist_ok=True)
            file.write_text(text, encoding="utf-8")
        assert text == file.read_text(encoding="utf-8"), f"{name} has changed; YOLOPORT_GOLDEN=write renews it"

    return compare
