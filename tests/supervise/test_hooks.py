"""What a site puts into start.d is done before anything starts, or nothing starts."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.supervise import hooks


def put(folder: Path, name: str, text: str, mode: int = 0o755) -> None:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text)
    (folder / name).chmod(mode)


def test_no_folder_changes_nothing(tmp_path: Path):
    assert hooks.apply({"A": "1"}, tmp_path / "none") == {"A": "1"}


def test_sourced_files_change_the_variables_in_the_order_of_their_names(tmp_path: Path):
    put(tmp_path, "20-b.sh", "export SAID=$SAID-b; unset GONE; echo loud", 0o644)
    put(tmp_path, "10-a.sh", "export SAID=a WORDS='two words\nand lines'", 0o644)
    found = hooks.apply({"PATH": "/usr/bin:/bin", "GONE": "1"}, tmp_path)
    assert found == {"PATH": "/usr/bin:/bin", "SAID": "a-b", "WORDS": "two words\nand lines"}


def test_other_files_are_run_with_what_those_before_set(tmp_path: Path):
    put(tmp_path, "1.sh", f"export WHERE={tmp_path}/made")
    put(tmp_path, "2-do", '#!/bin/sh\necho here > "$WHERE"\n')
    hooks.apply({"PATH": "/usr/bin:/bin"}, tmp_path)
    assert (tmp_path / "made").read_text() == "here\n"


@pytest.mark.parametrize(
    ("name", "text", "mode", "why"),
    [
        ("a.sh", "return 3", 0o644, "a.sh ended with 3"),
        ("a.sh", "exit 4", 0o644, "a.sh ended with 4"),
        ("run", "#!/bin/sh\nexit 5\n", 0o755, "run ended with 5"),
        ("run", "#!/bin/sh\n", 0o644, "cannot be executed"),
    ],
)
def test_a_hook_that_fails_stops_the_start(tmp_path: Path, name: str, text: str, mode: int, why: str):
    put(tmp_path, name, text, mode)
    with pytest.raises(hooks.HookFailed, match=why):
        hooks.apply({"PATH": "/usr/bin:/bin"}, tmp_path)


def test_hidden_files_and_folders_are_no_hooks(tmp_path: Path):
    put(tmp_path, ".swp", "exit 1")
    (tmp_path / "folder").mkdir()
    assert hooks.apply({}, tmp_path) == {}
