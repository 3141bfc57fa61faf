"""A plan as a process of this user: the supervisor is told everything through its environment."""

from __future__ import annotations

from pathlib import Path

from workspace.recorded import USER, facts, request
from yoloport.supervise import settings
from yoloport.workspace import plan, render_local


def rendered(machine: str, **given: object) -> dict[str, str]:
    asked = request(**given)
    choice, host = facts(machine)
    return render_local.environment(plan.build(asked, choice, host, USER), asked, choice)


def test_the_command_is_the_supervisor_and_holds_no_secret():
    assert render_local.command(Path("/e/bin/python")) == ("/e/bin/python", "-m", "yoloport.supervise")


def test_the_supervisor_reads_back_what_the_plan_said(tmp_path: Path):
    key = tmp_path / "id.pub"
    key.touch()
    found = settings.read(rendered("laptop", name="line2", data=tmp_path, port=9000, ssh_port=2200, ssh_key=key))
    assert (found.name, found.data, found.address, found.port) == ("line2", tmp_path, "127.0.0.1", 9000)
    assert (found.ssh_port, found.authorized_keys, found.user) == (2200, key, "lin")
    assert (found.container, found.tls_names) == (False, ())


def test_an_exposed_one_listens_everywhere_with_tls(tmp_path: Path):
    found = settings.read(rendered("laptop", expose=True, tls_names=("192.0.2.7", "line2")))
    assert (found.address, found.tls_names) == ("0.0.0.0", ("192.0.2.7", "line2"))


def test_on_the_host_a_card_is_counted_by_its_place_among_all_cards():
    assert rendered("ascend-310p", devices=(1,))["ASCEND_RT_VISIBLE_DEVICES"] == "1"
    assert rendered("nvidia", devices=(1, 0))["CUDA_VISIBLE_DEVICES"] == "1,0"


def test_without_a_choice_of_cards_none_is_hidden():
    assert not [name for name in rendered("ascend-310p") if "VISIBLE" in name]


def test_as_processes_an_accelerator_must_be_used_as_in_a_container():
    found = rendered("ascend-310p")
    assert (found["YOLOPORT_PLATFORM"], found["YOLOPORT_REQUIRE"]) == ("ascend", "accelerator")
    assert "YOLOPORT_REQUIRE" not in rendered("laptop")


def test_a_workspace_started_inside_a_workspace_inherits_none_of_its_settings():
    outer = {"PATH": "/bin", "YOLOPORT_NAME": "outer", "YOLOPORT_TLS": "x"}
    assert render_local.merged(outer, {"YOLOPORT_NAME": "inner"}) == {"PATH": "/bin", "YOLOPORT_NAME": "inner"}
