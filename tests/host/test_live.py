"""This machine, or a folder in its place: what hangs, lies or is not there must not stop a diagnosis."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from yoloport.host.live import LONGEST, Live

QUICK = Live(seconds=0.2)


def script(folder: Path, text: str, mode: int = 0o755) -> str:
    file = folder / "tool"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(mode)
    return str(file)


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_program_that_hangs_is_ended_in_time_and_what_it_said_before_is_kept(tmp_path: Path):
    begin = time.monotonic()
    answer = QUICK.run(("tool",), script(tmp_path, r"printf '\033[31mbefore\033[0m\n'; sleep 60"))
    assert time.monotonic() - begin < 30
    assert (answer.fault, answer.code, answer.text) == ("timeout", None, "before\n")


def test_what_a_hanging_program_started_is_ended_with_it(tmp_path: Path):
    QUICK.run(("tool",), script(tmp_path, f"sleep 60 & echo $! > {tmp_path}/pid; wait"))
    started = int((tmp_path / "pid").read_text())
    until = time.monotonic() + 20  # the kernel ends it when it gets to it
    while is_running(started) and time.monotonic() < until:
        time.sleep(0.02)
    assert not is_running(started)


def test_a_program_that_nobody_can_end_is_left_behind_and_not_waited_for(tmp_path: Path, monkeypatch):
    """As a vendor's tool that is stuck in its driver: no signal reaches it."""
    pids: list[int] = []
    with monkeypatch.context() as patch:
        patch.setattr(os, "killpg", lambda pid, signal: pids.append(pid))
        begin = time.monotonic()
        answer = QUICK.run(("sleep", "60"))
        assert answer.fault == "timeout" and time.monotonic() - begin < 30
    os.killpg(pids[0], 9)
    os.waitpid(pids[0], 0)


def test_a_program_that_leaves_something_behind_has_answered_all_the_same(tmp_path: Path):
    begin = time.monotonic()
    answer = Live(seconds=8).run(("tool",), script(tmp_path, f"echo done; sleep 60 & echo $! > {tmp_path}/pid"))
    assert time.monotonic() - begin < 30
    assert (answer.text, answer.code, answer.fault) == ("done\n", 0, "")
    os.kill(int((tmp_path / "pid").read_text()), 9)


def test_a_program_that_closes_its_output_and_goes_on_is_ended_too(tmp_path: Path):
    assert QUICK.run(("tool",), script(tmp_path, "exec >&- 2>&-; sleep 60")).fault == "timeout"


@pytest.mark.parametrize(
    ("argv", "program", "fault"),
    [
        (("no-such-program-anywhere", "info"), "", "missing"),
        (("tool",), "/no/such/place/tool", "refused"),
        (("tool",), "/etc/hostname", "refused"),
        (("tool",), "/etc", "refused"),
        (("sh", "-c", "a\0b"), "", "refused"),
    ],
)
def test_a_program_that_cannot_be_started_is_an_answer_and_no_error(argv, program, fault):
    answer = QUICK.run(argv, program)
    assert (answer.fault, answer.code, answer.ok) == (fault, None, False)


def test_a_file_that_is_no_program_is_refused_with_the_systems_words(tmp_path: Path):
    broken = tmp_path / "tool"
    broken.write_bytes(b"\x7fELF but not really")
    broken.chmod(0o755)
    answer = QUICK.run(("tool",), str(broken))
    assert (answer.fault, answer.text) == ("refused", "Exec format error")


def test_output_that_is_no_text_is_read_as_far_as_it_is_one():
    answer = Live().run(("printf", r"caf\303\251 \377\376 end"))
    assert answer.ok and answer.text == "café \ufffd\ufffd end"


def test_colours_are_taken_out_and_errors_are_read_with_the_output():
    answer = Live().run(("sh", "-c", r"printf '\033[1;31mred\033[0m\n'; echo bad >&2; exit 3"))
    assert (answer.text, answer.code, answer.fault, answer.ok) == ("red\nbad\n", 3, "", False)


def test_two_megabytes_of_output_are_cut_at_one_and_the_program_still_ends_well():
    answer = Live().run(("head", "-c", "2000000", "/dev/zero"))
    assert answer.ok and len(answer.text) == LONGEST


def test_a_program_that_never_stops_talking_fills_no_memory():
    answer = QUICK.run(("yes",))
    assert answer.fault == "timeout" and len(answer.text) == LONGEST


def test_a_program_gets_no_input_and_a_plain_locale(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    answer = Live().run(("sh", "-c", "cat; echo $LC_ALL; pwd"))
    assert answer.text == "C.UTF-8\n/\n"


def test_what_may_not_be_kept_is_left_out_and_the_question_is_recorded_under_its_name():
    answer = Live().run(("echo", "keep secret"), name=("echo", "TEXT"), reduce=lambda text: text.split()[0])
    assert (answer.argv, answer.text) == (("echo", "TEXT"), "keep")


def test_in_a_folders_place_nothing_is_run_and_nothing_of_this_machine_is_told(tmp_path: Path, monkeypatch):
    monkeypatch.setenv("LD_PRELOAD_TEST", "x")
    folder = Live(tmp_path)
    assert folder.run(("echo", "hello")).fault == "missing"
    assert folder.run(("echo",), program="/bin/echo").fault == "missing"
    assert folder.variable("LD_PRELOAD_TEST") is None and folder.disk("/") is None
    values = folder.values()
    assert (values.kernel, values.home, values.libc, values.year, values.cores) == ("", "", "", 0, 0)


def test_what_cannot_be_read_is_not_there(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "dangling").symlink_to("nowhere")
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    machine = Live(tmp_path)
    for name in ("folder", "dangling", "loop", "pipe", "none", "folder/none", "x" * 5000, "a\0b"):
        assert machine.read(f"/{name}") is None, name[:20]
        assert machine.glob(f"/{name}/*") == ()
        machine.node(f"/{name}")  # says something or nothing; only must not fail


def test_a_large_file_is_read_to_its_first_megabyte_and_bytes_that_are_no_text_are_marked(tmp_path: Path):
    (tmp_path / "large").write_bytes(b"\xff" + b"a" * 2_000_000)
    (tmp_path / "tree").write_bytes(b"vendor,board\0vendor,chip\0")
    text = Live(tmp_path).read("/large")
    assert text is not None and len(text) == LONGEST and text.startswith("\ufffda")
    assert Live(tmp_path).read("/tree") == "vendor,board\nvendor,chip\n"


def test_globs_are_sorted_and_start_at_the_folder(tmp_path: Path):
    for name in ("b1", "a1", "a2", "c"):
        (tmp_path / "dev" / name).mkdir(parents=True)
    assert Live(tmp_path).glob("/dev/[ab]*") == ("/dev/a1", "/dev/a2", "/dev/b1")
    assert Live(tmp_path).glob("/dev/*", lambda path: path.endswith("1")) == ("/dev/a1", "/dev/b1")
    assert Live(tmp_path).glob("/dev/c") == ("/dev/c",) and Live(tmp_path).glob("/dev/d") == ()


def test_a_card_whose_files_are_garbage_is_still_a_card(tmp_path: Path):
    card = tmp_path / "sys/bus/pci/devices/0000:c1:00.0"
    (card / "driver").mkdir(parents=True)  # a folder where a link should be
    (card / "vendor").write_bytes(b"\xff\xfe")
    (card / "class").write_text("0x120000\n")
    (found,) = Live(tmp_path).pci()
    assert (found.address, found.device, found.klass, found.driver) == ("0000:c1:00.0", "", "1200", "")


def test_the_disk_of_a_folder_that_is_not_made_yet_is_that_of_the_one_above(tmp_path: Path):
    disk = Live().disk(str(tmp_path / "not/made/yet"))
    assert disk is not None and disk.total >= disk.free > 0
