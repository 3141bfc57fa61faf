"""Waiting for the disk: an error of the disk is one, a disk that cannot wait is not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from yoloport.host.on_disk import settle


def test_files_and_folders_are_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    waited = []
    monkeypatch.setattr(os, "fsync", lambda handle: waited.append(str(Path(f"/proc/self/fd/{handle}").readlink())))
    (tmp_path / "file").touch()
    settle(tmp_path / "file")
    settle(tmp_path)
    assert waited == [str(tmp_path / "file"), str(tmp_path)]


@pytest.mark.parametrize(("number", "passes"), [(errno.EINVAL, True), (errno.ENOTSUP, True), (errno.EIO, False)])
def test_a_disk_that_cannot_wait_is_passed_over_and_one_that_fails_is_told(tmp_path: Path, monkeypatch, number, passes):
    def fails(handle: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fails)
    if passes:
        settle(tmp_path)
    else:
        with pytest.raises(OSError, match=os.strerror(number)):
            settle(tmp_path)
