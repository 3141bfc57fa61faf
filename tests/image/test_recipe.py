"""What goes into an image is decided by the platform's table and what the user has."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from yoloport.environment.prepare import NoWheelhouse
from yoloport.host import network
from yoloport.image.recipe import recipe
from yoloport.platforms.load import UnknownPlatform


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def test_without_asking_the_network_the_rows_own_index_is_taken_to_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "answers", lambda url: pytest.fail("the network was asked"))
    assert recipe("cpu", None, "", ask_network=False).source.kind == "index"


@pytest.mark.parametrize(("answers", "kind"), [(True, "index"), (False, "default")])
def test_asked_the_network_decides_and_a_fallback_says_so(answers: bool, kind: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "answers", lambda url: answers)
    found = recipe("cpu", None, "", ask_network=True).source
    assert found.kind == kind and bool(found.note) is not answers


def test_the_pair_in_a_wheelhouse_decides_the_row(tmp_path: Path):
    for name in ("torch-2.13.0+cpu-cp311-cp311-linux_x86_64", "torchvision-0.21.0+cpu-cp311-cp311-linux_x86_64"):
        (tmp_path / f"{name}.whl").touch()
    found = recipe("cpu", tmp_path, "", ask_network=False)
    assert (found.row.torch, found.source.kind) == ("2.13.0", "wheelhouse")


def test_a_wheelhouse_without_wheels_and_an_unknown_platform_are_refused(tmp_path: Path):
    with pytest.raises(NoWheelhouse):
        recipe("cpu", tmp_path, "", ask_network=False)
    with pytest.raises(UnknownPlatform):
        recipe("tpu", None, "", ask_network=False)
