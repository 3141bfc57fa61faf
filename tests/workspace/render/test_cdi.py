"""A platform's nodes as a CDI specification that engines take."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from workspace.recorded import MACHINES
from yoloport.errors import Exit
from yoloport.host.facts import Host
from yoloport.platforms.load import load_all
from yoloport.workspace.render_asked import Asked, Settled, settle
from yoloport.workspace.render_cdi import NothingToPass, cdi, file_name

RECORDED = ["ascend-310p", "ascend-310b", "cambricon-mlu370", "mthreads-s4000", "rockchip-rk3588", "sophgo-bm1684x",
            "enflame-s60", "kunlunxin-p800", "hygon-k100", "metax-c500", "iluvatar-bi150", "thead-ppu"]  # fmt: skip
FORBIDDEN_NAMES = re.compile(r"[^A-Za-z0-9_.:-]")


def of(machine: str, **asked) -> Settled:
    return settle(Asked(snapshot=MACHINES / f"{machine}.toml", **asked))


def text(made: Settled, as_json: bool = False) -> str:
    return cdi(made.scene.choice, made.plan, made.scene.host, as_json, made.about_cards)


def spec(machine: str, **asked) -> dict:
    return yaml.safe_load(text(of(machine, **asked)))


def check_edits(edits: dict) -> None:
    """container-device-interface schema/defs.json, containerEdits (read 2026-11-24), as far as version 0.5.0 goes."""
    assert set(edits) <= {"env", "deviceNodes", "mounts", "hooks"} and edits
    for variable in edits.get("env", []):
        assert re.fullmatch(r"[^=]+=.*", variable)
    for node in edits.get("deviceNodes", []):
        assert set(node) <= {"path", "hostPath", "permissions"} and node["path"].startswith("/dev/")
        assert re.fullmatch("[rwm]+", node["permissions"]) and node.get("hostPath", "/").startswith("/")
    for mount in edits.get("mounts", []):
        assert set(mount) == {"hostPath", "containerPath", "options"} and mount["hostPath"].startswith("/")
        assert all(isinstance(option, str) for option in mount["options"]) and "ro" in mount["options"]


@pytest.mark.parametrize("machine", RECORDED)
def test_every_specification_keeps_the_rules_of_the_schema(machine: str):
    found = spec(machine)
    assert set(found) <= {"cdiVersion", "kind", "devices", "containerEdits"} and found["cdiVersion"] == "0.5.0"
    vendor, _, kind = found["kind"].partition("/")
    assert re.fullmatch(r"[A-Za-z]([A-Za-z0-9_.-]*[A-Za-z0-9])?", vendor)
    assert re.fullmatch(r"[A-Za-z]([A-Za-z0-9_-]*[A-Za-z0-9])?", kind)
    names = [device["name"] for device in found["devices"]]
    assert names[-1] == "all" and len(set(names)) == len(names)
    for device in found["devices"]:
        assert set(device) == {"name", "containerEdits"} and isinstance(device["name"], str)
        assert not FORBIDDEN_NAMES.search(device["name"])
        check_edits(device["containerEdits"])
    if "containerEdits" in found:
        check_edits(found["containerEdits"])


@pytest.mark.parametrize("machine", RECORDED)
def test_all_and_the_common_part_are_the_nodes_that_docker_would_be_given(machine: str):
    made, found = of(machine), spec(machine)
    every = found["devices"][-1]["containerEdits"]["deviceNodes"]
    every = every + found.get("containerEdits", {}).get("deviceNodes", [])
    passed = {(node.get("hostPath", node["path"]), node["path"]) for node in every}
    there = {node.path for node in made.scene.host.nodes}
    for host, inside in made.plan.nodes:
        below = {(path, path) for path in there if path.startswith(f"{host}/")}
        assert (host, inside) in passed or (below and below <= passed)
    assert {host for host, _ in passed} <= there
    assert len(passed) == len(every), "a node twice"


@pytest.mark.parametrize("machine", ["ascend-310p", "cambricon-mlu370", "rockchip-rk3588", "hygon-k100"])
def test_the_file_is_exactly_this(machine: str, golden):
    golden(f"cdi-{machine}.yaml", text(of(machine)))


def test_the_file_of_the_catalogue_is_exactly_this(golden):
    golden("cdi-ascend-catalogue.yaml", text(settle(Asked("ascend", cards=2))))


def test_json_says_the_same_as_yaml():
    made = of("cambricon-mlu370")
    assert json.loads(text(made, as_json=True)) == yaml.safe_load(text(made))


def test_a_card_is_named_by_its_physical_number_and_has_its_own_node_alone():
    found = spec("ascend-310p", devices="1")
    assert [device["name"] for device in found["devices"]] == ["1", "all"]
    for device in found["devices"]:
        assert [node["path"] for node in device["containerEdits"]["deviceNodes"]] == ["/dev/davinci1"]


def test_a_node_that_is_called_otherwise_inside_keeps_both_names():
    shared = spec("ascend-310b")["containerEdits"]["deviceNodes"]
    assert {"path": "/dev/davinci_manager", "hostPath": "/dev/davinci_manager_docker", "permissions": "rw"} in shared


def test_where_cards_share_their_nodes_the_kind_is_our_own_since_up_would_ask_the_vendors_by_number():
    found = spec("hygon-k100")
    assert found["kind"] == "yoloport.io/hygon" and [device["name"] for device in found["devices"]] == ["all"]
    assert "HIP_VISIBLE_DEVICES" in text(of("hygon-k100"))


def test_a_vendor_without_a_kind_gets_one_of_ours_with_a_device_a_card():
    found = spec("enflame-s60")
    assert found["kind"] == "yoloport.io/enflame" and found["devices"][0]["name"] == "0"
    assert found["containerEdits"]["env"] == ["TORCH_GCU_ENABLE_INT64_AND_UINT64=1"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("ascend", "ascend.com/npu"), ("cambricon", "cambricon.com/mlu"), ("mthreads", "mthreads.com/gpu"),
     ("sophgo", "yoloport.io/sophgo"), ("enflame", "yoloport.io/enflame"), ("kunlunxin", "yoloport.io/kunlunxin")],
)  # fmt: skip
def test_also_without_a_machine_there_is_one_for_each_vendor_that_no_tool_makes_one_for(name: str, kind: str):
    found = yaml.safe_load(text(settle(Asked(name, cards=2))))
    assert found["kind"] == kind and [device["name"] for device in found["devices"]] == ["0", "1", "all"]


def test_the_comment_says_where_the_file_goes():
    assert file_name("cambricon.com/mlu") == "/etc/cdi/cambricon.com-mlu.yaml"
    assert "/etc/cdi/cambricon.com-mlu.yaml" in text(of("cambricon-mlu370"))
    assert "--device cambricon.com/mlu=0" in text(of("cambricon-mlu370"))


@pytest.mark.parametrize("name", [p.name for p in load_all() if p.kind == "processor" or not p.container.nodes_suffice])
def test_what_cdi_cannot_do_is_refused_with_another_way(name: str):
    with pytest.raises(NothingToPass) as told:
        text(settle(Asked(name)))
    assert told.value.exit == Exit.NO_DEVICE and told.value.remedy


def test_a_folder_of_nodes_is_not_passed_as_a_node():
    made = of("rockchip-rk3588")
    host: Host = made.scene.host
    bare = replace(host, nodes=tuple(node for node in host.nodes if not node.path.startswith("/dev/dri/")))
    only = replace(made.plan, nodes=(("/dev/dri", "/dev/dri"),))
    with pytest.raises(NothingToPass, match="known"):
        cdi(made.scene.choice, only, bare)
    assert "/dev/dri" not in {n["path"] for n in spec("rockchip-rk3588")["devices"][0]["containerEdits"]["deviceNodes"]}


def test_the_data_folder_and_the_users_files_are_no_part_of_it():
    made = of("ascend-310p", ssh_key=Path("/home/lin/.ssh/id.pub"), data=Path("/data/secret"))
    assert "secret" not in text(made) and "authorized_keys" not in text(made)
