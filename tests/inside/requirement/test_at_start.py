"""A container that was given no card does not start as if it had one."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.host import machine
from yoloport.inside.requirement.at_start import refusal
from yoloport.inside.requirement.guard import WouldBeCpu
from yoloport.inside.requirement.wish import BadWish

ASKED = {"YOLOPORT_REQUIRE": "accelerator", "YOLOPORT_PLATFORM": "ascend", "LANG": "C"}


def test_without_a_node_of_its_platform_it_is_refused_with_what_doctor_found(tmp_path: Path):
    problem = refusal(ASKED, machine.at(tmp_path))
    assert isinstance(problem, WouldBeCpu) and problem.finding == "platform-not-here"
    assert "yoloport up --platform ascend --dry-run" in problem.remedy and "YOLOPORT_REQUIRE=off" in problem.remedy


def test_it_is_said_in_the_users_language(tmp_path: Path):
    problem = refusal({**ASKED, "LANG": "zh_CN.UTF-8"}, machine.at(tmp_path))
    assert problem and "加速卡" in problem.cause and "物理机" in problem.remedy


def test_an_unknown_platform_is_said(tmp_path: Path):
    problem = refusal({**ASKED, "YOLOPORT_PLATFORM": "atari"}, machine.at(tmp_path))
    assert problem and "atari" in problem.cause


def test_a_misspelt_wish_is_no_wish_for_anything(tmp_path: Path):
    with pytest.raises(BadWish):
        refusal({**ASKED, "YOLOPORT_REQUIRE": "akcelerator"}, machine.at(tmp_path))


@pytest.mark.parametrize("changed", [{"YOLOPORT_REQUIRE": "warn"}, {"YOLOPORT_REQUIRE": ""}, {"YOLOPORT_PLATFORM": ""}])
def test_who_does_not_require_one_starts(changed: dict[str, str], tmp_path: Path):
    assert refusal({**ASKED, **changed}, machine.at(tmp_path)) is None


def test_a_machine_with_the_cards_starts(root: Path):
    assert refusal(ASKED, machine.at(root / "tests/machines/ascend-910b.toml")) is None


def test_cards_on_the_bus_without_nodes_are_not_enough(root: Path):
    problem = refusal(ASKED, machine.at(root / "tests/machines/ascend-driver-no-nodes.toml"))
    assert isinstance(problem, WouldBeCpu) and problem.finding
