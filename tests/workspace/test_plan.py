"""A plan is a pure function of facts and a request: recorded machines show what would be started on them."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from workspace.recorded import MACHINES, USER, facts, request
from yoloport.errors import Exit
from yoloport.host import recorded
from yoloport.host.facts import Host, Node
from yoloport.platforms.choose import choose
from yoloport.platforms.load import load_all
from yoloport.workspace import plan
from yoloport.workspace.plan import Mount, NoSuchDevice, Port

DATA = Mount("/home/lin/yoloport", "/data")


def test_a_cpu_needs_a_data_folder_a_port_on_loopback_and_nothing_else(planned):
    made = planned("laptop")
    assert (made.name, made.platform, made.device, made.image) == ("default", "cpu", "cpu", "yoloport/workspace:cpu")
    assert made.ports == (Port("127.0.0.1", 8888, 8888),)
    assert made.mounts == (DATA,)
    assert (made.nodes, made.groups, made.card_ids, made.cdi, made.gpus_flag) == ((), (), (), "", False)
    assert dict(made.environment) == {"YOLOPORT_NAME": "default", "YOLOPORT_USER": "lin"}
    assert (made.ssh, made.expose) == (False, False)


@pytest.mark.parametrize("machine", ["ascend-310p", "nvidia", "hygon-k100", "metax-c500", "kunlunxin-p800"])
def test_a_workspace_for_an_accelerator_must_use_it(planned, machine: str):
    made = planned(machine)
    environment = dict(made.environment)
    assert (environment["YOLOPORT_PLATFORM"], environment["YOLOPORT_REQUIRE"]) == (made.platform, "accelerator")


def test_the_same_request_on_the_same_facts_gives_the_same_plan(planned):
    assert planned("ascend-310p", devices=(1,)) == planned("ascend-310p", devices=(1,))


def test_two_310p_cards_bring_their_nodes_and_the_shared_ones(planned):
    made = planned("ascend-310p")
    assert made.card_ids == (0, 1)
    assert made.nodes == tuple(
        (f"/dev/{node}", f"/dev/{node}")
        for node in ("davinci0", "davinci1", "davinci_manager", "devmm_svm", "hisi_hdc")
    )


def test_of_the_drivers_files_those_that_the_machine_has_are_mounted_read_only(planned):
    assert planned("ascend-310p").mounts == (
        DATA,
        Mount("/usr/local/Ascend/driver", "/usr/local/Ascend/driver", True),
        Mount("/usr/local/dcmi", "/usr/local/dcmi", True),
        Mount("/usr/local/bin/npu-smi", "/usr/local/bin/npu-smi", True),
        Mount("/etc/ascend_install.info", "/etc/ascend_install.info", True),
    )


def test_the_group_comes_from_the_cards_nodes_once(planned):
    assert planned("ascend-310p").groups == (1000,)
    assert planned("nvidia").groups == ()


def test_a_310b_maps_its_own_manager_to_the_name_that_the_toolkit_opens(planned):
    made = planned("ascend-310b")
    assert ("/dev/davinci_manager_docker", "/dev/davinci_manager") in made.nodes
    assert made.nodes[0] == ("/dev/davinci0", "/dev/davinci0")
    inside = [node for _, node in made.nodes]
    assert "/dev/hdmi" not in inside, "an optional node that the board lacks"
    assert "/dev/devmm_svm" not in inside, "a node of the cards, not of the board"
    assert [m.host for m in made.mounts] == [DATA.host, "/etc/sys_version.conf", "/usr/local/sbin/npu-smi"]


def test_an_optional_node_that_the_board_has_is_passed(planned):
    assert ("/dev/vo", "/dev/vo") in planned("ascend-310b").nodes


@pytest.mark.parametrize("name", ["ascend-310p", "ascend-310b"])
def test_no_node_is_passed_that_the_recorded_machine_lacks(planned, name: str):
    there = {node.path for node in recorded.load(MACHINES / f"{name}.toml").recording.node}
    given = {node for node, _ in planned(name).nodes}
    assert given and given <= there


def replanned(host: Host, **given: object) -> plan.Plan:
    return plan.build(request(**given), choose(load_all(), host), host, USER)


def without(name: str, *paths: str) -> Host:
    _, host = facts(name)
    return dataclasses.replace(host, nodes=tuple(node for node in host.nodes if node.path not in paths))


@pytest.mark.parametrize(
    ("name", "missing"),
    [("ascend-310p", "/dev/devmm_svm"), ("ascend-310b", "/dev/log_drv"), ("mthreads-s4000", "/dev/dri")],
)
def test_a_shared_node_that_the_machine_lacks_is_left_out_since_an_engine_refuses_it(name: str, missing: str):
    _, host = facts(name)
    assert missing in {node for node, _ in replanned(host).nodes}
    assert missing not in {node for node, _ in replanned(without(name, missing)).nodes}


def test_a_card_whose_node_is_named_otherwise_is_passed_by_that_name():
    _, host = facts("mthreads-s4000")
    renamed = (dataclasses.replace(node, path=node.path.replace("mtgpu.", "mtgpu")) for node in host.nodes)
    made = replanned(dataclasses.replace(host, nodes=tuple(renamed)), devices=(1,))
    assert made.nodes == (("/dev/mtgpu1", "/dev/mtgpu1"), ("/dev/dri", "/dev/dri"))


def test_a_950_brings_the_nodes_of_its_own_fabric_and_no_others():
    fabric = [Node(f"/dev/{name}", 0, 0o755) for name in ("uburma", "ummu")]
    host = without("ascend-910b", "/dev/devmm_svm")
    made = replanned(dataclasses.replace(host, nodes=(*host.nodes, *fabric)), devices=(3,))
    assert [node for node, _ in made.nodes] == [
        f"/dev/{name}" for name in ("davinci3", "davinci_manager", "uburma", "ummu", "hisi_hdc")
    ]


@pytest.mark.parametrize(
    ("name", "groups"),
    [("hygon-k100", (39,)), ("metax-c500", (44, 993)), ("mthreads-s4000", (44, 993)), ("rockchip-rk3588", (44, 105))],
)
def test_the_groups_are_those_of_the_nodes_also_inside_a_folder_that_is_passed(planned, name: str, groups):
    assert planned(name).groups == groups


def test_a_group_is_not_added_for_a_node_that_anyone_may_open_and_never_roots_own():
    _, host = facts("hygon-k100")
    opened = tuple(dataclasses.replace(node, mode=0o666) for node in host.nodes)
    assert replanned(dataclasses.replace(host, nodes=opened)).groups == ()
    roots = tuple(dataclasses.replace(node, gid=0, mode=0o600) for node in host.nodes)
    assert replanned(dataclasses.replace(host, nodes=roots)).groups == ()


@pytest.mark.parametrize(
    ("name", "variable"), [("hygon-k100", "HIP_VISIBLE_DEVICES"), ("metax-c500", "CUDA_VISIBLE_DEVICES")]
)
def test_where_all_cards_share_their_nodes_the_variable_picks_as_on_the_host(planned, name: str, variable: str):
    assert dict(planned(name, devices=(1,)).environment)[variable] == "1"


def test_where_two_layers_count_cards_both_variables_get_the_same_list(planned):
    found = dict(planned("kunlunxin-p800", devices=(1,)).environment)
    assert (found["XPU_VISIBLE_DEVICES"], found["CUDA_VISIBLE_DEVICES"]) == ("0", "0")


@pytest.mark.parametrize("platform", load_all(), ids=lambda platform: platform.name)
def test_no_platform_replaces_a_search_path_that_its_image_sets(platform):
    assert not {"LD_LIBRARY_PATH", "PATH", "PYTHONPATH"} & set(platform.container.environment)


def test_a_subset_of_cards_is_counted_from_zero_inside(planned):
    made = planned("ascend-310p", devices=(1,))
    assert made.card_ids == (1,)
    assert ("/dev/davinci1", "/dev/davinci1") in made.nodes and ("/dev/davinci0", "/dev/davinci0") not in made.nodes
    assert dict(made.environment)["ASCEND_RT_VISIBLE_DEVICES"] == "0"


def test_without_a_choice_of_cards_the_variable_is_left_alone(planned):
    assert "ASCEND_RT_VISIBLE_DEVICES" not in dict(planned("ascend-310p").environment)


@pytest.mark.parametrize(
    ("name", "asked", "devices", "words"),
    [
        ("ascend-310p", "auto", (0, 7), "physical id 7 on this machine: it has 0, 1"),
        ("laptop", "cpu", (0,), "platform 'cpu' has no numbered cards"),
        ("nvidia", "cpu", (0,), "platform 'cpu' has no numbered cards"),
    ],
)
def test_a_card_that_is_not_there_is_refused_with_those_that_are(planned, name, asked, devices, words):
    with pytest.raises(NoSuchDevice) as caught:
        planned(name, asked, devices=devices)
    assert words in caught.value.cause and caught.value.exit is Exit.NO_DEVICE


def test_gpus_are_left_to_the_engines_own_flag_since_nodes_alone_bring_no_driver(planned):
    made = planned("nvidia")
    assert (made.card_ids, made.nodes, made.gpus_flag) == ((0, 1), (), True)


def test_exposed_means_every_address_and_tls_for_the_names_given(planned):
    made = planned("laptop", expose=True, tls_names=("192.0.2.7", "line2"))
    assert made.ports == (Port("0.0.0.0", 8888, 8888),)
    assert dict(made.environment)["YOLOPORT_TLS"] == "192.0.2.7,line2"


def test_exposed_without_a_name_still_has_tls(planned):
    assert dict(planned("laptop", expose=True).environment)["YOLOPORT_TLS"] == "localhost"


def test_ssh_is_published_only_with_a_key(planned):
    assert planned("laptop", ssh_port=2222).ports == (Port("127.0.0.1", 8888, 8888),)
    made = planned("laptop", port=9000, ssh_port=2200, ssh_key=Path("/k.pub"))
    assert made.ports == (Port("127.0.0.1", 9000, 8888), Port("127.0.0.1", 2200, 2222))
    assert made.ssh and Mount("/k.pub", "/etc/yoloport/authorized_keys", True) in made.mounts


def test_a_certificate_of_the_users_own_is_mounted_with_its_key(planned):
    made = planned("laptop", expose=True, tls_cert=Path("/c.pem"), tls_key=Path("/k.pem"))
    assert made.mounts[1:] == (
        Mount("/c.pem", "/etc/yoloport/tls.crt", True),
        Mount("/k.pem", "/etc/yoloport/tls.key", True),
    )


def test_state_lies_inside_the_data_folder_under_the_workspaces_name(planned):
    assert planned("laptop", name="line2").state == Path("/home/lin/yoloport/.yoloport/line2")
    assert plan.state_folder(Path("/d"), "n") == Path("/d/.yoloport/n")
