"""The processor's name is read from wherever a machine keeps it."""

from __future__ import annotations

from pathlib import Path

import pytest

from yoloport.measure.machine import cpu_model, versions


@pytest.mark.parametrize(
    ("cpuinfo", "name"),
    [
        ("processor\t: 0\nmodel name\t: AMD EPYC\n", "AMD EPYC"),
        ("system type\t: generic\ncpu model\t: Loongson-3A R4\n", "Loongson-3A R4"),
        ("CPU implementer\t: 0x48\nCPU part\t: 0xd01\n", "ARM implementer 0x48 part 0xd01"),
    ],
)
def test_the_processor_is_named(tmp_path: Path, cpuinfo: str, name: str) -> None:
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "cpuinfo").write_text(cpuinfo)
    assert cpu_model(tmp_path) == name


def test_a_board_is_named_beside_its_cores(tmp_path: Path) -> None:
    (tmp_path / "proc" / "device-tree").mkdir(parents=True)
    (tmp_path / "proc" / "device-tree" / "model").write_text("Example Board\0")
    assert cpu_model(tmp_path) == "Example Board"
    (tmp_path / "proc" / "cpuinfo").write_text("CPU implementer\t: 0x41\nCPU part\t: 0xd0b\n")
    assert cpu_model(tmp_path) == "ARM implementer 0x41 part 0xd0b (Example Board)"


def test_packages_that_are_not_there_are_left_out() -> None:
    found = versions(("jinja2", "no-such-package"))
    assert set(found) == {"yoloport", "python", "jinja2"}
