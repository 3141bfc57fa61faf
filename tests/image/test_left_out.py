"""Images leave some of yoloport out, the one that predicts most of it: nothing that is kept needs what is left."""

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
from yoloport.image import left_out
from yoloport.image.context import own

EVERY = folders.checkout() / "src/yoloport"


KINDS = {"workspace": left_out.WORKSPACE, "runtime": left_out.RUNTIME}


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """What each kind of image has of yoloport, put there as its build does."""
    folder = tmp_path_factory.mktemp("images")
    wheel = own_wheel.build(folders.checkout(), folder / "wheels")
    for kind, parts in KINDS.items():
        words = [f"yoloport/{part}" for part in parts]
        own.main([wheel, "--root", str(folder / kind), "--site", "/site", "--bin", "/bin", "--without", *words])
    return {kind: folder / kind / "site" for kind in KINDS}


@pytest.fixture
def kept(sites: dict[str, Path]) -> Path:
    return sites["runtime"]


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


@pytest.mark.parametrize("kind", KINDS)
def test_all_that_is_left_out_is_there_to_be_left_out(kind: str):
    assert [part for part in KINDS[kind] if part != "docs" and not (EVERY / part).exists()] == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_is_kept_imports_what_is_left_out(sites: dict[str, Path], kind: str):
    package = sites[kind] / "yoloport"
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
    assert "`yoloport up` is left out of this image; here there are: predict, doctor" in done.stderr


def test_a_workspace_has_the_verbs_that_need_no_engine(sites: dict[str, Path]):
    told = yoloport(sites["workspace"], "render", "cdi").stderr
    assert "here there are: demo, selftest, predict, convert, doctor, platforms\n" in told


def test_a_script_gets_that_refusal_as_data(kept: Path):
    told = json.loads(yoloport(kept, "status", "--json").stdout)
    assert (told["ok"], told["problem"], told["verb"], told["exit"]) == (False, "VerbLeftOut", "status", 2)


@pytest.mark.parametrize("words", [("doctor", "--json"), ("platforms",), ("platforms", "show", "cpu")], ids=" ".join)
def test_the_verbs_that_it_has_work(kept: Path, words: tuple[str, ...]):
    done = yoloport(kept, *words)
    assert done.stdout and "Traceback" not in done.stderr and done.returncode in (0, 1, 2)
