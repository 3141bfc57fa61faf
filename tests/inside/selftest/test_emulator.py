"""An emulated processor is known by what qemu-user does not hide."""

from __future__ import annotations

from pathlib import Path

from yoloport.inside.device_facts import emulator

X86 = "processor\t: 0\nvendor_id\t: AuthenticAMD\nflags\t\t: fpu sse2\n"
ARM = "processor\t: 0\nCPU implementer\t: 0x48\n"


def machine(root: Path, program: str, cpuinfo: str) -> Path:
    thread = root / "proc" / "self" / "task" / "17"
    thread.mkdir(parents=True)
    (thread / "exe").symlink_to(program)
    (root / "proc" / "cpuinfo").write_text(cpuinfo)
    return root


def test_qemu_shows_in_the_link_of_a_thread(tmp_path: Path) -> None:
    assert emulator(machine(tmp_path, "/usr/bin/qemu-aarch64-static", ARM), "aarch64") == "qemu-aarch64-static"


def test_x86_facts_beside_another_architecture_are_an_emulators(tmp_path: Path) -> None:
    assert emulator(machine(tmp_path, "/usr/bin/python3.11", X86), "aarch64") == "qemu"


def test_real_processors_are_not_taken_for_emulated(tmp_path: Path) -> None:
    assert emulator(machine(tmp_path / "a", "/usr/bin/python3.11", ARM), "aarch64") == ""
    assert emulator(machine(tmp_path / "b", "/usr/bin/python3.11", X86), "x86_64") == ""


def test_a_machine_that_tells_nothing_is_taken_as_it_is(tmp_path: Path) -> None:
    assert emulator(tmp_path, "aarch64") == ""
