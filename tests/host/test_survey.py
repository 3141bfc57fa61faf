"""What surrounds the chip, from files and answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from host.asked import of
from yoloport.host import machine
from yoloport.host.facts import Sought, Surroundings
from yoloport.host.recorded import Recorded
from yoloport.host.second_opinion import QUERY
from yoloport.host.survey import survey


def around(asked: Recorded, sought: Sought | None = None, cache: str = "") -> Surroundings:
    wanted = sought or Sought()
    return survey(asked, machine.probe(asked, wanted), wanted, cache=cache)


def test_a_machine_that_says_nothing_has_surroundings_of_which_nothing_is_known():
    assert around(of()) == Surroundings()


@pytest.mark.parametrize(
    ("line", "names"),
    [
        (
            "CapEff:\t000001ffffffffff",
            {"DAC_OVERRIDE", "NET_ADMIN", "SYS_RAWIO", "SYS_PTRACE", "SYS_ADMIN", "SYS_NICE"},
        ),
        ("CapEff:\t00000000a80425fb", {"DAC_OVERRIDE"}),
        ("CapEff:\t0000000000200000", {"SYS_ADMIN"}),
        ("CapEff:\t0000000000000000", set()),
        ("CapPrm:\t000001ffffffffff", None),
        ("CapEff:", None),
        ("CapEff:\tgarbage", None),
        ("garbage", None),
        ("²³", None),
    ],
)
def test_capabilities_are_those_in_effect_and_not_known_where_the_system_does_not_say(
    line: str, names: set[str] | None
):
    status = f"Name:\tpython\n{line}\nThreads:\t1\n" if ":" in line else line
    assert around(of({"/proc/self/status": status})).caller.capabilities == names


@given(st.text())
def test_no_status_stops_a_diagnosis(text: str):
    around(of({"/proc/self/status": text, "/proc/modules": text, "/sys/fs/selinux/enforce": text}))


@pytest.mark.parametrize(
    ("files", "environment", "kind"),
    [
        (["/.dockerenv"], {}, "docker"),
        (["/run/.containerenv", "/.dockerenv"], {}, "podman"),
        (["/.dockerenv"], {"KUBERNETES_SERVICE_PORT": "443"}, "kubernetes"),
        (["/var/run/secrets/kubernetes.io/serviceaccount/token"], {}, "kubernetes"),
        ([], {"container": "lxc"}, "lxc"),
        ([], {}, ""),
    ],
)
def test_a_container_is_known_by_what_its_engine_leaves_in_it(files, environment, kind):
    assert around(of(exists=files, environment=environment)).container == kind


@pytest.mark.parametrize(
    ("path", "version"),
    [("/sys/fs/cgroup/cgroup.controllers", 2), ("/sys/fs/cgroup/memory/tasks", 1), ("/sys/fs/x", 0)],
)
def test_the_version_of_cgroups_is_told_by_what_lies_there(path: str, version: int):
    assert around(of(exists=[path])).cgroup == version


@pytest.mark.parametrize(("text", "state"), [("1", "enforcing"), ("0\n", "permissive")])
def test_selinux_says_itself_whether_it_enforces(text: str, state: str):
    assert around(of({"/sys/fs/selinux/enforce": text})).selinux == state


def test_a_tool_outside_path_is_found_where_its_platform_says_and_a_missing_one_is_no_answer():
    class Away(Recorded):
        def run(self, argv, program="", name=(), reduce=str):
            return super().run(argv, program, name, reduce) if program == "/opt/vendor/tool" else super().run(("none",))

    told = of(answers={("tool", "info"): "card 0"}, exists=["/opt/vendor/tool"]).recording
    sought = Sought(
        commands=(("tool", "info"), ("other", "info")),
        tool_paths=(("tool", "/opt/none/tool"), ("tool", "/opt/vendor/tool"), ("other", "/opt/none/other")),
    )
    answers = around(Away(told), sought).answers
    assert [(answer.argv, answer.text) for answer in answers] == [(("tool", "info"), "card 0")]


def test_modules_disks_variables_and_texts_are_those_that_were_asked_for():
    asked = of(
        {"/proc/modules": "drv_card 16384 0 - Live 0x0\nother 1 0\n\n", "/etc/vendor.conf": "x"},
        disk=[{"path": "/", "total": 9, "free": 1}, {"path": "/c", "total": 8, "free": 2},
              {"path": "/dev/shm", "total": 67108864, "free": 1}],  # noqa: S108  shared memory
        environment={"VENDOR": "0", "LD_PRELOAD": "", "OTHER": "1"},
    )  # fmt: skip
    found = around(asked, Sought(environment=("VENDOR", "NONE"), texts=("/etc/vendor.conf", "/etc/none")), cache="/c")
    assert found.modules == {"drv_card", "other"} and found.shm_bytes == 64 * 2**20
    assert [(disk.path, disk.free) for disk in found.disks] == [("/", 1), ("/c", 2)]
    assert found.environment == {"VENDOR": "0", "LD_PRELOAD": ""} and found.texts == {"/etc/vendor.conf": "x"}


def test_an_engine_behind_the_others_name_counts_once():
    info = '{"host": {"cgroupManager": "systemd"}, "version": {"Version": "5.0.3"}}'
    argv = ("info", "--format", "{{json .}}")
    found = around(of(answers={("docker", *argv): info, ("podman", *argv): info}))
    assert [(engine.name, engine.version) for engine in found.engines] == [("podman", "5.0.3")]


def test_the_second_opinion_is_asked_for_beside_the_vendors_tools():
    answer = around(of(answers={QUERY: "[]"})).answer(*QUERY)
    assert answer is not None and answer.text == "[]"
