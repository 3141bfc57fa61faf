from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from doctor.cases import ACME, AROUND, PLAIN, case, inside, with_cards
from doctor.general import test_cards, test_engine, test_nodes, test_packages, test_settings, test_system, test_tools
from doctor.general.tables import general, params
from yoloport.doctor import catalogue
from yoloport.doctor.check import LEVELS, Case, Check
from yoloport.doctor.examine import examine
from yoloport.host.facts import Disk, EngineFacts, Package
from yoloport.platforms import load

MODULES = (test_cards, test_engine, test_nodes, test_packages, test_settings, test_system, test_tools)
FIRES = [row for module in MODULES for row in module.FIRES]
SILENT = [row for module in MODULES for row in module.SILENT]
# These are tested in files of their own, beside what they ask.
ELSEWHERE = {"second-opinion-differs", "versions-refused", "versions-unknown", "versions-tolerated"}
CHECKS = catalogue.every()
EVERY = [pytest.param(check, id=check.id) for check in CHECKS]


def folders() -> list[Path]:
    return [catalogue.GENERAL, *(load.folder_of(name) for name in load.names())]


def test_no_id_is_given_twice():
    told = [id_ for folder in folders() for file in folder.glob("checks*.toml") for id_ in load.toml(file)]
    assert [id_ for id_, times in Counter(told).items() if times > 1] == []
    assert sorted(told) == sorted(check.id for check in CHECKS)


@pytest.mark.parametrize("check", EVERY)
def test_a_check_has_a_source_and_the_day_it_was_read(check: Check):
    assert len(check.source) > 5
    assert dt.date(2015, 1, 1) < check.date
    assert check.see.startswith("docs/en/")
    assert check.level in LEVELS


@pytest.mark.parametrize("check", EVERY)
def test_both_languages_say_something_and_want_the_same_values(check: Check):
    assert set(check.title) == {"en", "zh"}
    for words in check.variants.values():
        for told in (words.cause, words.remedy):
            assert set(told) == {"en", "zh"}
            assert all(told.values())
            assert catalogue.fields(told["en"]) == catalogue.fields(told["zh"])


@pytest.mark.parametrize("check", EVERY)
def test_chinese_is_written_in_chinese(check: Check):
    texts = [told["zh"] for words in check.variants.values() for told in (words.cause, words.remedy)]
    bare = [re.sub(r"\{\w+\}", "", text) for text in (check.title["zh"], *texts)]
    assert [text for text in bare if re.search(r"\w", text) and not re.search("[\u4e00-\u9fff]", text)] == []


@pytest.mark.parametrize("check", [one for one in EVERY if one.values[0].platform])
def test_a_vendors_check_bears_its_name(check: Check):
    assert check.id.startswith(f"{check.platform}-")


def test_every_general_check_speaks_on_one_machine_and_is_silent_on_another():
    assert {row.check for row in FIRES} == set(general()) - ELSEWHERE
    assert {row.check for row in SILENT} == set(general()) - ELSEWHERE


def test_every_variant_is_spoken_once():
    """So that the values a function gives are known to suffice for all its words."""
    spoken = {(row.check, row.variant) for row in FIRES}
    written = {(id_, name) for id_, check in general().items() if id_ not in ELSEWHERE for name in check.variants}
    assert written == spoken


@pytest.mark.parametrize("row", params(FIRES))
def test_no_brace_is_left_in_what_is_said(row):
    (finding, *_) = examine(row.case, [general()[row.check]])
    for text in (*finding.cause.values(), *finding.remedy.values()):
        assert "{" not in text.replace('{"cdi": true}', "")
        assert "None" not in text


CONDA = "/home/ann/miniconda3/lib/python3.12/site-packages"
PACKAGES = (
    Package("torch", "2.9.0", CONDA, ("sympy",)),
    Package("torchvision", "0.24.0", CONDA, ("numpy", "torch==2.9.0")),
    Package("numpy", "2.3.0", CONDA),
    Package("opencv-python", "4.12.0", CONDA, ("numpy>=2",)),
    Package("onnxruntime", "1.23.0", CONDA, ("numpy>=1.21",)),
)
PODMAN = EngineFacts(
    "podman",
    "4.9.4",
    cgroup_driver="systemd",
    cdi=True,
    rootless=True,
    storage=Disk("/home/ann/.local", 500 * 10**9, 90 * 10**9),
)
WELL = {
    "a plain server": case(around={"packages": PACKAGES}),
    "a laptop": case(
        host={"memory_bytes": 16 * 10**9, "cores": 8}, around={"engines": (PODMAN,), "packages": PACKAGES}
    ),
    "a container": case(around=inside(packages=PACKAGES)),
    "a container in a cluster": case(around=inside(container="kubernetes", locale="ANSI_X3.4-1968")),
    "a machine of which nothing is known": Case(
        case().host, type(AROUND)(engines=AROUND.engines), {PLAIN.name: PLAIN}, PLAIN
    ),
    "a server with cards that work": with_cards(ACME),
    "a server with cards, used for the processor": with_cards(PLAIN),
}


@pytest.mark.parametrize("name", WELL)
def test_where_nothing_is_wrong_nothing_is_said(name: str):
    checks = [check for id_, check in general().items() if id_ not in ELSEWHERE]
    assert [finding.cause["en"] for finding in examine(WELL[name], checks)] == []


def test_the_same_holds_with_the_real_catalogue_on_a_plain_server():
    platforms = {platform.name: platform for platform in load.load_all()}
    plain = next(platform for platform in platforms.values() if platform.match.always)
    found = examine(case(plain, around={"packages": PACKAGES}, platforms=platforms), CHECKS)
    assert [finding.cause["en"] for finding in found] == []
