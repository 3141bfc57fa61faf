"""A wrong key is named with the line that it stands on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from yoloport.platforms.load import FOLDER, BadPlatformFolder, load
from yoloport.platforms.locate import line_of

TEXT = '''\
name = "x"          # 1
title = { en = "a",
  zh = "b" }        # not TOML 1.0: replaced below
[match]             # 4
queries = [
  ["tool", "info"],
  ["only"]
]
after = 1           # 9

[[row]]             # 11
torch = "1"
python = [
  "3.10",
  "3.13",
]
[row.size]          # 17
index = 1

[[row]]             # 20
torch = "2"
note = """
[[row]]
torch = "in a text"
"""
decision = "exact"  # 26
[row.size]          # 27
index = 2
[[other.row]]       # 29
torch = "3"
list = [            # 31
  { name = "a", vendor = "1" },
  { name = "b", vendor = "2" },
]
"quoted key" = 1    # 35
[deep.er.table]     # 36
key.dotted = 5      # 37
'''.replace(
    'title = { en = "a",\n  zh = "b" }        # not TOML 1.0: replaced below', 'title = { en = "a", zh = "b" }\n'
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A TOML file with everything in it that a platform's folder may have."""
    made = tmp_path / "x.toml"
    made.write_text(TEXT, encoding="utf-8")
    return made


@pytest.mark.parametrize(
    ("loc", "line"),
    [
        (("name",), 1), (("title",), 2), (("title", "zh"), 2), (("match",), 4), (("match", "queries"), 5),
        (("match", "queries", 1, 0), 5), (("match", "after"), 9), (("match", "missing"), 4),
        (("row", 0), 11), (("row", 0, "torch"), 12), (("row", 0, "python", 1), 13), (("row", 0, "size", "index"), 18),
        (("row", 0, "decision"), 11), (("row", 1), 20), (("row", 1, "torch"), 21), (("row", 1, "decision"), 26),
        (("row", 1, "size"), 27), (("row", 1, "size", "index"), 28), (("other", "row", 0, "torch"), 30),
        (("other", "row", 0, "list", 1, "vendor"), 33), (("other", "row", 0, "quoted key"), 35),
        (("deep", "er", "table"), 36), (("deep", "er", "table", "key", "dotted"), 37), (("none",), 0), ((), 0),
    ],
)  # fmt: skip
def test_a_key_is_found_where_the_parser_finds_it(file: Path, loc, line: int):
    assert line_of(file, loc) == line


@pytest.mark.parametrize("content", [b"", b"[torch", b"\xff\xfe", b"a = 1\na = 2\n"])
def test_a_file_that_is_no_toml_has_no_lines(content: bytes, tmp_path: Path):
    (tmp_path / "x.toml").write_bytes(content)
    assert line_of(tmp_path / "x.toml", ("torch", "device")) == 0
    assert line_of(tmp_path / "none.toml", ("torch",)) == 0


def broken(tmp_path: Path, monkeypatch, name: str, file: str, old: str, new: str, nth: int) -> tuple[Path, int, str]:
    """A copy of a platform's folder with the n-th ``old`` replaced; the file, the line, what was said."""
    folder = tmp_path / "platforms" / name
    shutil.copytree(FOLDER / name, folder)
    target = folder / file
    lines = target.read_text(encoding="utf-8").splitlines(keepends=True)
    places = [number for number, line in enumerate(lines) if old in line]
    place = places[nth]
    lines[place] = lines[place].replace(old, new, 1)
    target.write_text("".join(lines), encoding="utf-8")
    monkeypatch.setenv("YOLOPORT_PLATFORMS", str(folder.parent))
    with pytest.raises(BadPlatformFolder) as caught:
        load(name)
    return target, place + 1, caught.value.cause


@pytest.mark.parametrize(
    ("name", "file", "old", "new", "nth", "key"),
    [
        ("ascend", "platform.toml", "collective =", "colective =", 0, "torch.colective"),
        ("ascend", "platform.toml", "kubernetes =", "kubernets =", 0, "container.kubernets"),
        ("ascend", "platform.toml", 'kind = "accelerator"', 'kind = "fast"', 0, "kind"),
        ("ascend", "platform.toml", "detect =", "detects =", -1, "detects"),
        ("ascend", "versions.toml", "decision =", "decison =", 0, "row.0.decison"),
        ("ascend", "versions.toml", "decision =", "decison =", 1, "row.1.decison"),
        ("ascend", "versions.toml", "decision =", "decison =", -1, "decison"),
        ("cpu", "platform.toml", "title = { en =", "title = { fr =", 0, "title.fr"),
    ],
)
def test_a_wrong_key_in_a_real_folder_is_named_with_file_and_line(
    name, file, old, new, nth, key, tmp_path, monkeypatch
):
    target, line, cause = broken(tmp_path, monkeypatch, name, file, old, new, nth)
    said = cause.split(": ")
    assert cause.startswith(f"{target}:"), cause
    assert key in said[1] or "Field required" in cause, cause
    if "Field required" not in cause:
        assert said[0] == f"{target}:{line}"
