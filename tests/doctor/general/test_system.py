from __future__ import annotations

import dataclasses

import pytest

from doctor.cases import ACME, DOCKER, GB, case, changed, inside, with_cards
from doctor.general.tables import Fires, Silent, assert_fires, assert_silent, params
from yoloport.host.facts import Cpu, Disk

MB = 1024 * 1024


def disks(*free: int, store: int = 400 * GB) -> dict[str, object]:
    docker = dataclasses.replace(DOCKER, storage=Disk("/var/lib/docker", 999 * GB, store))
    return {"disks": tuple(Disk(f"/home/{n}", 100 * GB, f) for n, f in enumerate(free)), "engines": (docker,)}


FIRES = [
    Fires("knows the engine's default", "shared-memory-small",
          case(around=inside(shm_bytes=64 * MB)), "warning", says=("64 MB", "--shm-size=2g", "--ipc=host")),
    Fires("asks for what the platform wants", "shared-memory-small",
          case(changed(ACME, "limits", shm_mb=16384), around=inside(shm_bytes=64 * MB)), "warning",
          says=("--shm-size=16g",)),
    Fires("warns of two gigabytes", "memory-little", case(host={"memory_bytes": 2 * GB}), "warning", says=("2.0 GB",
          "batch=1")),
    Fires("warns below ten gigabytes", "disk-little", case(around=disks(9 * GB)), "warning", says=("9.0 GB",
          "/home/0")),
    Fires("blocks below two", "disk-little", case(around=disks(GB)), "blocked"),
    Fires("looks where the engine keeps its images", "disk-little",
          case(around=disks(store=5 * GB)), "warning", says=("/var/lib/docker",)),
    Fires("names a file system once", "disk-little", case(around=disks(5 * GB, 5 * GB)), "warning"),
    Fires("looks at the root where nothing else is known", "disk-little",
          case(around={"disks": (Disk("/", 20 * GB, 3 * GB),), "engines": ()}), "warning"),
    Fires("is a note under a rootless engine", "control-groups-old",
          case(around={"cgroup": 1, "engines": (dataclasses.replace(DOCKER, rootless=True),)}), "note"),
    Fires("sees a board that forgot the time", "clock-wrong", case(around={"year": 1970}), "warning", says=("1970",)),
    Fires("sees a clock that is far ahead", "clock-wrong", case(around={"year": 2070}), "warning"),
    Fires("names the encoding", "locale-not-utf8", case(around={"locale": "GBK"}), "warning", says=("GBK", "LC_ALL")),
    Fires("notes the kernel that Arm servers are shipped with", "kernel-old",
          case(host={"architecture": "aarch64"}, around={"kernel": "4.19.90-2107.6.0"}), "note", says=("4.19.90",
          "workers=0")),
    Fires("compares numbers and not letters", "kernel-old",
          case(host={"architecture": "aarch64"}, around={"kernel": "5.4.0"}), "note"),
    Fires("notes a processor without AVX2", "processor-without-avx2",
          case(host={"cpu": Cpu("x", features=frozenset({"avx"}))}), "note"),
]  # fmt: skip
SILENT = [
    Silent("nothing on the machine itself", "shared-memory-small", case(around={"shm_bytes": 64 * MB})),
    Silent("nothing where it was enlarged", "shared-memory-small", case(around=inside(shm_bytes=1024 * MB))),
    Silent("nothing where it is not known", "shared-memory-small", case(around=inside(shm_bytes=0))),
    Silent("nothing on a server", "memory-little", case()),
    Silent("nothing where it is not known", "memory-little", case(host={"memory_bytes": 0})),
    Silent("nothing where there is room", "disk-little", case()),
    Silent("nothing on a small root beside a large home", "disk-little",
           case(around={"disks": (Disk("/", 20 * GB, 3 * GB), Disk("/home/ann", 900 * GB, 500 * GB))})),
    Silent("nothing on a file system without a size", "disk-little", case(around={"disks": (Disk("/home", 0, 0),)})),
    Silent("nothing on version 2", "control-groups-old", case()),
    Silent("nothing where no engine is rootless", "control-groups-old", case(around={"cgroup": 1})),
    Silent("nothing where it is not known", "control-groups-old", case(around={"cgroup": 0})),
    Silent("nothing on the present", "clock-wrong", case()),
    Silent("nothing where it is not known", "clock-wrong", case(around={"year": 0})),
    Silent("nothing on UTF-8, however it is written", "locale-not-utf8", case(around={"locale": "utf8"})),
    Silent("nothing in a container", "locale-not-utf8", case(around=inside(locale="ANSI_X3.4-1968"))),
    Silent("nothing on x86", "kernel-old", case(around={"kernel": "4.19.90"})),
    Silent("nothing on 5.10", "kernel-old", case(host={"architecture": "aarch64"}, around={"kernel": "5.10.0-60"})),
    Silent("nothing on a kernel that bears no number", "kernel-old",
           case(host={"architecture": "aarch64"}, around={"kernel": "custom"})),
    Silent("nothing where it has it", "processor-without-avx2", case()),
    Silent("nothing where features are not known", "processor-without-avx2", case(host={"cpu": Cpu()})),
    Silent("nothing on Arm", "processor-without-avx2",
           with_cards(host={"architecture": "aarch64", "cpu": Cpu(features=frozenset({"asimd"}))})),
]  # fmt: skip


@pytest.mark.parametrize("row", params(FIRES))
def test_it_speaks(row: Fires):
    assert_fires(row)


@pytest.mark.parametrize("row", params(SILENT))
def test_it_is_silent(row: Silent):
    assert_silent(row)
