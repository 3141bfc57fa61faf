"""The script that a build runs to keep what the base brought."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from yoloport.image.render import CONTEXT

PYDANTIC = version("pydantic")


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    argv = [sys.executable, str(CONTEXT / "versions.py"), *arguments]
    return subprocess.run(argv, capture_output=True, text=True, check=False)


def test_what_was_noted_and_is_the_same_goes_through(tmp_path: Path):
    (tmp_path / "noted").write_text(run("note", "pydantic", "rich").stdout)
    assert run("same", str(tmp_path / "noted")).returncode == 0


def test_a_package_that_was_replaced_stops_the_build(tmp_path: Path):
    (tmp_path / "noted").write_text('{"pydantic": "1.0"}')
    done = run("same", str(tmp_path / "noted"))
    assert done.returncode == 1 and f"pydantic is {PYDANTIC} and must be 1.0" in done.stderr


def test_a_base_that_does_not_bring_what_it_should_stops_the_build():
    done = run("note", "pydantic", "torch-of-nobody")
    assert done.returncode == 1 and "does not bring torch-of-nobody" in done.stderr


@pytest.mark.parametrize(("wanted", "code"), [(PYDANTIC, 0), ("0.1", 1), (PYDANTIC.rpartition(".")[0], 1)])
def test_an_installed_version_is_the_one_that_was_meant(wanted: str, code: int):
    assert run("are", f"pydantic=={wanted}").returncode == code


def test_an_environment_sees_the_packages_of_the_base(tmp_path: Path):
    own = tmp_path / "lib/python3.11/site-packages"
    own.mkdir(parents=True)
    assert run("paths", str(tmp_path)).returncode == 0
    assert "site-packages" in (own / "of_the_base.pth").read_text()
