"""Every platform folder, whoever wrote it: what a reader and a plan may rely on."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from yoloport.errors import Problem
from yoloport.host import machine
from yoloport.platforms.choose import cards, choose, on_bus
from yoloport.platforms.ladder import matrix
from yoloport.platforms.load import load, load_all, names, sought
from yoloport.platforms.schema import UNSOURCED, Platform, Row, Sourced

MACHINES = Path(__file__).parents[1] / "machines"
IMAGE = re.compile(r"[a-z0-9][a-z0-9._-]*(:\d+)?(/[a-z0-9._-]+)*(:[\w][\w.-]*)?(@sha256:[0-9a-f]{64})?")
VERSION = re.compile(r"3\.\d{1,2}")
every = pytest.mark.parametrize("platform", [load(name) for name in names()], ids=lambda platform: platform.name)


def inside(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """Every value within a platform, with the keys that lead to it."""
    yield where, value
    if isinstance(value, BaseModel):
        value = dict(value)
    if isinstance(value, dict):
        for key, one in value.items():
            yield from inside(one, f"{where}.{key}")
    elif isinstance(value, tuple):
        for place, one in enumerate(value):
            yield from inside(one, f"{where}.{place}")


def has_a_value(group: Sourced) -> bool:
    fields = type(group).model_fields
    return any(getattr(group, key) != fields[key].get_default() for key in fields if key not in ("source", "date"))


def chosen(place: Path, platforms: tuple[Platform, ...]) -> set[str]:
    """Names of the platforms that this recorded machine has something of."""
    host = machine.probe(place, sought(platforms))
    there = {p.name for p in platforms if cards(p.match, host) or any(on_bus(p.match, d) for d in host.pci)}
    try:
        return there | {choose(platforms, host).platform.name}
    except Problem:
        return there


def test_every_platform_is_named_as_its_folder():
    assert {name: load(name).name for name in names()} == {name: name for name in names()}


@every
def test_every_text_for_people_is_there_in_both_languages(platform: Platform):
    texts = [(where, v) for where, v in inside(platform) if isinstance(v, dict) and set(v) & {"en", "zh"}]
    assert (".title", platform.title) in texts
    assert [where for where, text in texts if not (text.get("en", "").strip() and text.get("zh", "").strip())] == []


@every
def test_every_table_with_a_value_names_its_source_and_a_day_that_has_been(platform: Platform):
    groups = [(where, value) for where, value in inside(platform) if isinstance(value, Sourced) and has_a_value(value)]
    always = {".match"} if platform.match.always else set()  # to be every machine needs no source
    bare = {where for where, group in groups if not group.source.strip() or group.date is None}
    assert bare - always == set()
    assert [where for where, group in groups if group.date and group.date > dt.date.today()] == []


@every
def test_the_ids_of_quirks_are_unique(platform: Platform):
    ids = [quirk.id for quirk in platform.quirk]
    assert len(set(ids)) == len(ids)


@every
def test_every_node_and_mount_is_an_absolute_path(platform: Platform):
    for group in (platform.container, *platform.product):
        parts = [part for path in (*group.shared, *group.optional) for part in path.split(":")]
        assert [path for path in parts if not path.startswith("/dev/")] == []
        assert [path for path in group.mounts if not path.startswith("/") or "//" in path or "," in path] == []
    assert not platform.container.card or platform.container.card.startswith("/dev/")


@every
def test_a_chips_pci_devices_are_recognised(platform: Platform):
    known = set(platform.match.pci_devices)
    assert not known or {device for chip in platform.chip for device in chip.pci_devices} <= known


@every
def test_what_is_looked_for_on_the_bus_is_bound_to_a_vendor(platform: Platform):
    match = platform.match
    assert match.pci_vendors or not (match.pci_devices or match.pci_classes)
    assert match.always or match.nodes or match.compatible or match.pci_vendors or platform.processor


@every
def test_there_is_a_row_and_every_row_is_whole(platform: Platform):
    assert platform.rows
    for row in platform.rows:
        assert not faults(row), f"{row.torch} {row.plugin}"


def faults(row: Row) -> list[str]:
    first, last = row.python
    found = []
    if row.python == (UNSOURCED, UNSOURCED):
        pass  # never taken by itself, and shown as what it is
    elif not (VERSION.fullmatch(first) and VERSION.fullmatch(last)):
        found.append(f"python {row.python}")
    elif [int(n) for n in first.split(".")] > [int(n) for n in last.split(".")]:
        found.append("python ends before it begins")
    if row.decision != "exact" and not row.reason:
        found.append(f"{row.decision} without a reason")
    if row.reason and not re.search("[\u4e00-\u9fff]", row.reason["zh"]):
        found.append("a reason without Chinese words")
    if not row.architectures:
        found.append("no architecture")
    if bool(row.torch) != bool(row.torchvision) and row.decision != "refused" and not row.reason:
        found.append("torch or torchvision alone, without a reason")
    return found


@every
def test_rows_are_for_architectures_and_chips_of_the_platform(platform: Platform):
    assert {name for row in platform.rows for name in row.architectures} <= set(platform.architectures)


@every
def test_an_accelerator_names_its_torch_device_and_a_driver_to_install(platform: Platform):
    assert platform.torch.device
    if platform.kind == "accelerator":
        assert platform.torch.device not in ("cpu", UNSOURCED) and platform.match.driver


@every
def test_products_are_recognised_by_a_node_of_their_own(platform: Platform):
    detected = [product.detect for product in platform.product]
    assert all(node.startswith("/dev/") for node in detected) and len(set(detected)) == len(detected)


@every
def test_base_images_look_like_images_and_no_other_vendors_tag_is_copied(platform: Platform):
    refs = [base.ref for base in platform.base] + [platform.image.base]
    refs = [ref for ref in refs if ref != UNSOURCED]
    assert [ref for ref in refs if not IMAGE.fullmatch(ref)] == []
    if platform.match.pci_vendors != ("10de",):
        assert [ref for ref in refs if "cuda" in ref.lower()] == []


@every
def test_the_tools_queries_begin_with_its_name(platform: Platform):
    tool = platform.tool
    assert tool is None or (tool.queries and all(query[0] == tool.name for query in tool.queries))


@every
def test_the_ladder_can_be_read(platform: Platform):
    assert all(0 <= reached.rung <= 4 for reached in matrix(platform.name).values())


@pytest.fixture(scope="module")
def covered() -> set[str]:
    files = sorted(MACHINES.glob("*.toml"))
    places = [file for file in files if "\n[values]\n" in file.read_text(encoding="utf-8")]
    assert places
    platforms = load_all()
    return {name for place in places for name in chosen(place, platforms)}


@every
def test_a_recorded_machine_has_it(platform: Platform, covered: set[str]):
    assert platform.name in covered
