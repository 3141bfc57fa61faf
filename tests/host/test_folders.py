"""Where things are kept follows the XDG variables, and never a relative path in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.host import folders


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("YOLOPORT_CACHE", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_without_variables_everything_is_below_the_home_folder(home: Path):
    assert folders.cache() == home / ".cache/yoloport"
    assert folders.state() == home / ".local/state/yoloport"
    assert folders.data() == home / "yoloport"


@pytest.mark.parametrize(
    ("variable", "function"), [("XDG_CACHE_HOME", folders.cache), ("XDG_STATE_HOME", folders.state)]
)
def test_an_xdg_variable_counts_where_it_is_absolute_as_its_specification_says(variable, function, home, monkeypatch):
    monkeypatch.setenv(variable, "/elsewhere")
    assert function() == Path("/elsewhere/yoloport")
    for ignored in ("relative/path", ""):
        monkeypatch.setenv(variable, ignored)
        assert function().is_relative_to(home)


def test_the_cache_has_a_variable_of_its_own_that_comes_first(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", "/elsewhere")
    monkeypatch.setenv("YOLOPORT_CACHE", "/big/disk")
    assert folders.cache() == Path("/big/disk")


def test_a_relative_cache_folder_is_meant_from_where_the_user_stands(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("YOLOPORT_CACHE", "cache")
    assert folders.cache().is_absolute()


def test_a_checkout_is_known_by_its_files(root: Path):
    assert folders.checkout() == root


def test_an_installed_package_has_no_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(folders, "__file__", str(tmp_path / "site-packages/yoloport/host/folders.py"))
    assert folders.checkout() is None
