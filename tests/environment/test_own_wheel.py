"""The wheel that goes into environments and images is the one that the build backend makes."""

from __future__ import annotations

import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

from yoloport.environment import own_wheel

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a wheel is made of, with byte code lying about, as it does."""
    folder = tmp_path_factory.mktemp("checkout")
    for name in own_wheel.PARTS:
        shutil.copytree(ROOT / name, folder / name)
    for name in (*own_wheel.FRAME, "README.zh-CN.md"):
        shutil.copy2(ROOT / name, folder / name)
    (folder / "src/yoloport/__pycache__").mkdir(exist_ok=True)
    (folder / "src/yoloport/__pycache__/errors.cpython-311.pyc").write_bytes(b"stale")
    (folder / ".gitignore").write_text("__pycache__/\n")
    return folder


def contents(wheel: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(wheel) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_put_together_it_holds_what_the_backend_puts_in(checkout: Path, tmp_path: Path):
    first = Path(own_wheel.build(checkout, tmp_path))
    described = contents(first)
    assembled = contents(own_wheel.assemble(checkout, first, tmp_path / "again"))
    records = [
        set(found.pop(next(name for name in found if name.endswith("RECORD"))).decode().split())
        for found in (described, assembled)
    ]
    assert assembled == described and records[0] == records[1] and len(described) > 500


def test_a_changed_source_is_in_the_next_wheel_and_the_backend_is_not_asked(checkout, tmp_path, monkeypatch):
    first = own_wheel.build(checkout, tmp_path)
    monkeypatch.setattr(subprocess, "run", None)
    assert own_wheel.build(checkout, tmp_path) == first
    (checkout / "src/yoloport/added.py").write_text("ADDED = 1\n")
    (checkout / "docs/en/install.md").write_text("changed\n")
    second = own_wheel.build(checkout, tmp_path)
    found = contents(Path(second))
    assert second != first and Path(second).name == Path(first).name
    assert found["yoloport/added.py"] == b"ADDED = 1\n" and found["yoloport/docs/en/install.md"] == b"changed\n"


def test_another_version_is_described_anew(checkout: Path, tmp_path: Path):
    own_wheel.build(checkout, tmp_path)
    (checkout / "src/yoloport/__init__.py").write_text('__version__ = "9.9.9"\n')
    found = Path(own_wheel.build(checkout, tmp_path))
    assert found.name == "yoloport-9.9.9-py3-none-any.whl" and "yoloport-9.9.9.dist-info/METADATA" in contents(found)
