"""A few seconds of fuzzing with the inputs of a fixed seed; and that a fault of each kind would be seen."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from fuzz import campaign, seeds
from fuzz.mutate import mutated
from fuzz.targets import TARGETS
from yoloport.errors import Problem
from yoloport.runtime.prepare import pictures

ROOT = Path(__file__).resolve().parents[2]
SECONDS = 20.0


@pytest.fixture(autouse=True)
def path(monkeypatch: pytest.MonkeyPatch):
    """Children find the project and this package."""
    monkeypatch.setenv("PYTHONPATH", f"{ROOT / 'src'}:{ROOT / 'tests'}")


def test_whatever_is_read_from_outside_gives_a_result_or_a_problem():
    report = campaign.run(list(TARGETS), SECONDS, seed=1, slice_s=SECONDS / len(TARGETS))
    assert report.findings == {}
    assert set(report.inputs) == set(TARGETS) and min(report.inputs.values()) > 0


@pytest.mark.parametrize("name", [name for name in TARGETS if name != "outputs"])
def test_the_seeds_of_a_target_are_right(name: str, tmp_path: Path):
    """Else only the first lines of its reader would be fuzzed."""
    accepted = 0
    for number, data in enumerate(TARGETS[name].seeds()):
        folder = tmp_path / str(number)
        folder.mkdir()
        (folder / "a.png").touch()
        try:
            TARGETS[name].attempt(data, folder)
            accepted += 1
        except Problem as problem:
            # An engine of trtexec's says nothing of itself, and OpenCV reads no icons.
            assert "trtexec" in str(problem) or data[:4] == b"\0\0\1\0", f"seed {number}: {problem}"
    assert accepted


def test_pictures_of_every_kind_are_among_the_seeds():
    assert len({pictures.look(one).kind for one in seeds.pictures()} - {""}) == 6


def test_the_same_seed_gives_the_same_inputs_and_hardly_any_is_a_seed():
    one, again = (
        [mutated(seeds.own(), rng) for rng in [random.Random(5)] * 200]  # noqa: S311
        for _ in range(2)
    )
    assert one == again and len(set(seeds.own()) & set(one)) == 0


# How a process is taken for one that does what the target does, in the child alone.
BROKEN = {
    "KeyError at": "raise KeyError('x')",
    "AssertionError at": "assert False",
    "ended with -11": "import ctypes; ctypes.string_at(0)",
    "ended with 3": "import os; os._exit(3)",
    "MemoryError at": "bytes(4 << 30)",
    "hangs": "import time; time.sleep(600)",
}


@pytest.mark.parametrize("finding", BROKEN)
def test_a_fault_of_any_kind_is_found_with_its_input(finding: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Finder:\n"
        "    def find_spec(self, name, *rest):\n"
        "        if name == 'fuzz.child':\n"
        "            from fuzz import targets\n"
        f"            def attempt(data, folder): {BROKEN[finding]}\n"
        "            targets.TARGETS['mnn'] = targets.Target('mnn', attempt, targets.seeds.mnn)\n"
        "sys.meta_path.insert(0, Finder())\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{tmp_path}:{ROOT / 'src'}:{ROOT / 'tests'}")
    monkeypatch.setattr(campaign, "HANGS_AFTER_S", 6.0)
    report = campaign.run(["mnn"], 0.0, seed=1, slice_s=0.2)
    ((place, told),) = report.findings.items()
    assert place.startswith(f"mnn: {finding}") and told["input"]


def test_the_command_prints_what_was_tried_and_can_be_told_what_to_try(tmp_path: Path):
    argv = [sys.executable, "-m", "fuzz", "--minutes", "0", "--slice", "0.3", "--seed", "7", "engine", "onnx"]
    done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.startswith("seed 7\nengine ") and ", 0 findings\n" in done.stdout
