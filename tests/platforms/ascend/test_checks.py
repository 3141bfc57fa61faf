"""The checks of Ascend machines: each speaks on the machine it is for, and is silent on one that is well."""

from __future__ import annotations

import pytest

from platforms.cases import card, case, found
from yoloport.doctor import catalogue
from yoloport.doctor.check import Case
from yoloport.host.facts import EngineFacts, Node
from yoloport.platforms.load import FOLDER

USER, OWNER = 1001, 1000
CANN = "/usr/local/Ascend/cann"
OLD = "/usr/local/Ascend/ascend-toolkit/latest"
KERNELS = f"{CANN}/opp/built-in/op_impl/ai_core/tbe/kernel"
PLUGIN = ["torch==2.9.0+cpu", "torch_npu==2.9.0.post2"]
IMPORTED = ("attrs", "cffi", "decorator", "numpy", "protobuf", "psutil", "pyyaml", "scipy", "sympy")
NEEDED = [f"{name}==1" for name in IMPORTED]
SOURCED = {
    "ASCEND_OPP_PATH": f"{CANN}/opp",
    "ASCEND_HOME_PATH": CANN,
    "LD_LIBRARY_PATH": f"{CANN}/lib64",
    "PYTHONPATH": f"{CANN}/python/site-packages",
}
SCRIPT = [f"{CANN}/set_env.sh"]
LIBRARIES = [f"{CANN}/lib64/{name}" for name in ("libascendcl.so", "libhccl.so", "libge_runner.so")]
NODES = [Node("/dev/davinci0", OWNER, 0o660, OWNER), Node("/dev/davinci_manager", OWNER, 0o660, OWNER)]
BOARD = ["/dev/davinci0", "/dev/davinci_manager", "/dev/svm0", "/dev/ts_aisle"]
NOK = "Software Version : 23.0.0\nFirmware Version : 6.0.0\nCompatibility : NOK\n"


def ascend(**what: object) -> Case:
    return case("ascend", **what)  # type: ignore[arg-type]


def engine(*held: str, runtime: str = "runc") -> EngineFacts:
    containers = tuple((str(number), tuple(one.split())) for number, one in enumerate(held))
    return EngineFacts("docker", "24", runtimes=(runtime,), default_runtime=runtime, containers=containers)


TABLE: list[tuple[str, Case, Case]] = [
    ("ascend-toolkit-missing", ascend(packages=PLUGIN), ascend(packages=PLUGIN, files=SCRIPT)),
    (
        "ascend-toolkit-partial",
        ascend(packages=PLUGIN, files=SCRIPT + LIBRARIES[:1]),
        ascend(packages=PLUGIN, files=SCRIPT + LIBRARIES),
    ),
    (
        "ascend-toolkit-not-sourced",
        ascend(packages=PLUGIN, files=SCRIPT),
        ascend(packages=PLUGIN, files=SCRIPT, environment=SOURCED),
    ),
    (
        "ascend-libraries-overwritten",
        ascend(packages=PLUGIN, environment={**SOURCED, "LD_LIBRARY_PATH": "/opt/mine/lib"}),
        ascend(packages=PLUGIN, environment=SOURCED),
    ),
    (
        "ascend-pythonpath-lacks-tbe",
        ascend(packages=PLUGIN, environment={**SOURCED, "PYTHONPATH": "/home/me"}),
        ascend(packages=PLUGIN, environment=SOURCED),
    ),
    (
        "ascend-nnal-not-sourced",
        ascend(packages=PLUGIN, files=["/usr/local/Ascend/nnal/atb/set_env.sh"], environment=SOURCED),
        ascend(packages=PLUGIN, environment=SOURCED),
    ),
    (
        "ascend-ops-missing",
        ascend(packages=PLUGIN, files=SCRIPT, cards=[card("310P3")]),
        ascend(packages=PLUGIN, files=[*SCRIPT, f"{KERNELS}/ascend310p"], cards=[card("310P3")]),
    ),
    ("ascend-python-needs", ascend(packages=PLUGIN + NEEDED[:-1]), ascend(packages=PLUGIN + NEEDED)),
    (
        "ascend-transfer-value",
        ascend(environment={"TORCH_TRANSFER_TO_NPU": "true"}),
        ascend(environment={"TORCH_TRANSFER_TO_NPU": "1"}, cards=[card("910B3")]),
    ),
    (
        "ascend-ultralytics-old",
        ascend(packages=[*PLUGIN, "ultralytics==8.3.40"]),
        ascend(packages=[*PLUGIN, "ultralytics==8.4.190"]),
    ),
    (
        "ascend-ultralytics-nms",
        ascend(packages=[*PLUGIN, "ultralytics==8.4.120"]),
        ascend(packages=[*PLUGIN, "ultralytics==8.4.190"]),
    ),
    (
        "ascend-onnxruntime-on-cpu",
        ascend(packages=["onnxruntime-cann==1.24.4"]),
        ascend(packages=["onnxruntime-cann==1.24.4"], environment=SOURCED),
    ),
    (
        "ascend-visible-wrong",
        ascend(packages=PLUGIN, environment={"ASCEND_VISIBLE_DEVICES": "0"}),
        ascend(packages=PLUGIN, environment={"ASCEND_VISIBLE_DEVICES": "0"}, container="docker"),
    ),
    ("ascend-jit-compile", ascend(cards=[card("310P3")]), ascend(cards=[card("910B3")])),
    (
        "ascend-driver-not-mounted",
        ascend(nodes=NODES, container="docker"),
        ascend(nodes=NODES, container="docker", files=["/usr/local/Ascend/driver/lib64/driver/libascend_hal.so"]),
    ),
    (
        "ascend-server-nodes-on-board",
        ascend(nodes=BOARD, engines=(engine("/dev/davinci0 /dev/devmm_svm"),)),
        ascend(nodes=[*NODES, "/dev/devmm_svm"], engines=(engine("/dev/davinci0 /dev/devmm_svm"),)),
    ),
    ("ascend-board-alarm", ascend(cards=[card("310B4", "Alarm")]), ascend(cards=[card("910B4", "Alarm")])),
    (
        "ascend-board-links",
        ascend(nodes=BOARD, engines=(engine(runtime="ascend"),)),
        ascend(nodes=NODES, engines=(engine(runtime="ascend"),)),
    ),
    (
        "ascend-compatibility",
        ascend(answers={("npu-smi", "info", "-t", "board", "-i", "0"): NOK}),
        ascend(answers={("npu-smi", "info", "-t", "board", "-i", "0"): NOK.replace("NOK", "OK")}),
    ),
    (
        "ascend-root-without-override",
        ascend(nodes=NODES, container="docker", capabilities=["CHOWN"]),
        ascend(nodes=NODES, container="docker", capabilities=["CHOWN", "DAC_OVERRIDE"]),
    ),
    (
        "ascend-held-by-containers",
        ascend(nodes=NODES, engines=(engine("/dev/davinci0", "/dev/davinci0"),)),
        ascend(nodes=NODES, engines=(engine("/dev/davinci0", "/dev/davinci1 /dev/davinci_manager"),)),
    ),
    (
        "ascend-old-rank-table",
        ascend(cards=[card("Ascend950PR")], texts={"/etc/hccl_rootinfo.json": '{"version": "1.0"}'}),
        ascend(cards=[card("Ascend950PR")], texts={"/etc/hccl_rootinfo.json": '{"version": "2.0"}'}),
    ),
]
IDS = [check for check, _, _ in TABLE]


@pytest.mark.parametrize(("check", "sick", "well"), TABLE, ids=IDS)
def test_a_check_speaks_where_it_should_and_nowhere_else(check: str, sick: Case, well: Case):
    assert found(check, sick), "silent on the machine it is for"
    assert found(check, well) == [], "speaks on a machine that is well"


@pytest.mark.parametrize(("check", "sick", "well"), TABLE, ids=IDS)
def test_what_a_check_yields_fills_its_words(check: str, sick: Case, well: Case):
    known = {one.id: one for one in catalogue._in_folder(FOLDER / "ascend", "ascend", "")}
    for one in found(check, sick):
        words = known[check].variants[one.variant]
        assert words.cause["zh"].format_map(one.values) != words.cause["en"].format_map(one.values)
        words.remedy["en"].format_map(one.values), words.command.format_map(one.values)


def test_every_check_of_the_folder_stands_in_the_table():
    assert {one.id for one in catalogue._in_folder(FOLDER / "ascend", "ascend", "")} == set(IDS)


@pytest.mark.parametrize("layout", ["/usr/local/Ascend/cann", OLD, "/usr/local/Ascend/ascend-toolkit"])
def test_the_remedy_names_the_script_of_the_layout_that_is_there(layout: str):
    one = found("ascend-toolkit-not-sourced", ascend(packages=PLUGIN, files=[f"{layout}/set_env.sh"]))[0]
    assert one.values["script"] == f"{layout}/set_env.sh"


def test_kernels_of_another_chip_are_told_from_no_kernels():
    files = [*SCRIPT, f"{KERNELS}/ascend910b"]
    one = found("ascend-ops-missing", ascend(packages=PLUGIN, files=files, cards=[card("310P3")]))[0]
    assert (one.variant, one.values["there"], one.values["flavour"]) == ("other", "ascend910b", "ascend310p")


def test_a_folder_that_holds_the_toolkits_own_kernels_alone_counts_as_none():
    files = [*SCRIPT, f"{KERNELS}/ascend910b", f"{KERNELS}/ascend910b/ops_oam"]
    one = found("ascend-ops-missing", ascend(packages=PLUGIN, files=files, cards=[card("910B3")]))[0]
    assert (one.variant, one.values["flavour"]) == ("", "ascend910b")


def test_a_name_that_does_not_tell_the_chip_is_not_guessed():
    assert found("ascend-ops-missing", ascend(packages=PLUGIN, files=SCRIPT, cards=[card("Ascend910")])) == []
    assert found("ascend-ops-missing", ascend(packages=PLUGIN, files=SCRIPT, cards=[card("910B")])) == []


def test_ultralytics_between_single_and_several_cards_is_told_apart():
    one = found("ascend-ultralytics-old", ascend(packages=[*PLUGIN, "ultralytics==8.4.60"]))[0]
    assert one.variant == "single"
