"""Which platform a recorded machine is, and why."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.host import machine
from yoloport.platforms.choose import AcceleratorNotUsable, Choice, NoCards, WrongArchitecture, choose
from yoloport.platforms.load import load, names, sought

MACHINES = Path(__file__).parents[1] / "machines"
EVERYTHING = sought(load(name) for name in names())


def choice_on(name: str, asked: str = "auto") -> Choice:
    platforms = sorted((load(n) for n in names()), key=lambda p: p.match.always)
    return choose(platforms, machine.probe(MACHINES / name, EVERYTHING), asked)


def test_a_laptop_without_accelerator_is_a_cpu_and_says_so():
    choice = choice_on("laptop")
    assert choice.platform.name == "cpu"
    assert "no accelerator" in choice.reason and "i7-1165G7" in choice.reason and "8 cores" in choice.reason


def test_two_310p_cards_are_found_by_the_physical_ids_in_their_nodes_names():
    choice = choice_on("ascend-310p")
    assert (choice.platform.name, choice.cards, choice.product) == ("ascend", (0, 1), None)
    assert "2 cards of Huawei Ascend NPU (physical id 0, 1)" in choice.reason


def test_a_310b_is_told_from_the_cards_by_its_own_manager_node():
    choice = choice_on("ascend-310b")
    assert choice.product is not None and choice.product.name.startswith("310B")


def test_two_gpus_are_found_and_their_audio_functions_are_not_counted():
    assert choice_on("nvidia").cards == (0, 1)


@pytest.mark.parametrize(
    ("name", "words"),
    [("ascend-no-driver", ("19e5:d802", "without a driver")), ("nvidia-no-driver", ("10de:1eb8", "'nouveau'"))],
)
def test_a_card_without_its_driver_stops_instead_of_computing_on_the_cpu(name: str, words: tuple[str, ...]):
    with pytest.raises(AcceleratorNotUsable) as caught:
        choice_on(name)
    assert all(word in caught.value.cause for word in words)
    assert "--platform cpu" in caught.value.remedy


def test_the_cpu_can_be_asked_for_beside_a_card_without_driver():
    assert choice_on("nvidia-no-driver", "cpu").platform.name == "cpu"


def test_a_platform_asked_for_that_has_no_cards_here_is_refused():
    with pytest.raises(NoCards, match="davinci"):
        choice_on("laptop", "ascend")


def test_a_platform_that_does_not_exist_on_this_architecture_is_refused(tmp_path: Path):
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/yoloport-recorded-architecture").write_text("riscv64\n")
    platforms = [load(n) for n in names()]
    with pytest.raises(WrongArchitecture, match="riscv64"):
        choose(platforms, machine.probe(tmp_path, EVERYTHING), "cpu")
