"""What goes into an image is decided by the platform's table and what the user has."""

from __future__ import annotations

import platform
from pathlib import Path

import pytest

from yoloport.compat.decide import NoVersions
from yoloport.environment.prepare import NoWheelhouse
from yoloport.host import network
from yoloport.image.recipe import NoSuchArchitecture, NotInWheelhouse, Wanted, machine_of, recipe
from yoloport.platforms.load import UnknownPlatform


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "x86_64")


def test_without_asking_the_network_the_rows_own_index_is_taken_to_answer(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "answers", lambda url: pytest.fail("the network was asked"))
    assert recipe(Wanted("cpu"), ask_network=False).source.kind == "index"


@pytest.mark.parametrize(("answers", "kind"), [(True, "index"), (False, "default")])
def test_asked_the_network_decides_and_a_fallback_says_so(answers: bool, kind: str, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(network, "answers", lambda url: answers)
    found = recipe(Wanted("cpu"), ask_network=True).source
    assert found.kind == kind and bool(found.note) is not answers


def test_the_pair_in_a_wheelhouse_decides_the_row(tmp_path: Path):
    for name in ("torch-2.13.0+cpu-cp311-cp311-linux_x86_64", "torchvision-0.21.0+cpu-cp311-cp311-linux_x86_64"):
        (tmp_path / f"{name}.whl").touch()
    found = recipe(Wanted("cpu", wheelhouse=tmp_path), ask_network=False)
    assert (found.row.torch, found.source.kind) == ("2.13.0", "wheelhouse")


def test_a_wheelhouse_without_wheels_and_an_unknown_platform_are_refused(tmp_path: Path):
    with pytest.raises(NoWheelhouse):
        recipe(Wanted("cpu", wheelhouse=tmp_path), ask_network=False)
    with pytest.raises(UnknownPlatform):
        recipe(Wanted("tpu"), ask_network=False)


def test_an_architecture_is_named_as_engines_name_it():
    assert (machine_of("arm64"), machine_of("amd64"), machine_of("")) == ("aarch64", "x86_64", "")
    with pytest.raises(NoSuchArchitecture):
        machine_of("aarch64")


def test_a_wheel_that_only_the_vendor_gives_is_asked_for_when_building_and_not_when_looking():
    assert recipe(Wanted("loongson"), ask_network=False).source.kind == "wheelhouse"
    with pytest.raises(NoVersions):
        recipe(Wanted("loongson"), ask_network=True)


def test_a_wheelhouse_without_the_pair_is_refused_with_what_it_lacks_and_for_which_tag(tmp_path: Path):
    (tmp_path / "torch-2.10.0+cpu-cp311-cp311-linux_x86_64.whl").touch()
    with pytest.raises(NotInWheelhouse, match=r"lacks torchvision 0.25.0 for cp311 and x86_64") as caught:
        recipe(Wanted("ascend", wheelhouse=tmp_path), ask_network=False)
    assert "torchvision==0.25.0" in caught.value.remedy and " torch==" not in caught.value.remedy


def test_a_wheelhouse_with_half_a_pair_is_told_the_other_half_and_one_with_none_is_told_both(tmp_path: Path):
    (tmp_path / "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl").touch()
    with pytest.raises(NotInWheelhouse, match=r"lacks torchvision 0.21.0 for"):
        recipe(Wanted("cpu", wheelhouse=tmp_path), ask_network=False)
    (tmp_path / "torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl").rename(tmp_path / "numpy-2.4.6-py3-none-any.whl")
    with pytest.raises(NotInWheelhouse, match=r"lacks torch 2\.\d+\.\d and torchvision 0\.\d+\.\d for"):
        recipe(Wanted("cpu", wheelhouse=tmp_path), ask_network=False)


def test_a_base_that_brings_torch_needs_none_from_a_wheelhouse(tmp_path: Path):
    (tmp_path / "torch-2.10.0+cpu-cp311-cp311-linux_x86_64.whl").touch()
    assert recipe(Wanted("metax", wheelhouse=tmp_path), ask_network=False).base.brings
