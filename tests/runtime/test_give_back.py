"""Pages of a mapped file are given back, and are there again when they are read."""

from __future__ import annotations

import mmap
from pathlib import Path

import pytest

from yoloport.runtime import give_back


def resident_kb(file: Path) -> int:
    """Of a mapped file, how much this process holds."""
    inside, total = False, 0
    for line in Path("/proc/self/smaps").read_text().splitlines():
        if "-" in line.split(" ", 1)[0]:
            inside = line.endswith(str(file))
        elif inside and line.startswith("Rss:"):
            total += int(line.split()[1])
    return total


@pytest.mark.parametrize("name", ["model.bin", "a name with spaces.bin"])
def test_a_mapped_file_is_given_back_and_can_still_be_read(tmp_path: Path, name: str):
    file = tmp_path / name
    file.write_bytes(bytes(range(256)) * 4096)
    with file.open("rb") as opened, mmap.mmap(opened.fileno(), 0, prot=mmap.PROT_READ) as mapped:
        whole = mapped[:]
        assert resident_kb(file) >= 1024
        give_back.after_loading(file)
        assert resident_kb(file) == 0
        assert mapped[:] == whole


def test_what_was_written_is_not_given_back(tmp_path: Path):
    file = tmp_path / "model.bin"
    file.write_bytes(bytes(8192))
    with file.open("r+b") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_COPY) as mapped:
        mapped[:3] = b"new"
        give_back.after_loading(file)
        assert mapped[:3] == b"new"


def test_where_the_system_has_no_such_thing_nothing_happens(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    monkeypatch.setattr(give_back.ctypes, "CDLL", lambda name: object())
    give_back.after_loading(tmp_path / "model.bin")
