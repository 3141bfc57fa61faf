"""What engines say of themselves, whatever they mix into it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.asked import of
from yoloport.host.engine_facts import ask
from yoloport.host.facts import EngineFacts, Sought

INFO = ("docker", "info", "--format", "{{json .}}")
PS = ("docker", "ps", "-q")
INSPECT = ("docker", "inspect", "DEVICES")
SOUGHT = Sought(environment=("VENDOR_VISIBLE",))
DOCKER = {
    "ServerVersion": "26.1.3", "Runtimes": {"runc": {}, "vendor": {}}, "DefaultRuntime": "vendor",
    "CgroupDriver": "systemd", "SecurityOptions": ["name=seccomp,profile=builtin", "name=cgroupns"],
    "DockerRootDir": "/var/lib/docker", "CDISpecDirs": ["/etc/cdi", "/var/run/cdi"],
}  # fmt: skip
PODMAN = {
    "host": {"cgroupManager": "cgroupfs", "cgroupVersion": "v2", "security": {"rootless": True}, "hostname": "x"},
    "store": {"graphRoot": "/home/lin/.local/share/containers"}, "version": {"Version": "5.0.3"},
}  # fmt: skip


def docker(info: object, *, devices: bool = False, image: str = "", **answers: str) -> EngineFacts:
    text = info if isinstance(info, str) else json.dumps(info)
    told = {INFO: text, PS: answers.get("ps", ""), INSPECT: answers.get("inspect", "")}
    disk = [{"path": "/var/lib/docker", "total": 100, "free": 3}]
    facts, _ = ask(of(answers=told, disk=disk), "docker", SOUGHT, devices, image)
    assert facts is not None
    return facts


def test_docker_tells_version_runtimes_cgroups_cdi_and_where_it_stores():
    facts = docker(DOCKER)
    assert (facts.version, facts.runtimes, facts.default_runtime) == ("26.1.3", ("runc", "vendor"), "vendor")
    assert (facts.cgroup_driver, facts.cdi, facts.rootless, facts.fault) == ("systemd", True, False, "")
    assert facts.storage is not None and facts.storage.free == 3


@pytest.mark.parametrize(("folders", "cdi"), [(["/etc/cdi"], True), ([], False), (None, False)])
def test_docker_takes_cdi_names_where_it_names_folders_for_them(folders, cdi):
    assert docker({**DOCKER, "CDISpecDirs": folders}).cdi is cdi


def test_an_old_docker_does_not_say_whether_it_takes_cdi_names():
    old = {"ServerVersion": "18.09.0", "Runtimes": {"runc": {}}, "SecurityOptions": None, "DockerRootDir": ""}
    facts = docker(old)
    assert (facts.version, facts.cdi, facts.storage, facts.rootless) == ("18.09.0", None, None, False)


def test_a_rootless_docker_says_so():
    assert docker({**DOCKER, "SecurityOptions": ["name=rootless"]}).rootless


def test_podman_is_understood_under_its_own_name_and_behind_dockers():
    for name in ("podman", "docker"):
        argv = (name, *INFO[1:])
        facts, _ = ask(of(answers={argv: json.dumps(PODMAN)}), name, SOUGHT, False, "")
        assert facts is not None and (facts.name, facts.version, facts.rootless) == ("podman", "5.0.3", True)
        assert facts.cgroup_driver == "cgroupfs"


@pytest.mark.parametrize(
    "warning",
    [
        'time="2026-11-23" level=warning msg="The cgroupv2 manager is set to systemd but there is no session"\n',
        "WARNING: Error loading config file: /root/.docker/config.json: permission denied\n",
        "[WARN] no session {here}\n",
    ],
)
def test_warnings_before_and_after_the_answer_do_not_hide_it(warning: str):
    assert docker(warning + json.dumps(DOCKER)) == docker(DOCKER)
    assert docker(json.dumps(DOCKER) + "\n" + warning) == docker(DOCKER)
    facts = docker(
        DOCKER,
        devices=True,
        ps=f"{warning}0123456789ab\n",
        inspect=warning + container(Devices=[{"PathOnHost": "/dev/a"}]),
    )
    assert facts.containers == (("1", ("/dev/a",)),)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('{"ServerErrors": ["Cannot connect to the Docker daemon"], "ServerVersion": ""}', "Cannot connect"),
        ("Cannot connect to the Docker daemon at unix:///var/run/docker.sock.", "Cannot connect"),
        ("permission denied while trying to connect", "permission denied"),
        ("", "docker info said nothing"),
        ("[]", "[]"), ("null", "null"), ("7", "7"), ('{"host": null}', "host"), ('{"host": 7}', "host"),
        ('{"ServerErrors": 7}', "7"), ("[" * 5000, "[["), ('{"Runtimes": 7}', "Runtimes"),
    ],
)  # fmt: skip
def test_an_engine_that_does_not_answer_is_a_fault_in_its_own_words(text: str, fault: str):
    assert fault in docker(text).fault


def test_a_daemon_that_is_missing_is_a_fault_though_the_client_prints_its_own_half():
    half = '{"ServerVersion":"","Runtimes":null,"CDISpecDirs":null,"ClientInfo":{"Version":"28.2.2"}}\n'
    assert docker(half + "Cannot connect to the Docker daemon.\n").fault == "Cannot connect to the Docker daemon."
    assert docker(half).fault == "the daemon did not answer"


def test_an_engine_that_is_not_installed_or_hangs_is_told():
    assert ask(of(), "docker", SOUGHT, True, "image") == (None, ())
    asked = of(command=[{"argv": INFO, "fault": "timeout"}])
    facts, answers = ask(asked, "docker", SOUGHT, True, "image")
    assert facts is not None and facts.fault == "docker info: timeout" and answers == ()


def container(environ: tuple[str, ...] = (), **config: object) -> str:
    return f"{json.dumps(config)}\t{json.dumps(environ or None)}\n"


@pytest.mark.parametrize(
    ("config", "environ", "given"),
    [
        ({"Devices": [{"PathOnHost": "/dev/card0"}, {"PathOnHost": "/dev/manager"}]}, (), "/dev/card0 /dev/manager"),
        ({"Devices": None, "DeviceRequests": None, "Privileged": False}, (), "-"),
        ({"Privileged": True}, (), "privileged"),
        ({"DeviceRequests": [{"Count": -1, "DeviceIDs": None}]}, (), "gpus=all"),
        ({"DeviceRequests": [{"Count": 2, "DeviceIDs": None}]}, (), "gpus=any-2"),
        ({"DeviceRequests": [{"Count": 0, "DeviceIDs": ["0", "3"]}]}, (), "gpus=0+3"),
        ({}, ("PATH=/bin", "VENDOR_VISIBLE=0,1", "TOKEN=x"), "VENDOR_VISIBLE=0,1"),
        ({}, ("VENDOR_VISIBLE=0 1", "VENDOR_VISIBLE=0\n/dev/x"), "-"),
    ],
)
def test_a_running_container_is_told_by_the_devices_it_was_given(config, environ, given):
    facts = docker(DOCKER, devices=True, ps="0123456789ab\n", inspect=container(environ, **config))
    assert facts.containers == (("1", tuple(given.split())),)


def test_containers_are_asked_after_only_where_there_are_devices_and_containers():
    inspect = container(Privileged=True)
    assert docker(DOCKER, ps="0123456789ab", inspect=inspect).containers == ()
    assert docker(DOCKER, devices=True, ps="no container runs here", inspect=inspect).containers == ()


def test_what_was_reduced_once_is_reduced_again_to_the_same():
    lines = "/dev/card0 privileged\n-\ngpus=all VENDOR_VISIBLE=0\n?\n"
    facts = docker(DOCKER, devices=True, ps="0123456789ab", inspect=lines)
    assert [given for _, given in facts.containers] == [tuple(line.split()) for line in lines.splitlines()]


@given(st.text(), st.text(), st.text())
def test_no_answer_stops_a_diagnosis(info: str, listed: str, inspected: str):
    docker(info, devices=True)
    docker(DOCKER, devices=True, ps=f"0123456789ab\n{listed}", inspect=inspected)
    docker(DOCKER, devices=True, ps="0123456789ab", inspect=f"{{{inspected}\t{inspected}")


def test_of_an_image_only_what_it_is_built_for_is_kept():
    argv = ("docker", "image", "inspect", "line:1")
    told = [{"Architecture": "arm64", "Os": "linux", "Size": 7, "Author": "lin", "Config": {"Env": ["A=b"]}}]
    for text, kept in (
        (json.dumps(told), '[{"Architecture": "arm64", "Os": "linux", "Size": 7}]'),
        ("No such image", "No such image"),
    ):
        _, (answer,) = ask(of(answers={INFO: json.dumps(DOCKER), argv: text}), "docker", SOUGHT, False, "line:1")
        assert answer.text == kept
