"""A rung is earned by what ran where; nothing that failed or ran elsewhere earns one."""

from __future__ import annotations

import pytest

from yoloport.inside.selftest.check import Outcome
from yoloport.inside.selftest.rung import Ground, cells, ground_rung


def outcome(proves: str, passed: bool = True, device: str = "npu", name: str = "a") -> Outcome:
    return Outcome(name, proves, "does it", device, passed, 1.0)


@pytest.mark.parametrize(
    ("ground", "rung"),
    [
        (Ground("cpu", "cpu", False, ""), 4),
        (Ground("npu", "npu", False, ""), 4),
        (Ground("cpu", "cpu", False, "qemu-aarch64"), 3),
        (Ground("npu", "npu", True, ""), 2),
        (Ground("npu", "npu", True, "qemu-aarch64"), 2),
        (Ground("npu", "cpu", False, ""), None),
        (Ground("cpu", "cuda", False, ""), None),
    ],
)
def test_the_ground_sets_the_highest_rung(ground: Ground, rung: int | None) -> None:
    assert ground_rung(ground) == rung


def test_a_failed_check_earns_no_rung_and_takes_none_from_others() -> None:
    found = cells(Ground("npu", "npu", False, ""), [outcome("train"), outcome("predict", passed=False)])
    assert [(cell.capability, cell.rung) for cell in found] == [("train", 4), ("predict", None)]


def test_a_capability_needs_all_of_its_checks() -> None:
    outcomes = [outcome("train", name="a"), outcome("train", passed=False, name="b")]
    (cell,) = cells(Ground("npu", "npu", False, ""), outcomes)
    assert (cell.rung, cell.checks) == (None, ("a", "b"))


def test_work_done_by_the_cpu_of_an_accelerators_machine_earns_no_rung() -> None:
    (cell,) = cells(Ground("npu", "npu", False, ""), [outcome("convert", device="cpu")])
    assert cell.rung is None
    (cell,) = cells(Ground("cpu", "cpu", False, ""), [outcome("convert", device="cpu")])
    assert cell.rung == 4
