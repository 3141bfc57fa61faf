"""Our own wheel is put into an image as pip would, and its byte code is the same however it came about."""

from __future__ import annotations

import csv
import importlib.util
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from yoloport.image.context import own

WHERE = ("--site", "/opt/site", "--bin", "/usr/local/bin", "--python", "/usr/bin/python3")
INFORMATION = "demo-1.dist-info"


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    file = tmp_path / "demo-1-py3-none-any.whl"
    contents = {
        "demo/__init__.py": "",
        "demo/told.py": 'def main():\n    print("told", __file__)\n    return 3\n',
        "demo/words.txt": "plain",
        f"{INFORMATION}/METADATA": "Metadata-Version: 2.1\nName: demo\nVersion: 1\n",
        f"{INFORMATION}/entry_points.txt": "[console_scripts]\ntell = demo.told:main\n[torch.backends]\nx = demo:y\n",
        f"{INFORMATION}/RECORD": "",
    }
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return file


def put(wheel: Path, root: Path, *words: str) -> Path:
    own.main([str(wheel), "--root", str(root), *WHERE, *words])
    return root


def files(root: Path) -> dict[str, bytes]:
    return {str(file.relative_to(root)): file.read_bytes() for file in root.rglob("*") if file.is_file()}


def test_files_commands_and_record_are_where_pip_would_put_them(wheel: Path, tmp_path: Path):
    root = put(wheel, tmp_path / "root")
    script = root / "usr/local/bin/tell"
    assert script.read_text().startswith("#!/usr/bin/python3\n") and os.access(script, os.X_OK)
    environ = {**os.environ, "PYTHONPATH": str(root / "opt/site")}
    done = subprocess.run([sys.executable, script], env=environ, capture_output=True, text=True, check=False)
    assert done.stdout.startswith("told ") and done.returncode == 3
    assert (root / f"opt/site/{INFORMATION}/INSTALLER").is_file()
    assert (root / "opt/site/demo/words.txt").stat().st_mode & 0o777 == 0o644


def test_the_record_names_every_file_with_its_digest(wheel: Path, tmp_path: Path):
    root = put(wheel, tmp_path / "root")
    site = root / "opt/site"
    rows = list(csv.reader((site / INFORMATION / "RECORD").read_text().splitlines()))
    named = {os.path.normpath(f"opt/site/{name}") for name, *_ in rows}
    assert named == {name for name in files(root) if not name.endswith(".pyc")}
    assert all(digest.startswith("sha256=") and size for name, digest, size in rows if not name.endswith("RECORD"))


def test_a_part_that_stays_out_is_not_in_the_record_either(wheel: Path, tmp_path: Path):
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("demo/docs/en.md", "words")
    root = put(wheel, tmp_path / "root", "--without", "demo/docs")
    assert not (root / "opt/site/demo/docs").exists() and (root / "opt/site/demo/words.txt").is_file()
    assert "docs" not in (root / "opt/site" / INFORMATION / "RECORD").read_text()


def test_byte_code_is_valid_and_names_the_file_that_the_image_will_have(wheel: Path, tmp_path: Path):
    root = put(wheel, tmp_path / "root")
    cached = Path(importlib.util.cache_from_source(str(root / "opt/site/demo/told.py")))
    content = cached.read_bytes()
    source = (root / "opt/site/demo/told.py").read_bytes()
    assert content[4] == 0b11 and content[8:16] == importlib.util.source_hash(source), "checked by the source's digest"
    assert b"/opt/site/demo/told.py" in content and str(root).encode() not in content


def test_it_is_the_same_whether_made_now_or_kept_and_whatever_was_made_before_it(wheel: Path, tmp_path: Path):
    kept = tmp_path / "kept"
    kept.mkdir()
    anew = files(put(wheel, tmp_path / "anew"))
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("demo/added.py", "told = main = 'words'\n")
    put(wheel, tmp_path / "first", "--kept", str(kept))
    (made,) = kept.iterdir()
    before = made.stat().st_mtime_ns
    again = files(put(wheel, tmp_path / "second", "--kept", str(kept)))
    assert [file.stat().st_mtime_ns for file in kept.iterdir()] == [before] and len(own.read_kept(made)) == 3
    told = next(name for name in anew if "told" in name and name.endswith(".pyc"))
    assert again[told] == anew[told]


def test_another_way_of_checking_is_another_byte_code(wheel: Path, tmp_path: Path):
    kept = tmp_path / "kept"
    kept.mkdir()
    for mode in ("checked-hash", "unchecked-hash"):
        put(wheel, tmp_path / mode, "--kept", str(kept), "--mode", mode)
    assert len(own.read_kept(kept / "byte-code.zip")) == 4
    cached = next((tmp_path / "unchecked-hash").rglob("told.*.pyc"))
    assert cached.read_bytes()[4] == 0b01


@pytest.mark.parametrize("bytes_left", [0, 1, 100, -30])
def test_what_was_kept_and_is_torn_is_made_again(wheel: Path, tmp_path: Path, bytes_left: int):
    kept = tmp_path / "byte-code.zip"
    whole = files(put(wheel, tmp_path / "first", "--kept", str(tmp_path)))
    kept.write_bytes(kept.read_bytes()[:bytes_left])
    assert files(put(wheel, tmp_path / "second", "--kept", str(tmp_path))) == whole
    assert len(own.read_kept(kept)) == 2


def test_of_what_is_kept_the_oldest_goes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(own, "MOST_KEPT", 2)
    own.keep({"a": b"1", "b": b"2", "c": b"3"}, tmp_path / "byte-code.zip")
    assert own.read_kept(tmp_path / "byte-code.zip") == {"b": b"2", "c": b"3"}
    assert len(list(tmp_path.iterdir())) == 1


def test_some_files_get_no_byte_code(wheel: Path, tmp_path: Path):
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("demo/seldom/used.py", "")
    root = put(wheel, tmp_path / "root", "--source-only", "demo/seldom/*", "other/*")
    assert (root / "opt/site/demo/seldom/used.py").is_file() and not list(root.rglob("used.*.pyc"))
    assert list(root.rglob("told.*.pyc"))


@pytest.mark.parametrize("mask", [0, 0o077])
def test_nobody_but_its_owner_may_change_what_everybody_may_read(wheel: Path, tmp_path: Path, mask: int):
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("demo/on/the/way/there.txt", "")
    before = os.umask(mask)
    try:
        root = put(wheel, tmp_path / "root")
        assert os.umask(mask) == mask
    finally:
        os.umask(before)
    folders = {one.relative_to(root): oct(one.stat().st_mode & 0o777) for one in root.rglob("*") if one.is_dir()}
    assert set(folders.values()) == {"0o755"}, folders
    assert {one.stat().st_mode & 0o777 for one in root.rglob("*") if one.is_file()} == {0o644, 0o755}


def test_a_file_that_does_not_fit_stops_the_build(wheel: Path, tmp_path: Path):
    code = f"import resource, signal, sys; sys.path.insert(0, {str(Path(own.__file__).parent)!r}); import own\n"
    code += "signal.signal(signal.SIGXFSZ, signal.SIG_IGN); resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("demo/zlarge.txt", "x" * 10_000)
    words = [str(wheel), "--root", str(tmp_path / "root"), *WHERE]
    done = subprocess.run(
        [sys.executable, "-c", f"{code}own.main({words!r})"], capture_output=True, text=True, check=False
    )
    assert done.returncode and "File too large" in done.stderr


def test_nothing_but_what_is_installed_is_left_behind(wheel: Path, tmp_path: Path):
    root = put(wheel, tmp_path / "root")
    assert {Path(name).suffix for name in files(root)} <= {".py", ".pyc", ".txt", ""}


def test_a_source_that_python_cannot_read_stops_the_build(wheel: Path, tmp_path: Path, capfd: pytest.CaptureFixture):
    with zipfile.ZipFile(wheel, "a") as archive:
        archive.writestr("demo/broken.py", "def (\n")
    with pytest.raises(SystemExit, match=r"/opt/site/demo/broken.py cannot be compiled"):
        put(wheel, tmp_path / "root")
    assert "SyntaxError" in capfd.readouterr().err


def test_with_a_time_all_that_was_written_has_it_and_nothing_else(wheel: Path, tmp_path: Path):
    root = tmp_path / "root"
    (root / "opt").mkdir(parents=True)
    (root / "opt/others").write_text("theirs")
    put(wheel, root, "--time", "0")
    late = {str(one.relative_to(root)) for one in root.rglob("*") if one.stat().st_mtime}
    assert late == {"opt/others"}


def test_several_parts_stay_out_and_their_namesakes_do_not(wheel: Path, tmp_path: Path):
    root = put(wheel, tmp_path / "root", "--without", "demo/words.txt", "demo/tol")
    assert not (root / "opt/site/demo/words.txt").exists() and (root / "opt/site/demo/told.py").is_file()
    assert "words.txt" not in (root / f"opt/site/{INFORMATION}/RECORD").read_text()
