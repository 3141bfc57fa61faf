"""Processors by their own ids and by the features that matter to a model."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.host import processor

KUNPENG = """\
processor\t: 0
BogoMIPS\t: 200.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 atomics fphp asimdhp cpuid asimdrdm jscvt fcma dcpop asimddp
CPU implementer\t: 0x48
CPU architecture: 8
CPU variant\t: 0x1
CPU part\t: 0xd01
CPU revision\t: 0
"""
KUNPENG_SVE = KUNPENG.replace("asimddp", "asimddp sve i8mm bf16").replace("0xd01", "0xd02")
PHYTIUM = """\
processor\t: 0
model name\t: Phytium,S2500/64 C00
Features\t: fp asimd evtstrm crc32 cpuid
CPU implementer\t: 0x70
CPU part\t: 0x663
"""
LOONGSON = """\
system type\t\t: generic-loongson-machine

processor\t\t: 0
package\t\t\t: 0
CPU Family\t\t: Loongson-64bit
Model Name\t\t: Loongson-3A5000-HV
CPU Revision\t\t: 0x11
ISA\t\t\t: loongarch32 loongarch64
Features\t\t: cpucfg lam ual fpu lsx lasx crc32 complex crypto lvz
Hardware Watchpoint\t: yes, iwatch count: 8, dwatch count: 8
"""
HYGON = """\
processor\t: 0
vendor_id\t: HygonGenuine
cpu family\t: 24
model\t\t: 1
model name\t: Hygon C86 7285 32-core Processor
flags\t\t: fpu vme avx f16c fma avx2 sha_ni
"""
INTEL = """\
processor\t: 0
vendor_id\t: GenuineIntel
model name\t: Intel(R) Xeon(R) Platinum 8480+
flags\t\t: fpu avx avx2 fma f16c avx512f avx512_vnni avx512_bf16 avx_vnni amx_bf16 amx_tile amx_int8
"""
BOARD = KUNPENG + "Serial\t\t: 10000000abcdef01\nModel\t\t: Board 5B\n"


@pytest.mark.parametrize(
    ("text", "vendor", "part", "name", "features"),
    [
        (KUNPENG, "0x48", "0xd01", "implementer 0x48 part 0xd01", {"asimd", "asimddp", "asimdhp", "fphp"}),
        (KUNPENG_SVE, "0x48", "0xd02", "implementer 0x48 part 0xd02",
         {"asimd", "asimddp", "asimdhp", "fphp", "sve", "i8mm", "bf16"}),
        (PHYTIUM, "0x70", "0x663", "Phytium,S2500/64 C00", {"asimd"}),
        (LOONGSON, "", "", "Loongson-3A5000-HV", {"lsx", "lasx"}),
        (HYGON, "HygonGenuine", "", "Hygon C86 7285 32-core Processor", {"avx", "avx2", "f16c", "fma"}),
        (INTEL, "GenuineIntel", "", "Intel(R) Xeon(R) Platinum 8480+",
         {"avx", "avx2", "f16c", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "avx_vnni", "amx_tile", "amx_int8"}),
        (BOARD, "0x48", "0xd01", "Board 5B", {"asimd", "asimddp", "asimdhp", "fphp"}),
        ("", "", "", "unknown processor", set()),
        ("model name\t:\nflags\t\t:\n", "", "", "unknown processor", set()),
    ],
    ids=["Kunpeng", "Kunpeng with SVE", "Phytium", "Loongson", "Hygon", "Intel", "board", "empty", "blank"],
)  # fmt: skip
def test_a_processor_is_known_by_its_ids_and_features(text, vendor, part, name, features):
    for told in (text, processor.short(text)):
        cpu = processor.read(told, 4)
        assert (cpu.vendor, cpu.part, cpu.features, cpu.numa_nodes) == (vendor, part, features, 4)
        assert processor.name(told) == name


def test_a_server_of_128_cores_is_kept_in_few_lines_and_counted_the_same():
    text = "\n".join(KUNPENG.replace(": 0\n", f": {number}\n", 1) for number in range(128))
    kept = processor.short(text)
    assert processor.count(kept) == processor.count(text) == 128
    assert len(kept) < 3000 and kept.count("Features") == 1
    assert processor.short(kept) == kept


def test_a_boards_serial_number_is_not_kept():
    assert "10000000abcdef01" not in processor.short(BOARD)


@given(st.text())
def test_any_text_is_a_processor_of_which_little_is_known(text: str):
    for told in (text, processor.short(text)):
        processor.read(told)
        assert processor.name(told) and processor.count(told) >= 1
