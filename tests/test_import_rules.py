"""Who may import whom (DESIGN: the house). Read from the source, so an import inside a function counts too."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "src/yoloport"
HOST_SIDE = ("ci", "cli", "compat", "doctor", "environment", "host", "image", "platforms", "workspace")
TORCH = ("torch", "torchvision", "ultralytics")


def imports(file: Path) -> Iterator[str]:
    """Full names of what a file imports, ``from a import b`` as ``a.b``; imports for type checkers alone left out."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    only_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{file}: a relative import hides from this test"
            yield from (f"{node.module}.{name.name}" for name in node.names)


EDGES = [
    (str(file.relative_to(PACKAGE)), name)
    for file in sorted(PACKAGE.rglob("*.py"))
    for name in sorted(set(imports(file)))
]


def below(name: str, *tops: str) -> bool:
    return any(name == top or name.startswith(f"{top}.") for top in tops)


def edges(importers: tuple[str, ...], *imported: str) -> set[tuple[str, str]]:
    """Imports from these folders of the package to these modules. ``*`` is every folder."""
    return {
        (file, name)
        for file, name in EDGES
        if ("*" in importers or file.split("/")[0].removesuffix(".py") in importers) and below(name, *imported)
    }


def test_only_inside_sees_torch_and_ultralytics():
    # TorchScript is torch's own format: its session is the one part of the runtime that needs it.
    format_of_its_own = {("runtime/sessions/torchscript.py", "torch")}
    found = {edge for edge in edges(("*",), *TORCH) if not edge[0].startswith("inside/")}
    assert found == format_of_its_own


def test_only_the_command_line_imports_the_command_line():
    run_by_name = {("__main__.py", "yoloport.cli.app.main")}
    assert {edge for edge in edges(("*",), "yoloport.cli") if not edge[0].startswith("cli/")} == run_by_name


def test_the_supervisor_starts_without_torch_pictures_or_arrays():
    assert edges(("supervise",), *TORCH, "cv2", "numpy", "PIL", "matplotlib") == set()


def test_nothing_on_the_host_side_imports_inside():
    assert edges(HOST_SIDE, "yoloport.inside") == set()


def test_of_inside_the_supervisor_takes_the_tutorials_text_and_the_guard_at_its_start():
    assert edges(("supervise",), "yoloport.inside") == {
        ("supervise/prepare.py", "yoloport.inside.notebooks.build"),
        ("supervise/run.py", "yoloport.inside.requirement.at_start.refusal"),
    }


# The right-hand side is everything of the package that a folder may import, besides itself and `errors`.
MAY_IMPORT = {
    "__main__": {"cli"},
    "ci": {"image", "platforms"},
    "cli": {"ci", "compat", "doctor", "environment", "host", "image", "platforms", "runtime", "supervise", "workspace"},
    "compat": {"host", "platforms"},
    "datasets": set(),
    "doctor": {"compat", "host", "platforms"},
    "environment": {"compat", "host", "platforms"},
    "errors": set(),
    "host": set(),
    "image": {"compat", "datasets", "environment", "host", "platforms", "workspace"},
    "inside": {"datasets", "doctor", "host", "measure", "platforms", "runtime", "supervise"},
    "measure": set(),
    "platforms": {"doctor", "host", "runtime"},
    "runtime": {"doctor", "host", "platforms"},
    "supervise": {"inside"},
    "workspace": {"compat", "environment", "host", "platforms", "supervise"},
}


@pytest.mark.parametrize("folder", sorted({file.split("/")[0].removesuffix(".py") for file, _ in EDGES}))
def test_a_folder_imports_only_what_the_table_allows(folder: str):
    own = {name.split(".")[1] for _, name in edges((folder,), "yoloport") if "." in name}
    assert own - {folder, "errors", "__version__"} - MAY_IMPORT[folder] == set()


def test_of_doctor_a_platforms_folder_takes_what_a_check_is_made_of_alone():
    """And of the platforms' own code only checks and tool parsers do: reading the catalogue loads no doctor."""
    taken = edges(("platforms",), "yoloport.doctor")
    parts = ("yoloport.doctor.check", "yoloport.doctor.questions")
    assert {edge for edge in taken if not below(edge[1], *parts)} == set()
    assert {edge for edge in taken if not edge[0].split("/")[-1].startswith("checks")} == set()


def test_of_the_runtime_a_platforms_folder_takes_what_a_session_is_made_of_alone():
    """Reading the catalogue loads no engine: only sessions' own files do, when their format is asked for."""
    taken = edges(("platforms",), "yoloport.runtime")
    catalogue = {edge for edge in taken if len(edge[0].split("/")) < 3}
    assert catalogue == set()


def test_of_the_supervisor_others_take_light_modules_alone():
    light = {
        "yoloport.supervise",
        *(f"yoloport.supervise.{name}" for name in ("inherit", "settings", "trainings", "variables")),
    }
    taken = edges(("cli", "workspace", "inside"), "yoloport.supervise")
    assert {edge for edge in taken if edge[1].rpartition(".")[0] not in light} == set()


HEAVY = ("pydantic", "jinja2", "psutil", "rich.markdown", "http.client", "urllib.request", "cryptography", "ssl")


QUICK = [("status",), ("--help",), ("up", "--help"), ("doctor", "--help"), ("--version",)]


@pytest.mark.parametrize("arguments", QUICK, ids=" ".join)
def test_a_quick_verb_loads_no_heavy_module(arguments: tuple[str, ...], tmp_path: Path):
    if tuple(int(part) for part in version("typer").split(".")[:2]) >= (0, 29):
        pytest.skip("typer 0.29 and later load pydantic themselves; the project asks for an older one")
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("YOLOPORT_", "XDG_"))} | {"HOME": str(tmp_path)}
    argv = [sys.executable, "-X", "importtime", str(ROOT / "src"), *arguments]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=True)
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "typer" in loaded, "the list of modules was not understood"
    assert loaded & set(HEAVY) == set(), done.stderr
