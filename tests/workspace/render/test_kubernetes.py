"""A plan as Kubernetes objects: valid, without privileges, with the plug-in's resource."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from workspace.recorded import MACHINES
from workspace.render.cases import RECORDED
from yoloport.errors import Exit
from yoloport.platforms.load import load, load_all
from yoloport.workspace.plan import STOP_SECONDS
from yoloport.workspace.render_asked import Settled, for_a_cluster
from yoloport.workspace.render_kubernetes import BadClusterWord, Cluster, NoResource, kubernetes, resource
from yoloport.workspace.render_scene import CannotHave

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ lin: at home\n"
WITH_PLUGIN = [p.name for p in load_all() if p.container.kubernetes]


def of(platform: str, cards: int | None = None, user: str = "") -> tuple[Settled, int]:
    return for_a_cluster(platform, None, cards, "default", "registry.example/yolo:1", user)


def text(platform: str, cards: int | None = None, **cluster) -> str:
    made, count = of(platform, cards)
    return kubernetes(made.plan, made.scene.choice.platform, Cluster(cards=count, **cluster), made.facts)


def objects(shown: str) -> dict[str, dict]:
    return {one["kind"]: one for one in yaml.safe_load_all(shown)}


def pod(shown: str) -> dict:
    return objects(shown)["Deployment"]["spec"]["template"]["spec"]


@pytest.mark.parametrize("platform", RECORDED)
def test_the_objects_are_exactly_these(platform: str, golden):
    golden(f"kubernetes-{platform}.yaml", text(platform))


def test_with_everything_the_objects_are_exactly_these(golden):
    golden("kubernetes-all.yaml", text("cambricon", 2, namespace="vision", storage_class="fast", size="100Gi",
                                        public_key=KEY))  # fmt: skip


@pytest.mark.parametrize("platform", [*WITH_PLUGIN, "cpu", "loongson"])
def test_the_objects_are_valid_and_no_key_is_misspelt(platform: str):
    validate = pytest.importorskip("kubernetes_validate")
    shown = text(platform, namespace="vision", storage_class="fast", public_key=KEY)
    for one in yaml.safe_load_all(shown):
        validate.validate(one, "1.31", strict=True)


@pytest.mark.parametrize("platform", [*WITH_PLUGIN, "cpu"])
def test_nothing_is_privileged_and_no_folder_of_the_node_is_mounted(platform: str):
    found = pod(text(platform))
    assert found["securityContext"]["runAsNonRoot"] is True and found["securityContext"]["runAsUser"] == 1000
    own = found["containers"][0]["securityContext"]
    assert own == {"privileged": False, "allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    assert all("hostPath" not in volume for volume in found["volumes"])
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(found)


@pytest.mark.parametrize("platform", WITH_PLUGIN)
def test_the_pod_asks_for_the_first_resource_and_the_comment_has_the_others(platform: str):
    names = load(platform).container.kubernetes
    shown = text(platform)
    assert pod(shown)["containers"][0]["resources"] == {"limits": {names[0]: 1}}
    assert all(name in shown.split("apiVersion")[0] for name in names)


def test_a_processor_needs_no_resource():
    assert "resources" not in pod(text("cpu"))["containers"][0]


def test_another_plugins_resource_and_more_cards_are_taken():
    found = pod(text("ascend", 4, resource="huawei.com/Ascend310P"))
    assert found["containers"][0]["resources"] == {"limits": {"huawei.com/Ascend310P": 4}}


def test_a_platform_without_a_known_plugin_is_refused_with_what_else_works():
    with pytest.raises(NoResource) as told:
        text("sophgo")
    assert told.value.exit == Exit.NO_DEVICE and "compose" in told.value.remedy and "--resource" in told.value.remedy
    assert pod(text("sophgo", resource="sophgo.example/tpu"))["containers"][0]["resources"]


def test_a_resource_that_no_source_gives_is_none():
    platform = load("sophgo")
    unsourced = platform.model_copy(update={"container": platform.container.model_copy(
        update={"kubernetes": ("UNSOURCED",)})})  # fmt: skip
    with pytest.raises(NoResource):
        resource(unsourced)


@pytest.mark.parametrize(
    "wrong",
    [{"namespace": "Vision"}, {"namespace": "a b"}, {"namespace": "x" * 64}, {"storage_class": "a/b"},
     {"size": "20 GB"}, {"size": "0"}, {"size": ""}, {"resource": "gpu"}, {"resource": "a/b: {}"}],
)  # fmt: skip
def test_a_word_that_a_cluster_would_refuse_is_refused_here(wrong: dict[str, str]):
    with pytest.raises(BadClusterWord) as told:
        text("cpu", **wrong)
    assert told.value.exit == Exit.USAGE


def test_shared_memory_is_what_the_plan_asks_for():
    shm = next(v for v in pod(text("hygon"))["volumes"] if v["name"] == "shm")
    assert shm["emptyDir"] == {"medium": "Memory", "sizeLimit": "16384Mi"}


def test_a_stop_waits_for_an_epoch_and_the_probes_ask_what_needs_no_token():
    found = pod(text("cpu"))
    assert found["terminationGracePeriodSeconds"] >= STOP_SECONDS
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        assert found["containers"][0][name]["httpGet"] == {"path": "/api", "port": "http"}


def test_a_service_beside_it_does_not_write_into_the_workspaces_settings():
    assert pod(text("cpu"))["enableServiceLinks"] is False


def test_only_where_the_vendor_asks_for_it_system_calls_are_open():
    kind = {name: pod(text(name))["securityContext"]["seccompProfile"]["type"] for name in WITH_PLUGIN}
    assert {name for name, what in kind.items() if what == "Unconfined"} == {"hygon", "kunlunxin"}


def test_the_key_is_in_a_config_map_and_ssh_has_a_port():
    found = objects(text("cpu", public_key=KEY))
    assert found["ConfigMap"]["data"] == {"authorized_keys": KEY}
    assert [port["name"] for port in found["Service"]["spec"]["ports"]] == ["http", "ssh"]
    assert "ConfigMap" not in objects(text("cpu"))


def test_the_groups_of_a_recorded_machines_nodes_are_given_to_the_pod():
    made, count = for_a_cluster("auto", MACHINES / "mthreads-s4000.toml", None, "default", "", "")
    shown = kubernetes(made.plan, made.scene.choice.platform, Cluster(cards=count))
    assert pod(shown)["securityContext"]["supplementalGroups"] == [44, 993]


def test_more_cards_than_the_recorded_machine_has_are_refused():
    with pytest.raises(CannotHave, match="it has 2"):
        for_a_cluster("auto", MACHINES / "ascend-310p.toml", 3, "default", "", "")


def test_selector_and_labels_belong_together():
    found = objects(text("cpu"))
    labels = found["Deployment"]["spec"]["template"]["metadata"]["labels"]
    for wanted in (found["Service"]["spec"]["selector"], found["Deployment"]["spec"]["selector"]["matchLabels"]):
        assert wanted.items() <= labels.items()
    claim = found["PersistentVolumeClaim"]["metadata"]["name"]
    assert claim == pod(text("cpu"))["volumes"][0]["persistentVolumeClaim"]["claimName"]


def test_a_strange_value_stays_one_text():
    made, _ = of("cpu")
    plan = replace(made.plan, environment=(("A", '1e3\n"x": [${y}] %'),))
    assert pod(kubernetes(plan, load("cpu"), Cluster()))["containers"][0]["env"][0]["value"] == '1e3\n"x": [${y}] %'


def test_no_path_of_the_machine_that_renders_is_in_it():
    assert str(Path.home()) not in text("cpu") and "/srv" not in text("cpu")
