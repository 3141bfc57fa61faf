"""pip's output becomes progress, and its failures become problems with a remedy."""

from __future__ import annotations

import venv
from pathlib import Path

import pytest

from yoloport.environment import pip


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("environment")
    venv.create(folder, with_pip=False)
    return folder / "bin/python"


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("  Downloading torch-2.14.1-cp311-cp311-manylinux_2_28_x86_64.whl (555.6 MB)", "torch"),
        ("  Downloading jupyterlab_server-2.28.1-py3-none-any.whl.metadata (5.9 kB)", "jupyterlab_server"),
        ("  Using cached nvidia_cudnn_cu13-9.1-py3-none-manylinux2014_x86_64.whl (600 MB)", "nvidia_cudnn_cu13"),
        ("Processing /wheels/torchvision-0.21.0+cpu-cp311-cp311-linux_x86_64.whl", "torchvision"),
        ("Installing collected packages: a, b, c", "unpacking 3 packages"),
        ("Requirement already satisfied: numpy", None),
    ],
)
def test_a_line_of_pip_says_what_is_being_done(line: str, what: str | None):
    assert list(pip.events(line)) == ([what] if what else [])


def test_an_index_that_does_not_answer_is_a_network_problem_with_the_ways_around(target: Path, tmp_path: Path):
    log = tmp_path / "install.log"
    arguments = ("--index-url", "http://127.0.0.1:9/simple", "--retries", "1", "no-such-package-of-yoloport")
    with pytest.raises(pip.NoNetwork) as caught:
        pip.install(target, "a package", arguments, log, lambda event: None)
    assert "--wheelhouse" in caught.value.remedy and "--mirror" in caught.value.remedy
    assert "127.0.0.1" in log.read_text()


def test_a_package_that_cannot_be_found_is_not_blamed_on_the_network(target: Path, tmp_path: Path):
    (tmp_path / "wheels").mkdir()
    arguments = ("--no-index", "--find-links", str(tmp_path / "wheels"), "no-such-package-of-yoloport")
    with pytest.raises(pip.InstallFailed) as caught:
        pip.install(target, "a package", arguments, tmp_path / "install.log", lambda event: None)
    assert not isinstance(caught.value, pip.NoNetwork)
    assert "no-such-package-of-yoloport" in caught.value.cause
    assert str(tmp_path / "install.log") in caught.value.remedy
