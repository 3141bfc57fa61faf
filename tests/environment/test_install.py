"""An environment is whole or is finished by the next run; what cannot work is said before it is stamped."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from yoloport.environment import install, pip
from yoloport.environment.plan import Step


def wheel(folder: Path, name: str) -> str:
    """A real, minimal wheel with one module."""
    import base64
    import hashlib
    import zipfile

    file = folder / f"{name}-1-py3-none-any.whl"
    info = f"{name}-1.dist-info"
    members = {
        f"{name}.py": "here = True\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }

    def row(path: str, text: str) -> str:
        digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()
        return f"{path},sha256={digest},{len(text)}\n"

    with zipfile.ZipFile(file, "w") as archive:
        for path, text in members.items():
            archive.writestr(path, text)
        archive.writestr(f"{info}/RECORD", "".join(row(*m) for m in members.items()) + f"{info}/RECORD,,\n")
    return str(file)


def step(folder: Path, name: str) -> Step:
    return Step(name, ("--no-index", wheel(folder, name)))


def nothing(title: str, event: pip.Event) -> None:
    return


def test_an_interrupt_leaves_no_stamp_and_the_next_run_goes_on_in_the_same_folder(tmp_path: Path):
    steps = (step(tmp_path, "first"), step(tmp_path, "second"))
    folder = tmp_path / "env-py3.11-abc"
    seen: list[str] = []

    def interrupt_second(title: str, event: pip.Event) -> None:
        seen.append(title)
        if title == "second":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        install.make(folder, steps, 1, "digest", interrupt_second)
    assert not install.ready(folder, "digest")
    assert list(folder.glob("lib/python3*/site-packages/first.py"))
    inode = (folder / "pyvenv.cfg").stat().st_ino
    # The pair that is checked at the end is missing here: what is not usable is not stamped, however far it came.
    with pytest.raises(install.BrokenPair, match="No module named 'torch'"):
        install.make(folder, steps, 1, "digest", nothing)
    assert list(folder.glob("lib/python3*/site-packages/second.py"))
    assert (folder / "pyvenv.cfg").stat().st_ino == inode
    assert not install.ready(folder, "digest")


def test_a_folder_whose_python_is_broken_is_made_anew(tmp_path: Path):
    folder = tmp_path / "env"
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/python").write_text("#!/bin/false\n")
    (folder / "bin/python").chmod(0o755)
    (folder / "left-over").touch()
    with pytest.raises(install.BrokenPair):
        install.make(folder, (step(tmp_path, "first"),), 1, "digest", nothing)
    assert not (folder / "left-over").exists()


def test_a_disk_without_room_is_told_before_anything_is_written(tmp_path: Path):
    with pytest.raises(install.DiskFull) as caught:
        install.make(tmp_path / "env", (), 10**9, "digest", nothing)
    assert caught.value.need_mb == 10**9 and caught.value.free_mb > 0
    assert not (tmp_path / "env").exists()


def test_two_runs_wait_for_each_other(tmp_path: Path):
    steps = (step(tmp_path, "first"),)
    waited: list[str] = []
    inside, go_on = threading.Event(), threading.Event()

    def hold(title: str, event: pip.Event) -> None:
        inside.set()
        assert go_on.wait(30)

    def second(title: str, event: pip.Event) -> None:
        waited.append(title)
        go_on.set()

    def run(report: install.Report) -> None:
        with pytest.raises(install.BrokenPair):
            install.make(tmp_path / "env", steps, 1, "digest", report)

    holder = threading.Thread(target=run, args=(hold,))
    holder.start()
    assert inside.wait(30)
    run(second)
    holder.join()
    assert waited[0] == "waiting"


@pytest.mark.parametrize("content", ["", "{", '{"yoloport": "other"}', "[]"])
def test_only_a_stamp_of_this_very_yoloport_counts(tmp_path: Path, content: str):
    (tmp_path / install.STAMP).write_text(content)
    assert not install.ready(tmp_path, "digest")
