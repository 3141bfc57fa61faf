"""An image for another processor: refused, or said to be emulated; never started to die with an unknown format."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.host.engine import Engine
from yoloport.workspace.architecture import ImageOfAnotherArchitecture, note

DOCKER = Engine("docker", "/usr/bin/docker", "26", frozenset(), rootless=False)
IMAGE = "yoloport/workspace:cpu"


def made_for(architecture: str):
    def run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
        assert argv[-1] == IMAGE and "inspect" in argv
        return subprocess.CompletedProcess(list(argv), 0 if architecture else 1, f"{architecture}\n", "")

    return run


@pytest.mark.parametrize(
    ("architecture", "here"), [("amd64", "x86_64"), ("arm64", "aarch64"), ("", "x86_64"), ("arm64", "")]
)
def test_an_image_for_this_machine_or_one_that_tells_nothing_is_let_through(architecture, here, tmp_path: Path):
    assert note(DOCKER, IMAGE, here, made_for(architecture), tmp_path) == ""


@pytest.mark.parametrize("registered", ["", "disabled\n"])
def test_one_for_another_machine_is_refused_with_both_names(registered: str, tmp_path: Path):
    if registered:
        (tmp_path / "qemu-aarch64").write_text(registered)
    with pytest.raises(ImageOfAnotherArchitecture, match="is for aarch64, this machine is x86_64") as caught:
        note(DOCKER, IMAGE, "x86_64", made_for("arm64"), tmp_path)
    assert caught.value.exit is Exit.NO_PLATFORM and "image build" in caught.value.remedy


@pytest.mark.parametrize("name", ["qemu-aarch64", "of-our-own"])
def test_where_an_emulator_is_registered_it_is_said_that_it_is_slow(tmp_path: Path, name: str):
    (tmp_path / name).write_text("enabled\ninterpreter /usr/bin/qemu-aarch64\n")
    assert "an emulator runs it, many times slower" in note(DOCKER, IMAGE, "x86_64", made_for("arm64"), tmp_path)
