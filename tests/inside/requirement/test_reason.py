"""Why there is no accelerator: from the plug-in's own words to what doctor finds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from yoloport.doctor import catalogue, explain
from yoloport.doctor.check import Finding
from yoloport.inside.plugin import Plugin, State, known
from yoloport.inside.requirement.why import BESIDE_THE_POINT, reason, why
from yoloport.platforms.load import load_all
from yoloport.platforms.schema import UNSOURCED

NPU = Plugin("ascend", "torch_npu", "npu")
NO_LIBRARY = "ImportError: libhccl.so: cannot open shared object file: No such file or directory"
BLOCKED = Finding(
    "the-driver",
    "blocked",
    {"en": "no driver", "zh": "没有驱动"},
    {"en": "install it", "zh": "请安装"},
    "sudo it",
    "s",
    "",
)
WARNING = Finding("small", "warning", {"en": "small", "zh": "小"}, {"en": "grow", "zh": "扩"}, "", "s", "")


def test_the_plug_ins_own_words_are_explained_before_all_else():
    told = explain.explain([NO_LIBRARY], explain.messages())
    found = reason(State(NPU, "failed", NO_LIBRARY), told, [BLOCKED], None, "en")
    assert found.finding == "ascend-libhccl" and "libhccl.so" in found.cause and "set_env.sh" in found.remedy


def test_it_is_said_in_chinese_too():
    told = explain.explain([NO_LIBRARY], explain.messages())
    assert "set_env.sh" in reason(State(NPU, "failed", NO_LIBRARY), told, [], None, "zh").remedy
    assert reason(None, [], [BLOCKED], None, "zh").cause == "没有驱动"


def test_else_the_first_finding_that_blocks_is_told_with_its_command():
    found = reason(State(NPU, "no card"), [], [WARNING, BLOCKED], None, "en")
    assert (found.finding, found.cause, found.remedy) == ("the-driver", "no driver", "install it: sudo it")


def test_a_full_disk_is_not_why_there_is_no_card():
    full = replace(BLOCKED, check="disk-little")
    assert reason(State(NPU, "no card"), [], [full, BLOCKED], None, "en").finding == "the-driver"
    assert reason(State(NPU, "no card"), [], [full], None, "en").finding == ""


def test_each_check_that_is_passed_over_is_one_of_doctors():
    assert {check.id for check in catalogue.every()} >= BESIDE_THE_POINT


def test_a_platform_that_is_misspelt_is_the_reason_itself():
    assert "'acsend'" in why({"YOLOPORT_PLATFORM": "acsend"}).cause


WORDS = [
    (State(NPU, "not installed"), "torch_npu is not installed"),
    (State(NPU, "failed", "ValueError: odd\nmore"), "could not be loaded: ValueError: odd"),
    (State(NPU, "failed", ""), "could not be loaded"),
    (State(NPU, "no card"), "sees no card"),
    (State(NPU, "usable"), "was not loaded before"),
    (None, "has no accelerator"),
]


@pytest.mark.parametrize(("state", "words"), WORDS, ids=[words for _, words in WORDS])
def test_without_a_finding_what_is_known_is_said(state: State | None, words: str):
    found = reason(state, [], [WARNING], None, "en")
    assert words in found.cause and "yoloport doctor" in found.remedy


def test_a_module_without_a_source_is_no_plug_in_to_import():
    unsourced = [platform.name for platform in load_all() if platform.torch.module == UNSOURCED]
    assert unsourced and not {one.platform for one in known()} & set(unsourced)


def test_the_catalogue_names_the_plug_ins():
    assert {(one.platform, one.module, one.device) for one in known()} >= {
        ("ascend", "torch_npu", "npu"), ("cambricon", "torch_mlu", "mlu"), ("mthreads", "torch_musa", "musa"),
    }  # fmt: skip
