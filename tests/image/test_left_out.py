"""The image that predicts leaves most of yoloport out: nothing that it keeps needs what it leaves."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from yoloport.environment import own_wheel
from yoloport.host import folders
from yoloport.image import runtime
from yoloport.image.context import own

EVERY = folders.checkout() / "src/yoloport"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the image has of yoloport, put there as its build does."""
    folder = tmp_path_factory.mktemp("image")
    wheel = own_wheel.build(folders.checkout(), folder / "wheels")
    left_out = [f"yoloport/{part}" for part in runtime.LEFT_OUT]
    own.main([wheel, "--root", str(folder), "--site", "/site", "--bin", "/bin", "--without", *left_out])
    return folder / "site"


def imported(file: Path) -> Iterator[str]:
    """Files of ours that a file imports, wherever in it, as paths below the package."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("yoloport"):
            names = [node.module, *(f"{node.module}.{one.name}" for one in node.names)]
        elif isinstance(node, ast.Import):
            names = [one.name for one in node.names if one.name.startswith("yoloport")]
        else:
            continue
        for name in names:
            path = "/".join(str(name).split(".")[1:])
            yield from (one for one in (f"{path}.py", f"{path}/__init__.py") if path and (EVERY / one).is_file())


def test_all_that_is_left_out_is_there_to_be_left_out():
    assert [part for part in runtime.LEFT_OUT if part != "docs" and not (EVERY / part).exists()] == []


def test_nothing_that_is_kept_imports_what_is_left_out(kept: Path):
    package = kept / "yoloport"
    files = list(package.rglob("*.py"))
    missing = {
        f"{file.relative_to(package)} needs {one}" for file in files for one in imported(file)
        if not (package / one).is_file()
    }  # fmt: skip
    assert len(files) > 100 and missing == set()


def yoloport(kept: Path, *words: str) -> subprocess.CompletedProcess[str]:
    code = "from yoloport.cli.app import main; main()"
    environ = {**os.environ, "PYTHONPATH": str(kept)}
    return subprocess.run(
        [sys.executable, "-c", code, *words], env=environ, capture_output=True, text=True, check=False
    )


def test_its_help_names_the_verbs_that_it_has_and_no_others(kept: Path):
    told = yoloport(kept, "--help").stdout
    commands = [line.split()[0] for line in told.partition("Commands:\n")[2].splitlines() if line.startswith("  ")]
    assert {"predict", "doctor", "platforms"} <= set(commands) and not {"up", "image", "convert"} & set(commands)
    assert "yoloport predict" in told.partition("Examples:")[2] and "yoloport up" not in told


def test_another_verb_is_refused_with_those_that_there_are(kept: Path):
    done = yoloport(kept, "up", "--dry-run")
    assert (done.returncode, done.stdout) == (2, "") and "Traceback" not in done.stderr
    assert "`yoloport up` is not in an image that only predicts; here there are: predict, doctor" in done.stderr


def test_a_script_gets_that_refusal_as_data(kept: Path):
    told = json.loads(yoloport(kept, "status", "--json").stdout)
    assert (told["ok"], told["problem"], told["verb"], told["exit"]) == (False, "VerbLeftOut", "status", 2)


@pytest.mark.parametrize("words", [("doctor", "--json"), ("platforms",), ("platforms", "show", "cpu")], ids=" ".join)
def test_the_verbs_that_it_has_work(kept: Path, words: tuple[str, ...]):
    done = yoloport(kept, *words)
    assert done.stdout and "Traceback" not in done.stderr and done.returncode in (0, 1, 2)
