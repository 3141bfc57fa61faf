"""Facts are read from files only, and a file that cannot be understood is a fact that is not known."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from yoloport.host import machine
from yoloport.host.facts import Node, Sought
from yoloport.platforms.load import load, names, sought

MACHINES = Path(__file__).parents[1] / "machines"
EVERYTHING = sought(load(name) for name in names())
GIGA = 1_000_000_000
KUNPENG = "implementer 0x48 part 0xd01"
OPENEULER22, OPENEULER24 = "openEuler 22.03 (LTS-SP4)", "openEuler 24.03 (LTS-SP1)"
KYLIN, KYLIN_LANCE = (f"Kylin Linux Advanced Server V10 ({name})" for name in ("Halberd", "Lance"))
NEOKYLIN = "NeoKylin Linux Advanced Server V7Update6 (Chromium)"
DEBIAN, UBUNTU = "Debian GNU/Linux 12 (bookworm)", "Ubuntu 22.04.4 LTS"


# name, architecture, what the processor's name contains, cores, kilobytes of memory, distribution, C library
RECORDED = (
    ("ascend-310", "x86_64", "Gold 6338", 64, 131_000_000, UBUNTU, "2.35"),
    ("ascend-310b", "aarch64", "implementer 0x48 part 0xd02", 4, 7_700_000, "Ubuntu 22.04 LTS", "2.35"),
    ("ascend-310p", "aarch64", KUNPENG, 96, 263_000_000, OPENEULER22, "2.34"),
    ("ascend-910", "aarch64", KUNPENG, 128, 527_000_000, KYLIN, "2.28"),
    ("ascend-910b", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-a3", "aarch64", KUNPENG, 320, 2_110_000_000, OPENEULER24, "2.38"),
    ("ascend-container-no-driver", "aarch64", KUNPENG, 192, 1_574_000_000, UBUNTU, "2.35"),
    ("ascend-driver-no-nodes", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-garbled-tool", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-hanging-tool", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-no-driver", "x86_64", "Gold 6338", 64, 527_000_000, "Kylin Linux Advanced Server V10", "2.28"),
    ("ascend-nodes-no-permission", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-not-sourced", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-old-driver", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-onnxruntime", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-taken", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-torch-apart", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("ascend-wrong-kernels", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("board-clock-1970", "aarch64", "implementer 0x48 part 0xd02", 4, 7_700_000, "Ubuntu 22.04 LTS", "2.35"),
    ("cambricon-mlu370", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, UBUNTU, "2.35"),
    ("cambricon-vfio", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, UBUNTU, "2.35"),
    ("centos-selinux", "aarch64", KUNPENG, 192, 1_574_000_000, "CentOS Linux 8", "2.28"),
    ("container-64mb-shm", "aarch64", KUNPENG, 96, 263_000_000, UBUNTU, "2.35"),
    ("container-recorded", "x86_64", "AMD EPYC", 2, 24_684_084, DEBIAN, "2.36"),
    ("container", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 16, 263_000_000, DEBIAN, "2.36"),
    ("contradictory", "aarch64", KUNPENG, 192, 1_574_000_000, OPENEULER22, "2.34"),
    ("cpu-server", "x86_64", "AMD EPYC 7763 64-Core Processor", 128, 527_000_000, DEBIAN, "2.36"),
    ("disk-full", "x86_64", "AMD EPYC 7763 64-Core Processor", 128, 527_000_000, DEBIAN, "2.36"),
    ("docker-no-permission", "x86_64", "AMD EPYC 7763 64-Core Processor", 128, 527_000_000, DEBIAN, "2.36"),
    ("docker-stopped", "x86_64", "AMD EPYC 7763 64-Core Processor", 128, 527_000_000, DEBIAN, "2.36"),
    ("enflame-s60", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, UBUNTU, "2.35"),
    ("hygon-c86", "x86_64", "Hygon C86 7285 32-core Processor", 64, 263_000_000, KYLIN, "2.28"),
    ("hygon-container-no-hyhal", "x86_64", "Hygon C86 7285 32-core Processor", 128, 527_000_000, UBUNTU, "2.35"),
    ("hygon-k100", "x86_64", "Hygon C86 7285 32-core Processor", 128, 527_000_000, KYLIN, "2.28"),
    ("iluvatar-bi150", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, UBUNTU, "2.35"),
    ("iluvatar-plain-torchvision", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, UBUNTU, "2.35"),
    ("kunlunxin-p800", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, UBUNTU, "2.35"),
    ("kunpeng-cuda-torch", "aarch64", KUNPENG, 96, 263_000_000, OPENEULER24, "2.38"),
    ("kunpeng", "aarch64", KUNPENG, 96, 263_000_000, OPENEULER24, "2.38"),
    ("kylin-glibc-217", "aarch64", "implementer 0x70 part 0x662", 64, 131_000_000, NEOKYLIN, "2.17"),
    ("kylin-old-engine", "x86_64", "Hygon C86 7285 32-core Processor", 64, 263_000_000, KYLIN, "2.28"),
    ("laptop", "x86_64", "i7-1165G7 @ 2.80GHz", 8, 16_000_000, "Ubuntu 24.04.1 LTS", "2.39"),
    ("locale-c", "aarch64", KUNPENG, 96, 263_000_000, OPENEULER24, "2.38"),
    ("loongson-old-world", "loongarch64", "Loongson-3A6000", 8, 32_600_000, KYLIN_LANCE, "2.28"),
    ("loongson", "loongarch64", "Loongson-3A6000", 8, 32_600_000, "Loongnix-Server Linux 23.1", "2.38"),
    ("metax-c500", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, UBUNTU, "2.35"),
    ("mthreads-s4000", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, UBUNTU, "2.35"),
    ("nvidia-h200", "x86_64", "Platinum 8480+", 224, 2_110_000_000, OPENEULER24, "2.38"),
    ("nvidia-no-cdi", "x86_64", "Silver 4314 CPU @ 2.40GHz", 32, 131_000_000, UBUNTU, "2.35"),
    ("nvidia-no-driver", "x86_64", "i7-10700 CPU @ 2.90GHz", 16, 65_000_000, DEBIAN, "2.36"),
    ("nvidia", "x86_64", "Silver 4314 CPU @ 2.40GHz", 32, 131_000_000, UBUNTU, "2.35"),
    ("phytium", "aarch64", "implementer 0x70 part 0x663", 8, 16_200_000, "Kylin V10 SP1", "2.31"),
    ("rockchip-masked", "aarch64", "implementer 0x41 part 0xd05", 8, 16_100_000, DEBIAN, "2.36"),
    ("rockchip-rk3588", "aarch64", "implementer 0x41 part 0xd05", 8, 16_100_000, DEBIAN, "2.36"),
    ("second-opinion", "x86_64", "Silver 4314 CPU @ 2.40GHz", 32, 131_000_000, UBUNTU, "2.35"),
    ("sophgo-bm1684x", "x86_64", "Silver 4314 CPU @ 2.40GHz", 32, 131_000_000, UBUNTU, "2.35"),
    ("sophgo-soc", "aarch64", "implementer 0x41 part 0xd03", 8, 5_900_000, UBUNTU, "2.35"),
    ("thead-ppu", "x86_64", "Platinum 8358 CPU @ 2.60GHz", 128, 1_056_000_000, "Ubuntu 24.04.1 LTS", "2.39"),
)  # fmt: skip


@pytest.mark.parametrize(("name", "architecture", "processor", "cores", "kilobytes", "distribution", "libc"), RECORDED)
def test_a_recorded_machine_is_read_as_it_was(name, architecture, processor, cores, kilobytes, distribution, libc):
    host = machine.probe(MACHINES / f"{name}.toml", EVERYTHING)
    assert (host.architecture, host.cores, host.distribution, host.libc) == (architecture, cores, distribution, libc)
    assert processor in host.processor
    assert host.memory_bytes == kilobytes * 1024


def test_every_recorded_machine_has_a_row_in_the_table_above():
    files = {file.stem for file in MACHINES.glob("*.toml")} - {"expected"}
    assert {row[0] for row in RECORDED} == files
    assert len(RECORDED) == len(files) >= 28


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
def test_the_device_nodes_are_those_of_the_machine(name: str, nodes: list[str]):
    assert [node.path for node in machine.probe(MACHINES / f"{name}.toml", EVERYTHING).nodes] == nodes


def test_a_recorded_node_has_the_owner_and_mode_that_it_had():
    node = machine.probe(MACHINES / "ascend-310p.toml", EVERYTHING).node("/dev/davinci0")
    assert node == Node("/dev/davinci0", gid=1000, mode=0o660, uid=1000)


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
        ("ascend-310p", [("19e5", "d500", "1200")]),
        ("ascend-no-driver", [("19e5", "d802", "1200")]),
        ("nvidia", [("10de", "1eb8", "0302"), ("10de", "10f8", "0403")] * 2),
    ],
)
def test_pci_ids_are_hexadecimal_without_prefix_and_classes_without_programming_interface(name, ids):
    assert [(d.vendor, d.device, d.klass) for d in machine.probe(MACHINES / f"{name}.toml", EVERYTHING).pci] == ids


def test_the_driver_that_a_card_is_bound_to_is_named_and_no_driver_is_empty():
    assert [d.driver for d in machine.probe(MACHINES / "nvidia-no-driver.toml", EVERYTHING).pci] == ["nouveau"]
    assert [d.driver for d in machine.probe(MACHINES / "ascend-no-driver.toml", EVERYTHING).pci] == [""]


def test_only_asked_for_paths_are_looked_up_and_only_those_that_exist_come_back():
    asked = ("/usr/local/bin/npu-smi", "/usr/local/sbin/npu-smi", "/var/queue_schedule")
    assert machine.probe(MACHINES / "ascend-310p.toml", Sought(files=asked)).files == {"/usr/local/bin/npu-smi"}
    assert machine.probe(MACHINES / "ascend-310p.toml").files == frozenset()


def test_the_toolkits_version_comes_from_its_own_file():
    assert machine.probe(MACHINES / "ascend-310p.toml", EVERYTHING).toolkits == {"CANN": "8.5.0"}
    assert machine.probe(MACHINES / "laptop.toml", EVERYTHING).toolkits == {}


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


@pytest.fixture
def open_to_all() -> Iterator[Path]:
    """A folder that every user may enter: those of pytest are closed again whenever another run begins."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become another user")
def test_a_folder_that_this_user_may_not_enter_counts_as_not_there(open_to_all: Path):
    """As on servers whose driver folder belongs to the driver's own group, mode 0750."""
    top = open_to_all
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
