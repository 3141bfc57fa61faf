"""A plan as a Compose file: what the engine would be told, in Compose's words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from workspace.render.cases import FOLDERS, RECORDED
from yoloport.platforms.load import load_all
from yoloport.workspace import render_compose
from yoloport.workspace.render_asked import Asked, settle
from yoloport.workspace.render_compose import compose

PLATFORMS = [platform.name for platform in load_all()]


def service(text: str) -> dict:
    return yaml.safe_load(text)["services"]["workspace"]


def read_as_compose(text: str) -> str:
    """Compose's interpolation, in an environment where no variable is set: ``$$`` is a sign, a name is nothing."""
    return re.sub(r"\$(?:(\$)|\{[^}]*\}|\w+)", lambda found: found[1] or "", text)


@pytest.mark.parametrize("platform", RECORDED)
def test_the_file_is_exactly_this(platform: str, settled, golden):
    made = settled(platform)
    golden(f"compose-{platform}.yaml", compose(made.plan, made.told))


def test_the_file_for_a_machine_of_which_only_the_platform_is_known_is_exactly_this(settled, golden):
    made = settled("ascend", cards=2, ssh_key=Path("/home/lin/.ssh/id.pub"), user="0:0")
    golden("compose-ascend-catalogue.yaml", compose(made.plan, made.told))


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_strange_data_folder_is_the_source_of_the_mount(folder: Path, settled):
    mount = service(compose(settled("cpu", data=folder).plan))["volumes"][0]
    assert read_as_compose(mount["source"]) == str(folder)
    assert mount["target"] == "/data"


def test_a_dollar_in_a_variable_is_no_variable_of_composes(settled):
    plan = replace(settled("cpu").plan, environment=(("TOKEN", "a$b${c}$$"),))
    assert read_as_compose(service(compose(plan))["environment"]["TOKEN"]) == "a$b${c}$$"


@pytest.mark.parametrize(
    "text", ["1e3", "0o17", "yes", "null", "12:30", "8888:8888", "0x1f", "", "~", "- a", "#b", "1_0"]
)
def test_a_text_that_looks_like_something_else_stands_in_quotes(text: str, settled):
    plan = replace(settled("cpu").plan, environment=(("VALUE", text),))
    shown = compose(plan)
    assert service(shown)["environment"]["VALUE"] == text
    assert re.search(r"VALUE: [\"']", shown)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_platforms_options_have_a_key(platform: str):
    plan = settle(Asked(platform)).plan
    found = service(compose(plan))
    assert found["shm_size"].endswith("m")
    assert found["cap_drop"] == ["ALL"] and "privileged" not in found
    assert found["security_opt"][0] == "no-new-privileges:true"


def test_an_option_that_compose_has_no_key_for_is_not_left_out_quietly(settled):
    plan = replace(settled("cpu").plan, options=("--shm-size=1m", "--ipc=host"))
    with pytest.raises(ValueError, match="--ipc=host"):
        compose(plan)


def test_limits_come_as_numbers_soft_and_hard():
    assert render_compose._options(("--ulimit=memlock=-1", "--ulimit=nofile=10:20")) == {
        "ulimits": {"memlock": -1, "nofile": {"soft": 10, "hard": 20}}
    }


def test_cards_that_the_engine_passes_by_flag_are_reserved_by_their_ids(settled):
    found = service(compose(settled("cuda", devices="1").plan))
    assert found["deploy"]["resources"]["reservations"]["devices"] == [{"device_ids": ["1"], "capabilities": ["gpu"]}]
    assert "devices" not in found


def test_cards_with_cdi_are_named_by_kind_and_number(settled):
    plan = replace(settled("cambricon", devices="0").plan, cdi="cambricon.com/mlu")
    found = service(compose(plan))
    assert found["devices"] == ["cambricon.com/mlu=0"] and "group_add" not in found


def test_a_missing_file_of_the_host_is_an_error_and_not_an_empty_folder(settled):
    for mount in service(compose(settled("ascend").plan))["volumes"]:
        assert mount["bind"] == {"create_host_path": False}
        assert mount.get("read_only", False) is (mount["target"] != "/data")


def test_root_with_ssh_gets_what_sshd_needs_and_no_more(settled):
    found = service(compose(settled("cpu", user="0:0", ssh_key=Path("/k.pub")).plan))
    assert found["cap_add"] == ["SETUID", "SETGID", "SYS_CHROOT"]
    assert found["ports"] == ["127.0.0.1:8888:8888", "127.0.0.1:2222:2222"]
