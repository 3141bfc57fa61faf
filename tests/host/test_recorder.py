"""What a recorder wrote down gives, read again, the same machine."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yoloport.host import machine, recorded
from yoloport.host.ask import Machine, Values
from yoloport.host.facts import Answer, Host, Sought, Surroundings
from yoloport.host.live import Live
from yoloport.host.recorder import Recorder
from yoloport.host.survey import survey

SOUGHT = Sought(
    nodes=("/dev/card[0-9]*", "/dev/manager"),
    files=("/usr/local/Vendor/driver", "/etc/vendor*.conf"),
    toolkits=(("TOOL", "/usr/local/Vendor/version.info"),),
    drivers=(("drv", "/proc/driver/card/version"),),
    texts=("/etc/vendor.conf", "/etc/none"),
    commands=(("echo", "hello world"), ("no-such-tool", "info"), ("sh", "-c", "printf 'a\\nb\\n'; exit 3")),
    environment=("VENDOR_VISIBLE",),
    packages=("torch-vendor",),
)


def seen(machine_: Machine) -> tuple[Host, Surroundings]:
    host = machine.probe(machine_, SOUGHT)
    return host, survey(machine_, host, SOUGHT)


def again(recorder: Recorder, tmp_path: Path) -> Machine:
    file = tmp_path / "machine.toml"
    file.write_text(recorder.toml("0", "2026-11-23"), encoding="utf-8")
    return recorded.load(file)


def without_home(around: Surroundings, home: str) -> Surroundings:
    """As a snapshot shows it: the caller's home is ``~``."""

    def tilde(text: str) -> str:
        return re.sub(rf"(?<!\w){re.escape(home)}(?!\w)", "~", text) if len(home) > 1 else text

    return dataclasses.replace(
        around,
        disks=tuple(dataclasses.replace(disk, path=tilde(disk.path)) for disk in around.disks),
        environment={name: tilde(value) for name, value in around.environment.items()},
        packages=tuple(dataclasses.replace(p, environment=tilde(p.environment)) for p in around.packages),
        engines=(),  # disks and containers move while we look
        answers=(),
        shm_bytes=0,
    )


def still(around: Surroundings) -> Surroundings:
    """Without what changes from one moment to the next."""
    disks = tuple(dataclasses.replace(disk, free=0) for disk in around.disks)
    return dataclasses.replace(around, disks=disks)


def test_this_machine_looks_the_same_from_its_recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VENDOR_VISIBLE", "0,1")
    listening = Recorder(Live())
    host, around = seen(listening)
    host2, around2 = seen(again(listening, tmp_path))
    assert host2 == host
    home = Live().values().home
    assert still(without_home(around2, "")) == still(without_home(around, home))
    assert around2.shm_bytes == around.shm_bytes and around2.environment["VENDOR_VISIBLE"] == "0,1"
    mine = [answer for answer in around.answers if answer.argv in SOUGHT.commands]
    assert [answer for answer in around2.answers if answer.argv in SOUGHT.commands] == mine
    assert [answer.code for answer in mine] == [0, 3]
    assert [engine.version for engine in around2.engines] == [engine.version for engine in around.engines]


FILES = {
    "etc/os-release": 'PRETTY_NAME="openEuler 22.03 (LTS-SP4)"\n',
    "etc/vendor.conf": "a = 'quoted'\nb = \"double\"\nc = '''three'''\n\\d \\u1234 表 \u3000 格'",
    "etc/cdi/vendor.yaml": "kind: vendor.example/card\nenv: [A=b]\n",
    "proc/cpuinfo": "processor\t: 0\nCPU implementer\t: 0x48\nCPU part\t: 0xd01\nFeatures\t: sve\nSerial\t: 1234\n",
    "proc/meminfo": "MemTotal:  1024 kB\nMemFree: 1 kB\n",
    "proc/modules": "drv_card 16384 0 - Live 0x0000000000000000\nother 1 0\n",
    "proc/self/status": "Name:\tx\nCapEff:\t00000000a80425fb\n",
    "proc/driver/card/version": "25.3.0.1\n",
    "proc/device-tree/compatible": "vendor,board\0vendor,chip\0",
    "usr/local/Vendor/version.info": "Version=8.5.0\n",
    "usr/local/Vendor/driver/x": "",
    "dev/card0": "",
    "dev/manager": "",
    "sys/devices/system/node/node0/x": "",
    "sys/fs/cgroup/cgroup.controllers": "cpu",
    "sys/fs/selinux/enforce": "1",
    "usr/lib/python3.11/site-packages/torch-2.9.0+cpu.dist-info/METADATA": "Requires-Dist: numpy>=1\n\nlong\n",
    "usr/lib/python3.11/site-packages/torch_vendor-2.9.0.dist-info/METADATA": "Requires-Dist: torch==2.9.0\n",
    "usr/lib/python3.11/site-packages/other-1.dist-info/METADATA": "Requires-Dist: secretlib\n",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The root of a made-up server with a card of a made-up vendor."""
    root = tmp_path / "root"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    card = root / "sys/bus/pci/devices/0000:c1:00.0"
    card.mkdir(parents=True)
    for name, text in (("vendor", "0x19e5\n"), ("device", "0xd802\n"), ("class", "0x120000\n")):
        (card / name).write_text(text)
    (card / "driver").symlink_to("../../drivers/drv_card")
    return root


def test_a_made_up_server_looks_the_same_from_its_recording(folder: Path, tmp_path: Path):
    listening = Recorder(Live(folder))
    first = seen(listening)
    told = again(listening, tmp_path)
    assert seen(told) == first
    host, around = first
    assert (
        host.drivers == {"drv": "25.3.0.1"} and host.toolkits == {"TOOL": "8.5.0"} and host.pci[0].driver == "drv_card"
    )
    assert around.modules == {"drv_card", "other"} and around.selinux == "enforcing" and around.cgroup == 2
    assert [package.name for package in around.packages] == ["torch", "torch-vendor"]
    assert around.texts["/etc/vendor.conf"] == FILES["etc/vendor.conf"]


def test_a_recording_of_a_recording_is_the_same(folder: Path, tmp_path: Path):
    listening = Recorder(Live(folder))
    seen(listening)
    second = Recorder(again(listening, tmp_path))
    seen(second)
    assert second.toml("0", "2026-11-23") == listening.toml("0", "2026-11-23")


def test_what_was_not_asked_for_is_not_written(folder: Path, tmp_path: Path):
    listening = Recorder(Live(folder))
    seen(listening)
    text = listening.toml("0", "2026-11-23")
    for word in ("secretlib", "Serial", "MemFree", "A=b", "no-such-tool", "0x0000000000000000"):
        assert word not in text


class Talker(Live):
    """A machine with one file and one program that say what they are told to."""

    def __init__(self, text: str, home: str = "/root") -> None:
        super().__init__(Path("/nowhere"))
        self.text, self.home = text, home

    def values(self) -> Values:
        return Values(architecture="x", home=self.home)

    def read(self, path, reduce=str):
        return reduce(self.text)

    def run(self, argv, program="", name=(), reduce=str):
        return Answer(name or argv, reduce(self.text), None, "timeout")


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Co", "Cn", "Zl", "Zp"), include_characters="\n\t")))
def test_any_text_comes_back_as_it_was_said(tmp_path_factory, text: str):
    listening = Recorder(Talker(text))
    listening.read("/proc/x/version")
    listening.run(("tool",))
    told = again(listening, tmp_path_factory.getbasetemp())
    if listening._clean()(text) == text:  # nothing in it looked like a secret
        assert told.read("/proc/x/version") == text
        assert told.run(("tool",)) == Answer(("tool",), text, None, "timeout")


@settings(max_examples=200)
@given(st.text(st.characters(codec=None)))
def test_a_text_with_controls_and_halves_of_characters_still_makes_a_file(tmp_path_factory, text: str):
    listening = Recorder(Talker(text))
    listening.read(f"/etc/{text}")
    listening.run(("tool", text))
    again(listening, tmp_path_factory.getbasetemp())


def test_a_user_who_is_called_like_a_tool_does_not_spoil_the_tools_answers():
    """As on boards whose only user bears the vendor's name."""
    listening = Recorder(Talker("vendor VENDOR-SMI lin vendor.example/card"), ("vendor", "VENDOR", "lin"))
    listening.glob("/dev/vendor[0-9]*")
    listening.run(("vendor-smi", "info"))
    text = listening.toml("0", "2026-11-23")
    assert "vendor VENDOR-SMI <name> vendor.example/card" in text and 'argv = ["vendor-smi", "info"]' in text


def test_two_recordings_of_one_machine_are_the_same_text(folder: Path):
    texts = set()
    for _ in range(3):
        listening = Recorder(Live(folder))
        seen(listening)
        texts.add(listening.toml("0", "2026-11-23"))
    assert len(texts) == 1
