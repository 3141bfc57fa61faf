"""What the house looks like: small files and functions, words for what is public, no vendor outside its folder."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SOURCE = ROOT / "src"
FILES = sorted(SOURCE.rglob("*.py"))
TESTS = sorted(file for file in (ROOT / "tests").rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 400, 60


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


@pytest.mark.parametrize("file", [*FILES, *TESTS], ids=name_of)
def test_a_file_can_be_read_at_one_sitting_and_says_what_it_is(file: Path):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE
    assert ast.get_docstring(tree(file)) or SOURCE not in file.parents


def functions(body: list[ast.stmt], inside: str = "") -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """Functions and methods, not those within functions."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from functions(node.body, f"{inside}{node.name}.")
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield inside + node.name, node


def test_no_function_is_longer_than_a_screen():
    long = {
        f"{name_of(file)}:{name}": node.end_lineno - node.lineno + 1
        for file in FILES
        for name, node in functions(tree(file).body)
        if node.end_lineno and node.end_lineno - node.lineno >= LONGEST_FUNCTION
    }
    assert long == {}


# Names that say everything beside their class, or that a base class outside the project already documents.
SELF_EXPLAINING = {
    "datasets/faults.py:FaultList.add": "adds to the list that its class describes",
    "environment/install.py:Environment.python": "a path inside the folder, named as in every venv",
    "supervise/settings.py:Settings.state": "documented where the folder is made (private_folder)",
    "supervise/settings.py:Settings.token_file": "a path, named by its content",
    "supervise/settings.py:Settings.stop_file": "a path, named by its content",
    "supervise/settings.py:Settings.trainings": "a path, named by its content",
    "workspace/register.py:Record.state": "the same path as Settings.state, seen from the host",
    "workspace/register.py:Record.token_file": "a path, named by its content",
}


def test_what_is_public_says_what_it_is_for():
    silent = {
        f"{file.relative_to(SOURCE / 'yoloport')}:{name}"
        for file in FILES
        if (SOURCE / "yoloport") in file.parents
        for name, node in functions(tree(file).body)
        if not any(part.startswith("_") for part in name.split(".")) and not ast.get_docstring(node)
    }
    assert silent - set(SELF_EXPLAINING) == set()
    assert set(SELF_EXPLAINING) - silent == set(), "an entry that is no longer needed"


VENDORS = re.compile(
    r"ascend|npu-smi|davinci|\bcann\b|hisi_|devmm|nvidia|\bcuda\b|cambricon|\bmlu\b|cnmon|hygon|\bdtk\b|rocm|musa|"
    r"(?<!nu)mthreads|iluvatar|corex|metax|\bmaca\b|kunlun|\bxpu|enflame|topsrider|\bppu\b|sophgo|\brknn\b|rockchip",
    re.IGNORECASE,
)
# Where a platform's name is written outside its folder, and why that is right; the count may only go down.
ALLOWED = {
    "inside/request.py": (2, "the name that examples and users' code have for any accelerator"),
    "inside/adapt/model.py": (1, "the same name, in the docstring"),
    "inside/accelerator.py": (1, "torch's own module for the cards it was built for"),
    "inside/weights.py": (3, "names of Ultralytics' export formats by their suffix, to say what a file is"),
    "cli/up.py": (1, "examples in the help of --platform"),
    "compat/decide.py": (1, "an example in a docstring"),
}


def named(file: Path) -> int:
    """How many lines of the file name a vendor or its software."""
    return sum(bool(VENDORS.search(line)) for line in file.read_text(encoding="utf-8").splitlines())


def test_no_vendor_is_named_outside_the_platform_folders():
    package = SOURCE / "yoloport"
    found = {str(f.relative_to(package)): named(f) for f in FILES if package in f.parents}
    found = {name: count for name, count in found.items() if count and not name.startswith("platforms/")}
    assert {name: count for name, count in found.items() if name not in ALLOWED or count > ALLOWED[name][0]} == {}
    assert set(ALLOWED) <= set(found), "an entry that is no longer needed"


def test_no_code_asks_which_vendor_it_is():
    """DESIGN: there is no ``if vendor ==`` outside a platform's folder."""
    comparing = {
        f"{name_of(file)}:{node.lineno}"
        for file in FILES
        for node in ast.walk(tree(file))
        if isinstance(node, ast.Compare)
        for side in (node.left, *node.comparators)
        if isinstance(side, ast.Constant) and isinstance(side.value, str) and VENDORS.search(side.value)
    }
    assert comparing == set()


@pytest.mark.parametrize("word", ["TODO", "FIXME", "XXX", "except Exception: pass"])
def test_nothing_is_left_for_later(word: str):
    assert [name_of(file) for file in FILES if word in file.read_text(encoding="utf-8")] == []
