"""What is wrong with an image by its configuration and its files."""

from __future__ import annotations

from dataclasses import replace

import pytest

from image.trial.facts import bench, file, recorded
from yoloport.image.trial import configuration, contents, logs, workspace
from yoloport.image.trial.check import Check, Failed, NotHere, perform
from yoloport.image.trial.subject import Layer


def test_the_recorded_image_is_configured_as_it_must():
    assert configuration.configured(bench())["user"] == "1000:1000"


@pytest.mark.parametrize(
    ("config", "why"),
    [
        ({"User": ""}, "its user is 'root'"),
        ({"User": "0:1000"}, "its user is '0:1000'"),
        ({"Entrypoint": ["python"]}, "nothing reaps processes"),
        ({"Entrypoint": None}, "not set"),
        ({"Healthcheck": {"Test": ["NONE"]}}, "no health check"),
        ({"ExposedPorts": {"8888/tcp": {}}}, r"declares the ports \[8888\]"),
        ({"Volumes": None}, "no volume /data"),
        ({"Labels": {"yoloport.kind": "workspace"}}, "lacks the labels title, licenses, version, base.name"),
    ],
)
def test_each_fault_of_the_configuration_is_told(config, why):
    with pytest.raises(Failed, match=why):
        configuration.configured(bench(recorded(**config)))


def test_an_accelerators_image_must_require_it():
    with pytest.raises(Failed, match="YOLOPORT_REQUIRE"):
        configuration.configured(bench(platform="ascend"))


def test_the_size_is_that_of_all_files_and_may_have_a_budget():
    files = (file("a", 600), file("b", 500), file("folder", 0, 0o755, "folder"))
    assert contents.size(bench(files=files))["bytes"] == 1100
    assert contents.size(bench(files=files, budget=1100))["budget"] == 1100
    with pytest.raises(Failed, match="the budget is"):
        contents.size(bench(files=files, budget=1099))


@pytest.mark.parametrize(
    "path",
    [
        "usr/bin/gcc-12", "usr/bin/x86_64-linux-gnu-gcc", "usr/bin/ld", "usr/lib/gcc/x86_64-linux-gnu/12/cc1plus",
        "root/.cache/pip/http/a", "var/lib/apt/lists/deb_Packages", "var/cache/apt/archives/a.deb",
        "usr/share/doc/bash/copyright", "files/requirements.lock", "tmp/x",
    ],
)  # fmt: skip
def test_what_only_a_build_needs_is_found(path):
    with pytest.raises(Failed, match="left behind"):
        contents.nothing_left(bench(files=(file("usr/bin/env"), file(path))))


def test_what_a_workspace_needs_is_not_taken_for_left_behind():
    kept = (
        "usr/bin/python3",
        "usr/bin/ldd",
        "usr/bin/assemble",
        "opt/venv/lib/gcc/x",
        "var/lib/apt/lists/lock",
        "data",
    )
    assert contents.nothing_left(bench(files=tuple(map(file, kept))))["of the base"] == 0


def test_a_compiler_of_a_vendors_base_is_counted_and_not_blamed():
    files = (file("usr/bin/gcc"), file("usr/share/doc/a/b"))
    assert contents.nothing_left(bench(files=files, platform="ascend"))["of the base"] == 2
    with pytest.raises(Failed):
        contents.nothing_left(bench(files=(*files, file("root/.cache/pip/x")), platform="ascend"))


@pytest.mark.parametrize("path", ["etc/ssh/ssh_host_rsa_key", "root/.ssh/id_ed25519", "root/.netrc"])
def test_a_key_in_a_layer_is_found(path):
    with pytest.raises(Failed, match="secrets"):
        contents.no_secrets(bench(files=(file(path),)))


def test_a_password_in_an_instruction_or_a_variable_is_found():
    layer = Layer(1, "RUN pip install --index-url https://anna:secret@packages.example/simple torch")
    with pytest.raises(Failed, match="password") as failed:
        contents.no_secrets(bench(replace(recorded(), layers=(layer,))))
    assert "secret" not in str(failed.value)
    with pytest.raises(Failed, match="password"):
        contents.no_secrets(bench(recorded(Env=["PIP_INDEX_URL=https://a:b@packages.example"])))
    harmless = Layer(1, "RUN curl https://example.org:8443/a@b and c:d@e")
    assert contents.no_secrets(bench(replace(recorded(), layers=(harmless,))))


def test_files_that_anybody_may_change_are_found_besides_the_folders_that_are_meant_to_be():
    meant = (file("tmp", 0, 0o1777, "folder"), file("data", 0, 0o777, "folder"), file("a", 0, 0o777, "link"))
    assert contents.permissions(bench(files=(*meant, file("b", mode=0o644))))["writable by anybody"] == 0
    for bad in (file("etc/passwd", mode=0o666), file("opt/x", 0, 0o777, "folder")):
        with pytest.raises(Failed, match="anybody may change"):
            contents.permissions(bench(files=(bad,)))


def test_a_program_that_runs_as_another_user_is_found_unless_it_is_the_systems():
    assert contents.permissions(bench(files=(file("usr/bin/su", mode=0o4755),)))["unknown setuid"] == 0
    with pytest.raises(Failed, match="another user: opt/bad"):
        contents.permissions(bench(files=(file("opt/bad", mode=0o4755),)))


@pytest.mark.parametrize(
    ("line", "alarms"),
    [
        ("[I 2026-11-24 10:00:00.000 ServerApp] Jupyter Server 2.20 is running", False),
        ("[W 2026-11-24 10:00:00.000 LabApp] something", True),
        ("[E 2026-11-24 10:00:00.000 LabApp] something", True),
        ("2026-11-24 WARNING: old", True),
        ("Traceback (most recent call last):", True),
        ("ValueError: no", True),
        ("no errors were found, warnings neither", False),
    ],
)
def test_lines_that_alarm_are_told_from_others(line, alarms):
    assert bool(logs.alarming([line])) is alarms


def test_ports_that_listen_for_others_are_read_from_the_kernels_tables():
    tables = """  sl  local_address rem_address   st tx_queue
   0: 00000000:22B8 00000000:0000 0A 00000000:00000000
   1: 0100007F:1F90 00000000:0000 0A 00000000:00000000
   2: 0200000A:22B9 0300000A:C000 01 00000000:00000000
  sl  local_address                         remote_address                        st
   0: 00000000000000000000000001000000:1F91 00000000000000000000000000000000:0000 0A
   1: 00000000000000000000000000000000:08AE 00000000000000000000000000000000:0000 0A"""
    assert workspace.open_ports(tables) == {8888, 2222}


def test_a_check_that_fails_or_cannot_be_done_is_an_outcome():
    def fails(_):
        raise Failed("too big", {"bytes": 9})

    def cannot(_):
        raise NotHere("no card")

    found = perform(Check("a", "A", fails), bench())
    assert (found.passed, found.why, found.figures) == (False, "too big", {"bytes": 9})
    assert perform(Check("b", "B", cannot), bench()).passed is None
    assert perform(Check("c", "C", lambda _: {"x": 1}), bench()).passed is True
