from __future__ import annotations

import dataclasses

import pytest

from doctor.cases import DOCKER, PLAIN, RIVAL, case, changed, inside, node, with_cards
from doctor.general.tables import Fires, Silent, assert_fires, assert_silent, general, params
from yoloport.doctor.check import Case
from yoloport.doctor.examine import examine
from yoloport.host.facts import Caller, EngineFacts

PODMAN = EngineFacts("podman", "5.4.0", cgroup_driver="systemd", cdi=True, rootless=True)
SPEC = {"cdi_kinds": frozenset({"acme.com/card", "rivalcorp.com/gpu"})}
CLOSED = {"nodes": (node("/dev/acme0", 44, 0o660), node("/dev/acmectl"))}
GPUS = changed(RIVAL, "container", gpus_flag=True)


def docker(**values: object) -> dict[str, object]:
    return {"engines": (dataclasses.replace(DOCKER, **values),)}


def rival(wanted=RIVAL, engine: dict[str, object] | None = None, **host: object) -> Case:
    return case(wanted, {"nodes": (node("/dev/rival0"),), **host}, engine or docker())


FIRES = [
    Fires("is a note that there is none", "engine-missing", case(around={"engines": ()}), "note",
          says=("--engine local",)),
    Fires("passes on why it does not answer", "engine-silent",
          case(around=docker(fault="Cannot connect to the daemon")), "warning", "daemon", ("Cannot connect",
          "systemctl start docker")),
    Fires("does not send to a daemon that podman has not", "engine-silent",
          case(around={"engines": (dataclasses.replace(PODMAN, fault="gone"),)}), "warning"),
    Fires("is a note where another engine answers", "engine-silent",
          case(around={"engines": (dataclasses.replace(DOCKER, fault="gone"), PODMAN)}), "note", "daemon"),
    Fires("tells who may not use it how to", "engine-silent",
          case(around=docker(fault="permission denied while trying to connect")), "warning", "permission",
          ("usermod -aG docker",)),
    Fires("warns of the engine that Kylin ships", "engine-old",
          case(around=docker(version="18.09.0")), "warning", says=("18.09.0", "invalid tar header", "docker load")),
    Fires("notes one that reads most images", "engine-old", case(around=docker(version="20.10.24")), "note", "most"),
    Fires("warns of groups that are dropped", "engine-rootless",
          with_cards(host=CLOSED, around={"engines": (PODMAN,)}), "warning", says=("keep-groups",
          "{{.Host.OCIRuntime.Name}}")),
    Fires("knows that docker cannot keep them", "engine-rootless",
          with_cards(host=CLOSED, around=docker(rootless=True)), "warning", "other"),
    Fires("warns of labels", "selinux-enforcing", case(around={"selinux": "enforcing"}), "warning", says=(":Z",
          "label=disable")),
    Fires("says that nodes are not enough", "runtime-missing", rival(), "blocked", says=("rival", "docker")),
    Fires("says so of an engine without a specification", "runtime-missing", rival(engine={"engines": (PODMAN,)}),
          "blocked"),
    Fires("is a warning where a hook may do it", "runtime-missing", rival(GPUS), "warning"),
    Fires("is a note where nodes suffice", "cdi-not-used", with_cards(host=SPEC), "note", says=("acme.com/card",
          '"cdi": true')),
    Fires("is a warning where they do not", "cdi-not-used", rival(**SPEC), "warning"),
    Fires("warns of systemd where a runtime's hook adds the cards", "reload-loses-devices",
          rival(engine=docker(cgroup_driver="systemd", runtimes=("runc", "rival"))), "warning", says=("daemon-reload",
          "cgroupfs")),
    Fires("warns of it where the engine's flag does", "reload-loses-devices",
          rival(GPUS, docker(cgroup_driver="systemd")), "warning"),
    Fires("warns of it where the runtime is the default one", "reload-loses-devices",
          with_cards(around=docker(cgroup_driver="systemd", runtimes=("acme",), default_runtime="acme")), "warning"),
]  # fmt: skip
SILENT = [
    Silent("nothing where one is", "engine-missing", case()),
    Silent("nothing in a container", "engine-missing", case(around=inside())),
    Silent("nothing where it answers", "engine-silent", case()),
    Silent("nothing on a client in a container", "engine-silent", case(around={**inside(),
           **docker(fault="no daemon")})),
    Silent("nothing on a new one", "engine-old", case()),
    Silent("nothing on podman, which counts otherwise", "engine-old", case(around={"engines": (PODMAN,)})),
    Silent("nothing where the version is not known", "engine-old", case(around=docker(version=""))),
    Silent("nothing where everybody may open the nodes", "engine-rootless", with_cards(around={"engines": (PODMAN,)})),
    Silent("nothing where no card is wanted", "engine-rootless", with_cards(PLAIN, CLOSED, {"engines": (PODMAN,)})),
    Silent("nothing for root", "engine-rootless",
           with_cards(host=CLOSED, around={"engines": (PODMAN,), "caller": Caller(0, (0,))})),
    Silent("nothing where it is permissive", "selinux-enforcing", case(around={"selinux": "permissive"})),
    Silent("nothing without an engine", "selinux-enforcing", case(around={"selinux": "enforcing", "engines": ()})),
    Silent("nothing where nodes suffice", "runtime-missing", with_cards()),
    Silent("nothing where the runtime is registered", "runtime-missing", rival(engine=docker(runtimes=("runc",
           "rival")))),
    Silent("nothing where the engine reads the specification", "runtime-missing", rival(engine=docker(cdi=True),
           **SPEC)),
    Silent("nothing without an engine", "runtime-missing", rival(engine={"engines": ()})),
    Silent("nothing where the engine reads it", "cdi-not-used", with_cards(host=SPEC, around=docker(cdi=True))),
    Silent("nothing where the engine does not say", "cdi-not-used", with_cards(host=SPEC, around=docker(cdi=None))),
    Silent("nothing where there is no specification", "cdi-not-used", with_cards()),
    Silent("nothing where the cards are given by --device", "reload-loses-devices",
           with_cards(around=docker(cgroup_driver="systemd", runtimes=("runc", "acme")))),
    Silent("nothing where the engine manages the groups itself", "reload-loses-devices",
           rival(engine=docker(runtimes=("rival",)))),
    Silent("nothing where CDI does it", "reload-loses-devices",
           rival(engine=docker(cgroup_driver="systemd", runtimes=("rival",), cdi=True), **SPEC)),
    Silent("nothing where no card is wanted", "reload-loses-devices", with_cards(PLAIN,
           around=docker(cgroup_driver="systemd"))),
]  # fmt: skip


def test_podman_has_no_daemon_to_start():
    case_ = case(around={"engines": (dataclasses.replace(PODMAN, fault="permission denied"),)})
    assert [one.command for one in examine(case_, [general()["engine-silent"]])] == ["podman info"]


@pytest.mark.parametrize("row", params(FIRES))
def test_it_speaks(row: Fires):
    assert_fires(row)


@pytest.mark.parametrize("row", params(SILENT))
def test_it_is_silent(row: Silent):
    assert_silent(row)
