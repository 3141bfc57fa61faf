"""What an image starts from, and names that cannot be."""

from __future__ import annotations

from datetime import date

import pytest

from yoloport.image.base import BUILT_ON, CannotExist, NoBase, NoSuchChip, base, require_possible
from yoloport.platforms.load import load, load_all, names
from yoloport.platforms.schema import Base, Digest

ASCEND = load("ascend")


@pytest.mark.parametrize("name", names())
def test_every_platforms_usual_base_is_one_that_can_be_built_on(name: str):
    platform = load(name)
    found = base(platform)
    assert found.ref == platform.image.base and found.os in BUILT_ON
    assert found.python in ("", platform.image.python)


def test_an_unknown_chip_is_refused_with_those_that_are_known():
    with pytest.raises(NoSuchChip, match="910B4X") as caught:
        base(ASCEND, "910B4X")
    assert "310P" in caught.value.remedy


def test_a_chip_without_a_base_is_refused():
    with pytest.raises(NoBase, match="for 310B") as caught:
        base(ASCEND, "310B4")
    assert caught.value.there == ()


def test_a_system_that_no_image_is_built_on_is_refused_with_those_that_are_there():
    with pytest.raises(NoBase, match=r"on openeuler; there is: harbor\.baai\.ac\.cn/.*metax"):
        base(load("metax"), system="openeuler")


@pytest.mark.parametrize(("name", "chip"), [("ascend", "310P3"), ("ascend", "910B4"), ("kunpeng", ""), ("cpu", "")])
def test_openeuler_is_there_for_the_chips_that_it_has_a_base_of(name: str, chip: str):
    found = base(load(name), chip, "openeuler")
    assert found.os == "openeuler" and found.python in ("", "3.11")


def test_a_digest_takes_the_tags_place_and_a_registrys_port_stays():
    known = Digest(sha256="ab" * 32, source="s", date=date(2026, 11, 28))
    made = Base(ref="reg.example:5000/debian:12", holds="x", digest=known)
    assert made.pinned == f"reg.example:5000/debian@sha256:{'ab' * 32}"
    assert made.model_copy(update={"digest": None}).pinned == made.ref


@pytest.mark.parametrize(
    "reference", ["ascend-pytorch:2.0-cuda11.7", "reg.example/ai/yolov8:ascend-CUDA12", "x/yolo-dtk25:1"]
)
def test_a_tag_with_another_vendors_software_cannot_exist(reference: str):
    with pytest.raises(CannotExist) as caught:
        require_possible(reference, ASCEND, load_all())
    assert "quay.io/ascend/cann" in caught.value.remedy


@pytest.mark.parametrize(
    ("reference", "name"),
    [
        ("reg.example/ai/yolov8:ascend", "ascend"),
        ("quay.io/ascend/cann:9.0.0-310p-ubuntu22.04-py3.11", "ascend"),
        ("pytorch/pytorch:2.9-cuda12.8", "cuda"),
        ("cuda.example:5000/yolo:cpu", "cpu"),
    ],
)
def test_an_honest_tag_is_let_through(reference: str, name: str):
    require_possible(reference, load(name), load_all())
