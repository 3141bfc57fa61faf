"""Versions are taken from the table, each with its reason."""

from __future__ import annotations

import pytest

from yoloport.compat.decide import NoVersions, decide
from yoloport.platforms.load import load

CPU, ASCEND = load("cpu"), load("ascend")


def test_a_plain_cpu_takes_the_first_row():
    decision = decide(CPU, (3, 11), "x86_64")
    assert (decision.kind, decision.row.torch, decision.row.torchvision) == ("exact", "2.14.1", "0.29.1")


def test_wheels_at_hand_come_before_the_first_row_and_say_why_they_are_only_tolerated():
    wheels = ["torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl", "torchvision-0.21.0+cpu-cp311-cp311-linux_x86_64.whl"]
    decision = decide(CPU, (3, 11), "x86_64", wheels=wheels)
    assert (decision.kind, decision.row.torch) == ("tolerated", "2.13.0")
    assert "classification was not" in decision.reason


def test_half_a_pair_of_wheels_does_not_count():
    wheels = ["torch-2.13.0+cpu-cp311-cp311-linux_x86_64.whl"]
    assert decide(CPU, (3, 11), "x86_64", wheels=wheels).row.torch == "2.14.1"


def test_the_vendor_toolkit_on_the_host_decides_the_row():
    assert decide(ASCEND, (3, 11), "aarch64", "CANN 8.5.0").row.plugin == "torch-npu==2.8.0.post2"
    assert decide(ASCEND, (3, 11), "aarch64", "CANN 9.1.0").row.plugin == "torch-npu==2.12.0.post2"


def test_wheels_that_need_a_newer_c_library_are_refused():
    with pytest.raises(NoVersions, match=r"needs glibc 2\.28 or newer, this machine has 2\.12"):
        decide(ASCEND, (3, 11), "aarch64", libc="2.12")
    assert decide(ASCEND, (3, 11), "aarch64", libc="2.28").row.libc == "2.28"


@pytest.mark.parametrize(
    ("python", "architecture", "toolkit", "words"),
    [
        ((3, 6), "aarch64", "", ", this machine has 3.6"),
        ((3, 11), "loongarch64", "", "this machine has loongarch64"),
        ((3, 11), "aarch64", "CANN 6.0.0", "this machine has CANN 6.0.0; the nearest is torch"),
    ],
)
def test_a_refusal_says_what_differs_and_names_the_nearest_row(python, architecture, toolkit, words):
    with pytest.raises(NoVersions) as caught:
        decide(ASCEND, python, architecture, toolkit)
    assert words in caught.value.cause


def test_a_toolkit_newer_than_every_row_takes_the_nearest_and_says_so():
    decision = decide(ASCEND, (3, 11), "aarch64", "CANN 99.1.0")
    assert decision.kind == "unknown"
    assert "CANN 99.1.0 is newer than every tested combination" in decision.reason


def test_a_row_that_is_refused_is_never_taken():
    refused = CPU.model_copy(update={"rows": (CPU.rows[0].model_copy(update={"decision": "refused"}), *CPU.rows)})
    assert decide(refused, (3, 11), "x86_64").row.decision == "exact"
