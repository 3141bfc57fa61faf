"""Which platform a recorded machine is, and why."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from yoloport.host import machine
from yoloport.platforms.choose import AcceleratorNotUsable, Choice, NoCards, WrongArchitecture, choose
from yoloport.platforms.load import load_all, sought

MACHINES = Path(__file__).parents[1] / "machines"
PLATFORMS = load_all()
EVERYTHING = sought(PLATFORMS)


def choice_on(name: str, asked: str = "auto") -> Choice:
    return choose(PLATFORMS, machine.probe(MACHINES / f"{name}.toml", EVERYTHING), asked)


# What each recorded machine is, and the physical ids of its cards.
CHOSEN: dict[str, tuple[str, tuple[int, ...]]] = {
    "ascend-310": ("ascend", (0, 1, 2, 3)),
    "ascend-310b": ("ascend", (0,)),
    "ascend-310p": ("ascend", (0, 1)),
    "ascend-910": ("ascend", (0, 1)),
    "ascend-910b": ("ascend", tuple(range(8))),
    "ascend-a3": ("ascend", tuple(range(16))),
    "ascend-container-no-driver": ("ascend", tuple(range(8))),
    "ascend-garbled-tool": ("ascend", tuple(range(8))),
    "ascend-hanging-tool": ("ascend", tuple(range(8))),
    "ascend-nodes-no-permission": ("ascend", tuple(range(8))),
    "ascend-not-sourced": ("ascend", tuple(range(8))),
    "ascend-old-driver": ("ascend", tuple(range(8))),
    "ascend-onnxruntime": ("ascend", tuple(range(8))),
    "ascend-taken": ("ascend", tuple(range(8))),
    "ascend-torch-apart": ("ascend", tuple(range(8))),
    "ascend-wrong-kernels": ("ascend", tuple(range(8))),
    "board-clock-1970": ("ascend", (0,)),
    "centos-selinux": ("ascend", tuple(range(8))),
    "container-64mb-shm": ("ascend", (0, 1)),
    "contradictory": ("ascend", (0, 1)),
    "cambricon-mlu370": ("cambricon", (0, 1)),
    "enflame-s60": ("enflame", (0, 1)),
    "hygon-container-no-hyhal": ("hygon", (0, 1)),
    "hygon-k100": ("hygon", (0, 1)),
    "iluvatar-bi150": ("iluvatar", (0, 1)),
    "iluvatar-plain-torchvision": ("iluvatar", (0, 1)),
    "kunlunxin-p800": ("kunlunxin", (0, 1)),
    "metax-c500": ("metax", (0, 1)),
    "mthreads-s4000": ("mthreads", (0, 1)),
    "nvidia": ("cuda", (0, 1)),
    "nvidia-h200": ("cuda", tuple(range(8))),
    "nvidia-no-cdi": ("cuda", (0, 1)),
    "second-opinion": ("cuda", (0, 1)),
    "rockchip-rk3588": ("rockchip", ()),
    "sophgo-bm1684x": ("sophgo", (0, 1, 2)),
    "sophgo-soc": ("sophgo", (0,)),
    "thead-ppu": ("thead", (0, 1)),
    "container": ("cpu", ()),
    "container-recorded": ("cpu", ()),
    "cpu-server": ("cpu", ()),
    "disk-full": ("cpu", ()),
    "docker-no-permission": ("cpu", ()),
    "docker-stopped": ("cpu", ()),
    "hygon-c86": ("cpu", ()),
    "kunpeng": ("kunpeng", ()),
    "kunpeng-cuda-torch": ("kunpeng", ()),
    "kylin-glibc-217": ("phytium", ()),
    "kylin-old-engine": ("cpu", ()),
    "laptop": ("cpu", ()),
    "locale-c": ("kunpeng", ()),
    "loongson": ("loongson", ()),
    "loongson-old-world": ("loongson", ()),
    "phytium": ("phytium", ()),
    # Its device tree is hidden from the container: a plain board is what can be seen.
    "rockchip-masked": ("cpu", ()),
}
UNUSABLE = {
    "ascend-driver-no-nodes": "ascend",
    "ascend-no-driver": "ascend",
    "cambricon-vfio": "cambricon",
    "nvidia-no-driver": "cuda",
}


@pytest.mark.parametrize("name", sorted(CHOSEN))
def test_a_recorded_machine_is_the_platform_that_it_is_and_has_its_cards(name: str):
    choice = choice_on(name)
    assert (choice.platform.name, choice.cards) == CHOSEN[name]


@pytest.mark.parametrize("name", sorted(UNUSABLE))
def test_a_card_that_cannot_be_used_is_not_passed_over_in_silence(name: str):
    with pytest.raises(AcceleratorNotUsable) as caught:
        choice_on(name)
    assert caught.value.platform == UNUSABLE[name]


def test_every_recorded_machine_is_in_one_of_the_two_tables():
    files = {file.stem for file in MACHINES.glob("*.toml")} - {"expected"}
    assert {*CHOSEN, *UNUSABLE} == files and not {*CHOSEN} & {*UNUSABLE}


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


def test_a_platform_that_does_not_exist_on_this_architecture_is_refused():
    host = dataclasses.replace(machine.probe(MACHINES / "laptop.toml", EVERYTHING), architecture="riscv64")
    with pytest.raises(WrongArchitecture, match="riscv64"):
        choose(PLATFORMS, host, "cpu")


def test_cards_that_share_one_node_are_all_counted_even_where_no_source_names_their_id():
    platforms = load_all()
    host = machine.probe(MACHINES / "metax-c500.toml", sought(platforms))
    newer = tuple(dataclasses.replace(d, device="4fff") if d.vendor == "9999" else d for d in host.pci)
    assert choose(platforms, dataclasses.replace(host, pci=newer)).cards == (0, 1)
