from __future__ import annotations

import dataclasses

import pytest

from doctor.cases import ACME, DOCKER, PLAIN, changed, inside, node, with_cards
from doctor.general.tables import Fires, Silent, assert_fires, assert_silent, params
from yoloport.doctor.general.checks_nodes import may_open
from yoloport.host.facts import Caller
from yoloport.platforms.schema import Product

CLOSED = {"nodes": (node("/dev/acme0", 44, 0o660), node("/dev/acmectl", 44, 0o660))}
OWNED = {"nodes": (node("/dev/acme0", 44, 0o600, 7), node("/dev/acmectl"))}
THEIRS = {"nodes": (node("/dev/acme0", 44, 0o660, 7), node("/dev/acmectl"))}
NO_ENGINE = {"engines": ()}
BOARD = ACME.model_copy(
    update={
        "product": (
            Product(name="board", detect="/dev/acme_board", shared=("/dev/acme_board:/dev/acmectl", "/dev/svm")),
        )
    }
)


def held(*containers: tuple[str, ...]):
    numbered = tuple((str(number), given) for number, given in enumerate(containers, 1))
    return {"engines": (dataclasses.replace(DOCKER, containers=numbered),)}


FIRES = [
    Fires("names the group by its number, and the command that joins it", "node-permission",
          with_cards(host=CLOSED, around=NO_ENGINE), "blocked",
          says=("/dev/acme0, /dev/acmectl", "group 44", "0660",
          'usermod -aG "$(getent group 44 | cut -d: -f1)" "$USER"')),
    Fires("is a warning where an engine that runs as root opens them", "node-permission", with_cards(host=CLOSED),
          "warning"),
    Fires("tells a container's user the option", "node-permission",
          with_cards(host=CLOSED, around=inside()), "blocked", "container", ("--group-add 44",)),
    Fires("does not send to a group that may not open them either", "node-permission",
          with_cards(host=OWNED, around=NO_ENGINE), "blocked", "owner", ("udev", "0600")),
    Fires("tells a root that has lost its power over other people's files", "node-permission",
          with_cards(host=THEIRS, around=inside(caller=Caller(0, (0,), frozenset({"SYS_NICE"})))), "blocked", "root",
          ("DAC_OVERRIDE", "--group-add 44")),
    Fires("says once for each group", "node-permission",
          with_cards(host={"nodes": (node("/dev/acme0", 44, 0o660), node("/dev/acmectl", 45, 0o660))}), "warning",
          times=2),
    Fires("names the node that every card needs", "shared-node-missing",
          with_cards(host={"nodes": (node("/dev/acme0"),)}), "warning", says=("/dev/acmectl",)),
    Fires("tells in a container which nodes to add", "shared-node-missing",
          with_cards(host={"nodes": (node("/dev/acme0"),)}, around=inside()), "warning", "container", ("--device",)),
    Fires("takes a board's own list where its node is there", "shared-node-missing",
          with_cards(BOARD, host={"nodes": (node("/dev/acme0"), node("/dev/acme_board"))}), "warning",
          says=("/dev/svm",)),
    Fires("names what to mount", "mounts-missing", with_cards(around=inside()), "blocked",
          says=("-v /opt/acme/driver:/opt/acme/driver:ro",)),
    Fires("is a warning where every card is taken", "card-taken",
          with_cards(around=held(("/dev/acme0", "/dev/acmectl"), ("/dev/acme1",))), "warning",
          says=("2 running container(s)", "2 of 2")),
    Fires("is a note where a card is free", "card-taken",
          with_cards(around=held(("/dev/acme1",), ("-",))), "note", says=("1 of 2", "/dev/acme1")),
    Fires("knows the engine's own word for all cards", "card-taken",
          with_cards(changed(ACME, "container", gpus_flag=True), around=held(("gpus=all",))), "warning"),
]  # fmt: skip
SILENT = [
    Silent("nothing where everybody may", "node-permission", with_cards(around=NO_ENGINE)),
    Silent("nothing for one who is in the group", "node-permission",
           with_cards(host=CLOSED, around={**NO_ENGINE, "caller": Caller(1000, (1000, 44))})),
    Silent("nothing for a root who owns them", "node-permission",
           with_cards(host=CLOSED, around={**NO_ENGINE, "caller": Caller(0, (0,), frozenset({"SYS_NICE"}))})),
    Silent("nothing for a root whose capabilities are not known", "node-permission",
           with_cards(host=THEIRS, around={**NO_ENGINE, "caller": Caller(0, (0,))})),
    Silent("nothing on a folder of nodes", "node-permission",
           with_cards(changed(ACME, "container", shared=("/dev/acmedir",)),
                      host={"nodes": (node("/dev/acme0"), node("/dev/acmedir", 0, 0o755))}, around=NO_ENGINE)),
    Silent("nothing on nodes of a card that is not wanted", "node-permission",
           with_cards(PLAIN, host=CLOSED, around=NO_ENGINE)),
    Silent("nothing where all are there", "shared-node-missing", with_cards()),
    Silent("nothing in a container of a board, where its nodes bear other names", "shared-node-missing",
           with_cards(BOARD, host={"nodes": (node("/dev/acme0"), node("/dev/acmectl"), node("/dev/svm"))},
           around=inside())),
    Silent("nothing on the machine itself", "mounts-missing", with_cards()),
    Silent("nothing where they are mounted", "mounts-missing",
           with_cards(host={"files": frozenset({"/opt/acme/driver"})}, around=inside())),
    Silent("nothing on containers without cards", "card-taken", with_cards(around=held(("-",), ("ACME_CARDS=0",)))),
    Silent("nothing where another platform is wanted", "card-taken", with_cards(PLAIN, around=held(("/dev/acme0",)))),
]  # fmt: skip


@pytest.mark.parametrize(
    ("mode", "uid", "gid", "caller", "may"),
    [
        (0o666, 0, 0, Caller(1000, (1000,)), True),
        (0o660, 0, 44, Caller(1000, (44,)), True),
        (0o660, 0, 44, Caller(1000, (45,)), False),
        (0o640, 0, 44, Caller(1000, (44,)), False),
        (0o600, 1000, 44, Caller(1000, ()), True),
        (0o006, 0, 44, Caller(1000, (44,)), False),
        (0o600, 7, 7, Caller(0, (0,), frozenset({"DAC_OVERRIDE"})), True),
        (0o600, 7, 7, Caller(0, (0,), frozenset({"NET_ADMIN"})), False),
    ],
)
def test_a_node_opens_as_the_kernel_would_open_it(mode: int, uid: int, gid: int, caller: Caller, may: bool):
    assert may_open(node("/dev/acme0", gid, mode, uid), caller) is may


@pytest.mark.parametrize("row", params(FIRES))
def test_it_speaks(row: Fires):
    assert_fires(row)


@pytest.mark.parametrize("row", params(SILENT))
def test_it_is_silent(row: Silent):
    assert_silent(row)
