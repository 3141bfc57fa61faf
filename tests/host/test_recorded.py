"""A recorded machine answers as it was, and a file that is none is refused with the reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from yoloport.errors import Exit
from yoloport.host import machine, survey
from yoloport.host.facts import Sought
from yoloport.host.recorded import LONGEST, BadSnapshot, Recorded, load

VALID = '''format = 1
exists = ["/dev", "~/venv/lib/python3.11/site-packages/torch-2.9.0.dist-info"]

[values]
architecture = "aarch64"
cores = 8
groups = [0, 44]
home = "~"

[environment]
LD_LIBRARY_PATH = "/usr/lib"
VIRTUAL_ENV = "~/venv"

[files]
"/etc/os-release" = "PRETTY_NAME=\\"Kylin V10\\"\\n"
"/proc/cpuinfo" = """
processor : 0
CPU implementer : 0x48
"""
"/proc/self/status" = "CapEff: 00000000a80425fb"

[[node]]
path = "/dev/card0"
gid = 1000
mode = "0660"

[[pci]]
address = "0000:c1:00.0"
vendor = "19e5"
device = "d802"
class = "1200"

[[disk]]
path = "/"
total = 100
free = 7

[[command]]
argv = ["tool", "info"]
text = "card 0"

[[command]]
argv = ["tool", "hang"]
fault = "timeout"
'''


def of(text: str | bytes, tmp_path: Path) -> Recorded:
    file = tmp_path / "machine.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(file)


def test_every_question_is_answered_as_it_was(tmp_path: Path):
    told = of(VALID, tmp_path)
    assert (told.values().architecture, told.values().groups, told.variable("NONE")) == ("aarch64", (0, 44), None)
    assert told.read("/etc/os-release") == 'PRETTY_NAME="Kylin V10"\n' and told.read("/etc/none") is None
    node, folder = told.node("/dev/card0"), told.node("/dev")
    assert node and (node.gid, node.mode) == (1000, 0o660)
    assert folder and folder.mode == 0o755 and told.node("/dev/card1") is None
    assert told.glob("/dev/card[0-9]*") == ("/dev/card0",) and told.glob("/dev/*/x") == ()
    assert told.glob("/etc") == ("/etc",), "a folder is there if something in it is"
    assert told.glob("~/venv/lib/python3*/site-packages") == ("~/venv/lib/python3.11/site-packages",)
    assert [card.device for card in told.pci()] == ["d802"]
    assert told.disk("/") and told.disk("/home") is None
    assert told.run(("tool", "info")).ok and told.run(("tool",)).fault == "missing"
    assert told.run(("tool", "info"), reduce=str.upper).text == "CARD 0"


def test_an_answer_that_did_not_come_has_no_exit_code(tmp_path: Path):
    answer = of(VALID, tmp_path).run(("tool", "hang"))
    assert (answer.fault, answer.code) == ("timeout", None)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "its format is None"),
        ("format = 2\n" + VALID[11:], "its format is 2, this yoloport reads 1"),
        ("format = 'one'\n", "its format is 'one'"),
        ("format = 1\n", "values: Field required"),
        (VALID[: VALID.index("mode =") + 7], "at end of document"),
        (VALID.replace("cores = 8", "cores = -1"), "values.cores"),
        (VALID.replace("cores = 8", "core = 8"), "values.core: Extra inputs"),
        (VALID.replace('mode = "0660"', 'mode = "rw"'), "node.0.mode"),
        (VALID.replace('"/etc/os-release" =', '"etc/os-release" ='), "files.etc/os-release"),
        (VALID.replace('argv = ["tool", "info"]', "argv = []"), "command.0.argv"),
        (VALID.replace("total = 100", "total = 'much'"), "disk.0.total"),
        (VALID.replace("total = 100", f"total = {'9' * 5000}"), "digits"),
        ("[" * 20_000, ""),
        ('{"cards": [1, 2]}', "line 1"),
        ("<?xml version='1.0'?><machine/>", "line 1"),
        ("name = 'a project'\n[tool.x]\n", "its format is None"),
        (b"\xff\xfe\x00\x01", "utf-8"),
        (b"PK\x03\x04zip", ""),
    ],
)
def test_a_file_that_is_no_recorded_machine_is_refused_with_the_reason(text, words, tmp_path: Path):
    with pytest.raises(BadSnapshot) as caught:
        of(text, tmp_path)
    assert words in caught.value.cause and "machine.toml" in caught.value.cause
    assert caught.value.exit is Exit.USAGE and "--snapshot" in caught.value.remedy


def test_what_is_no_file_is_refused(tmp_path: Path):
    for place in (tmp_path, tmp_path / "none", tmp_path / "none/none", tmp_path / ("x" * 300), Path("/dev/null")):
        with pytest.raises(BadSnapshot):
            load(place)


def test_a_huge_file_and_one_without_end_are_refused_without_being_read(tmp_path: Path):
    with (tmp_path / "huge.toml").open("wb") as file:
        file.truncate(LONGEST + 1)
    for place in (tmp_path / "huge.toml", Path("/dev/zero")):
        with pytest.raises(BadSnapshot, match="larger than 16 MB"):
            load(place)


def test_a_machine_can_come_through_a_pipe():
    reading, writing = os.pipe()
    os.write(writing, VALID.encode())
    os.close(writing)
    assert load(Path(f"/dev/fd/{reading}")).values().cores == 8
    os.close(reading)


SOUGHT = Sought(nodes=("/dev/card[0-9]*",), commands=(("tool", "info"), ("tool", "hang")))


def survive(content: bytes, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Refused, or a machine that can be asked everything."""
    file = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    file.write_bytes(content)
    try:
        told = load(file)
    except BadSnapshot:
        return
    host = machine.probe(told, SOUGHT)
    survey.survey(told, host, SOUGHT, "image:1", "~/.cache/yoloport")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_arbitrary_bytes_are_refused_or_understood(tmp_path_factory, content: bytes):
    survive(content, tmp_path_factory)
    survive(b"format = 1\n[values]\narchitecture = 'x'\n" + content, tmp_path_factory)


@settings(max_examples=250, deadline=None)
@given(
    st.integers(0, len(VALID)),
    st.integers(0, 40),
    st.one_of(st.text(max_size=30), st.sampled_from(["[", "]]", '"', "'''", "=", "\n", "-1", "1e999", "true", "{}"])),
)
def test_a_valid_file_with_a_part_replaced_is_refused_or_understood(tmp_path_factory, at: int, cut: int, new: str):
    survive((VALID[:at] + new + VALID[at + cut :]).encode(), tmp_path_factory)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["/proc/cpuinfo", "/proc/self/status", "/etc/os-release", "/proc/modules"]), st.text())
def test_any_text_in_a_files_place_is_survived(tmp_path_factory, path: str, text: str):
    quoted = "".join(f"\\U{ord(c):08X}" for c in text if not 0xD800 <= ord(c) < 0xE000)
    content = f'format = 1\n[values]\narchitecture = "x"\n[files]\n"{path}" = "{quoted}"\n'
    survive(content.encode(), tmp_path_factory)
