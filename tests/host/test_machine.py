"""Facts are read from files only, and a file that cannot be understood is a fact that is not known."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.host import machine
from yoloport.host.facts import Sought
from yoloport.platforms.load import load, names, sought

MACHINES = Path(__file__).parents[1] / "machines"
EVERYTHING = sought(load(name) for name in names())
GIGA = 1_000_000_000


@pytest.mark.parametrize(
    ("name", "architecture", "processor", "cores", "kilobytes", "distribution"),
    [
        ("laptop", "x86_64", "i7-1165G7 @ 2.80GHz", 8, 16_000_000, "Ubuntu 24.04.1 LTS"),
        ("ascend-310p", "aarch64", "implementer 0x48 part 0xd01", 96, 263_000_000, "openEuler 22.03 (LTS-SP4)"),
        ("ascend-310b", "aarch64", "implementer 0x48 part 0xd02", 4, 7_700_000, "Ubuntu 22.04 LTS"),
        ("ascend-no-driver", "x86_64", "Gold 6338", 64, 527_000_000, "Kylin Linux Advanced Server V10"),
        ("nvidia", "x86_64", "i7-1165G7", 32, 131_000_000, "Ubuntu 22.04.4 LTS"),
        ("nvidia-no-driver", "x86_64", "i7-1165G7", 16, 65_000_000, "Debian GNU/Linux 12 (bookworm)"),
    ],
)
def test_a_recorded_machine_is_read_as_it_was(name, architecture, processor, cores, kilobytes, distribution):
    host = machine.probe(MACHINES / name, EVERYTHING)
    assert (host.architecture, host.cores, host.distribution) == (architecture, cores, distribution)
    assert processor in host.processor
    assert host.memory_bytes == kilobytes * 1024
    assert host.libc == ""  # this machine's C library says nothing about a recorded one


def test_every_recorded_machine_has_a_row_in_the_table_above():
    (mark,) = test_a_recorded_machine_is_read_as_it_was.pytestmark
    assert {row[0] for row in mark.args[1]} == {folder.name for folder in MACHINES.iterdir() if folder.is_dir()}


@pytest.mark.parametrize(
    ("name", "nodes"),
    [
        ("laptop", []),
        ("nvidia", ["/dev/nvidia-uvm", "/dev/nvidia0", "/dev/nvidia1", "/dev/nvidiactl"]),
        ("nvidia-no-driver", []),
        ("ascend-no-driver", []),
        (
            "ascend-310p",
            ["/dev/davinci0", "/dev/davinci1", "/dev/davinci_manager", "/dev/devmm_svm", "/dev/hisi_hdc"],
        ),
    ],
)
def test_the_device_nodes_are_those_of_the_folder(name: str, nodes: list[str]):
    assert [node.path for node in machine.probe(MACHINES / name, EVERYTHING).nodes] == nodes


def test_a_nodes_group_and_mode_are_read_from_the_node(tmp_path: Path):
    (tmp_path / "dev").mkdir()
    node = tmp_path / "dev/davinci3"
    node.touch()
    node.chmod(0o660)
    found = machine.probe(tmp_path, EVERYTHING).node("/dev/davinci3")
    assert found is not None and (found.gid, found.mode) == (node.stat().st_gid, 0o660)
    assert machine.probe(tmp_path, EVERYTHING).node("/dev/davinci") is None


@pytest.mark.parametrize(
    ("name", "ids"),
    [
        ("laptop", [("8086", "9a49", "0300")]),
        ("ascend-310p", [("19e5", "d500", "1200"), ("19e5", "d500", "1200")]),
        ("ascend-no-driver", [("19e5", "d802", "1200")]),
        ("nvidia", [("10de", "1eb8", "0302"), ("10de", "10f8", "0403")] * 2),
    ],
)
def test_pci_ids_are_hexadecimal_without_prefix_and_classes_without_programming_interface(name, ids):
    assert [(d.vendor, d.device, d.klass) for d in machine.probe(MACHINES / name, EVERYTHING).pci] == ids


def test_the_driver_that_a_card_is_bound_to_is_named_and_no_driver_is_empty():
    assert [d.driver for d in machine.probe(MACHINES / "nvidia-no-driver", EVERYTHING).pci] == ["nouveau"]
    assert [d.driver for d in machine.probe(MACHINES / "ascend-no-driver", EVERYTHING).pci] == [""]


def test_only_asked_for_paths_are_looked_up_and_only_those_that_exist_come_back():
    asked = ("/usr/local/bin/npu-smi", "/usr/local/sbin/npu-smi", "/var/queue_schedule")
    assert machine.probe(MACHINES / "ascend-310p", Sought(files=asked)).files == {"/usr/local/bin/npu-smi"}
    assert machine.probe(MACHINES / "ascend-310p").files == frozenset()


def test_the_toolkits_version_comes_from_its_own_file():
    assert machine.probe(MACHINES / "ascend-310p", EVERYTHING).toolkits == {"CANN": "8.5.0"}
    assert machine.probe(MACHINES / "laptop", EVERYTHING).toolkits == {}


def test_an_empty_folder_gives_unknowns_and_no_error(tmp_path: Path):
    host = machine.probe(tmp_path, EVERYTHING)
    assert (host.processor, host.distribution, host.memory_bytes) == ("unknown processor", "unknown distribution", 0)
    assert (host.nodes, host.pci, host.cores) == ((), (), 1)
    assert host.architecture == platform.machine()


def test_binary_garbage_in_every_file_gives_unknowns_and_no_error(tmp_path: Path):
    garbage = bytes(range(256)) * 40
    for name in ("proc/cpuinfo", "proc/meminfo", "etc/os-release", "etc/cdi/broken.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(garbage)
    device = tmp_path / "sys/bus/pci/devices/0000-00-00.0"
    device.mkdir(parents=True)
    (device / "vendor").write_bytes(garbage)
    host = machine.probe(tmp_path, EVERYTHING)
    assert (host.processor, host.memory_bytes, host.cdi_kinds) == ("unknown processor", 0, frozenset())
    assert len(host.pci) == 1


def test_a_folder_where_a_file_is_expected_is_a_file_that_cannot_be_read(tmp_path: Path):
    for name in ("proc/cpuinfo", "proc/meminfo", "etc/os-release"):
        (tmp_path / name).mkdir(parents=True)
    assert machine.probe(tmp_path, EVERYTHING).processor == "unknown processor"


JSON_SPEC = '{"cdiVersion": "0.6.0", "kind": "nvidia.com/gpu", "devices": [{"name": "0"}]}'
YAML_SPEC = "cdiVersion: 0.5.0\nkind: ascend.com/npu\ndevices:\n- name: '0'\n"
QUOTED_YAML_SPEC = '---\ncdiVersion: "0.5.0"\nkind: "example.com/quoted"\n'


def test_cdi_kinds_are_read_from_json_and_yaml_in_both_folders(tmp_path: Path):
    for name, text in (("etc/cdi/a.json", JSON_SPEC), ("var/run/cdi/b.yaml", YAML_SPEC)):
        (tmp_path / name).parent.mkdir(parents=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "etc/cdi/c.yaml").write_text(QUOTED_YAML_SPEC)
    assert machine.probe(tmp_path, EVERYTHING).cdi_kinds == {"nvidia.com/gpu", "ascend.com/npu", "example.com/quoted"}


def test_this_very_machine_can_be_probed():
    host = machine.probe()
    assert host.architecture == platform.machine()
    assert host.cores == len(os.sched_getaffinity(0))
    assert host.memory_bytes > GIGA / 10


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_folder_that_this_user_may_not_enter_counts_as_not_there(tmp_path_factory: pytest.TempPathFactory):
    """As on servers whose driver folder belongs to the driver's own group, mode 0750."""
    top = tmp_path_factory.mktemp("closed")
    for folder in (top, *top.parents[:2]):
        folder.chmod(0o755)
    closed = top / "usr/local/Ascend"
    (closed / "driver").mkdir(parents=True)
    closed.chmod(0o700)
    code = (
        "import os, sys; from pathlib import Path; from yoloport.host import machine; "
        "from yoloport.host.facts import Sought; os.setuid(65534); "
        f"print(machine.probe(Path({str(top)!r}), Sought(files=('/usr/local/Ascend/driver',))).files)"
    )
    source = str(Path(__file__).parents[2] / "src")
    environ = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environ)
    assert done.stdout == "frozenset()\n", done.stderr[-300:]
