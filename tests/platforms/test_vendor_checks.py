"""The vendors' checks: each speaks on the machine it is for, and is silent on one that is well."""

from __future__ import annotations

import string

import pytest

from platforms.cases import case, found
from yoloport.doctor import catalogue
from yoloport.doctor.check import Case, Check
from yoloport.host.facts import Node
from yoloport.platforms.load import FOLDER

USER = 1001
CLOSED = 0o660


def own_checks() -> list[Check]:
    folders = sorted({file.parent for file in FOLDER.glob("*/checks*.toml")})
    return [check for folder in folders for check in catalogue._in_folder(folder, folder.name, "")]


CHECKS = own_checks()
DCU = ["/dev/kfd", "/dev/mkfd", "/dev/dri/renderD128"]
TREE = ["rockchip,rk3588"]

# id, a machine that the check is for, and one beside it that is well
TABLE: list[tuple[str, Case, Case]] = [
    ("hygon-hyhal", case("hygon", nodes=DCU), case("hygon", nodes=DCU, files=["/opt/hyhal"])),
    (
        "hygon-video-group",
        case("hygon", nodes=[Node("/dev/kfd", 44, CLOSED)], uid=USER),
        case("hygon", nodes=DCU, uid=USER),
    ),
    ("mthreads-no-collective", case("mthreads", pci=["1ed5:0201"] * 2), case("mthreads", pci=["1ed5:0327"] * 2)),
    ("mthreads-node-names", case("mthreads", nodes=["/dev/mtgpu0"]), case("mthreads", nodes=["/dev/mtgpu.0"])),
    (
        "iluvatar-libgl",
        case("iluvatar", packages=["torch==2.7.1+corex.4.4.0", "opencv-python==4.10"]),
        case("iluvatar", packages=["torch==2.7.1+corex.4.4.0", "opencv-python-headless==4.10"]),
    ),
    (
        "iluvatar-two-dies",
        case("iluvatar", pci=["1e3e:0002"], nodes=["/dev/iluvatar0", "/dev/iluvatar1"]),
        case("iluvatar", pci=["1e3e:0002"], nodes=["/dev/iluvatar0"]),
    ),
    (
        "metax-vision-metadata",
        case("metax", packages=["torch==2.6.0+metax3.1.0.4", "torchvision==0.15.1+metax3.1.0.4"]),
        case("metax", packages=["torch==2.10.0+metax3.8.1.0", "torchvision==0.25.0+metax3.8.1.0"]),
    ),
    (
        "metax-video-group",
        case("metax", nodes=[Node("/dev/mxcd", 44, CLOSED)], uid=USER),
        case("metax", nodes=["/dev/mxcd"]),
    ),
    (
        "kunlunxin-foreign-tool",
        case("kunlunxin", answers={("xpu-smi",): "Intel XPU System Management Interface"}),
        case("kunlunxin", answers={("xpu-smi",): "XPU-SMI 515.1  Driver Version: 5.0.21"}),
    ),
    (
        "kunlunxin-node-modes",
        case("kunlunxin", nodes=[Node("/dev/xpu0", 0, 0o600)], uid=USER),
        case("kunlunxin", nodes=["/dev/xpu0", "/dev/xpuctrl"], uid=USER),
    ),
    (
        "thead-node-numbers",
        case("thead", nodes=["/dev/alixpu_ppu3"], container="docker"),
        case("thead", nodes=["/dev/alixpu_ppu3"]),
    ),
    (
        "cambricon-between-cards",
        case("cambricon", nodes=["/dev/cambricon_dev0", "/dev/cambricon_dev1"], container="docker"),
        case("cambricon", nodes=["/dev/cambricon_dev0"], container="docker"),
    ),
    (
        "cambricon-torch-build",
        case("cambricon", packages=["torch==2.11.0+cu128", "torch-mlu==1.33.1"]),
        case("cambricon", packages=["torch==2.11.0+cpu", "torch-mlu==1.33.1"]),
    ),
    (
        "sophgo-runtime-missing",
        case("sophgo", nodes=["/dev/bm-sophon0"]),
        case("sophgo", nodes=["/dev/bm-sophon0"], files=["/opt/sophon/libsophon-current"]),
    ),
    (
        "rockchip-device-tree",
        case("rockchip", nodes=["/dev/dri/renderD129"], container="docker"),
        case("rockchip", nodes=["/dev/dri/renderD129"], container="docker", compatible=TREE),
    ),
    (
        "rockchip-runtime-missing",
        case("rockchip", compatible=TREE),
        case("rockchip", compatible=TREE, files=["/usr/lib/librknnrt.so"]),
    ),
    ("rockchip-driver-hidden", case("rockchip", compatible=TREE, uid=USER), case("rockchip", compatible=TREE)),
    (
        "rockchip-toolkit-pin",
        case("rockchip", packages=["rknn-toolkit2==2.5.0", "ultralytics==8.4.190"]),
        case("rockchip", packages=["rknn-toolkit2==2.3.2", "ultralytics==8.4.190"]),
    ),
    (
        "rockchip-toolkit-and-lite",
        case("rockchip", packages=["rknn-toolkit2==2.5.0", "rknn-toolkit-lite2==2.3.2"]),
        case("rockchip", packages=["rknn-toolkit2==2.3.2", "rknn-toolkit-lite2==2.3.0"]),
    ),
    (
        "cuda-memory-node-missing",
        case("cuda", nodes=["/dev/nvidia0"]),
        case("cuda", nodes=["/dev/nvidia0", "/dev/nvidia-uvm"]),
    ),
    (
        "kunpeng-thread-library",
        case("kunpeng", packages=["torch==2.9.0+cpu", "scikit-learn==1.5"]),
        case("kunpeng", packages=["torch==2.9.0+cpu"]),
    ),
    (
        "loongson-no-wheels",
        case("loongson", architecture="loongarch64"),
        case("loongson", architecture="loongarch64", packages=["torch==2.5.0"]),
    ),
    (
        "loongson-old-world",
        case("loongson", architecture="loongarch64", libc="2.28"),
        case("loongson", architecture="loongarch64", libc="2.38"),
    ),
]
IDS = [check for check, _, _ in TABLE]


@pytest.mark.parametrize(("check", "sick", "well"), TABLE, ids=IDS)
def test_a_check_speaks_where_it_should_and_nowhere_else(check: str, sick: Case, well: Case):
    assert found(check, sick), "silent on the machine it is for"
    assert found(check, well) == [], "speaks on a machine that is well"


def test_every_vendor_check_stands_in_a_table():
    here = {check.id for check in CHECKS if not check.id.startswith("ascend-")}
    assert here == set(IDS)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_nothing_is_said_on_a_laptop_a_plain_server_and_in_a_container(check: Check):
    name = check.platform
    laptop = case(name, architecture="x86_64", pci=["8086:9a49"], wanted=False, uid=USER, packages=["torch==2.15.0"])
    server = case(name, wanted=False, packages=["torch==2.9.0+cpu", "torchvision==0.24.0+cpu", "ultralytics==8.4.190"])
    inside = case(name, wanted=False, container="docker", uid=USER, nodes=[Node("/dev/dri/renderD128", 44, CLOSED)])
    assert [list(check.look(one)) for one in (laptop, server, inside)] == [[], [], []]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.id)
def test_a_check_is_named_after_its_platform_and_says_the_same_in_both_languages(check: Check):
    assert check.id.startswith(f"{check.platform}-") and check.source
    for words in check.variants.values():
        assert catalogue.fields(words.cause["en"]) == catalogue.fields(words.cause["zh"])
        assert catalogue.fields(words.remedy["en"]) == catalogue.fields(words.remedy["zh"])


@pytest.mark.parametrize(("check", "sick", "well"), TABLE, ids=IDS)
def test_what_a_check_yields_fills_its_words(check: str, sick: Case, well: Case):
    words = next(one for one in CHECKS if one.id == check).variants
    for one in found(check, sick):
        chosen = words[one.variant]
        for text in (*chosen.cause.values(), *chosen.remedy.values(), chosen.command):
            assert "{" not in text.format_map(one.values)
            assert {name for _, name, _, _ in string.Formatter().parse(text) if name} <= set(one.values)


def test_the_same_fault_in_a_container_has_words_of_its_own():
    inside = case("hygon", nodes=["/dev/kfd"], container="docker")
    assert [one.variant for one in found("hygon-hyhal", inside)] == ["container"]


def test_one_card_without_collective_library_is_good_to_know_and_two_are_a_warning():
    assert [one.level for one in found("mthreads-no-collective", case("mthreads", pci=["1ed5:0201"]))] == ["note"]
    assert [one.level for one in found("mthreads-no-collective", case("mthreads", pci=["1ed5:0201"] * 2))] == [
        "warning"
    ]
