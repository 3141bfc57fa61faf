"""Known lines are found in the middle of a long log, unknown ones are left alone, and nothing runs away."""

from __future__ import annotations

import io
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from yoloport.doctor import explain as subject
from yoloport.doctor.clues import clues
from yoloport.doctor.explain import Explanation, Message, explain, lines_of
from yoloport.platforms.load import FOLDER, BadPlatformFolder

FOLDERS = sorted({file.parent for file in FOLDER.glob("*/messages*.toml")})
# Also from folders whose platform.toml is still to come.
KNOWN: tuple[Message, ...] = (
    *subject._in_folder(subject.GENERAL, "", "docs/en/doctor.md"),
    *(one for folder in FOLDERS for one in subject._in_folder(folder, folder.name, "")),
)
NOISE = "      {n}/50      2.31G      1.234      2.345      1.456         32        640: 100%|##########| 12/12"

# The rows of the reference, section 9, as they stand in logs; 24 to 26 are of other vendors.
ROWS = [
    (1, "ImportError: libhccl.so: cannot open shared object file: No such file or directory", "ascend-libhccl"),
    (2, "OSError: libascendcl.so: cannot open shared object file: No such file or directory", "ascend-libascendcl"),
    (3, "ImportError: libascend_hal.so: cannot open shared object file: No such file", "ascend-driver-library"),
    (4, "ImportError: libatb.so: cannot open shared object file: No such file or directory", "ascend-libatb"),
    (5, "DrvMngGetConsoleLogLevel failed. (g_conLogLevel=3)", "ascend-console-log-level"),
    (5, "dcmi module initialize failed. ret is -8005", "ascend-dcmi"),
    (6, "dcmi module initialize failed, because the device is used. ret is -8020", "ascend-dcmi"),
    (7, "/usr/local/bin/npu-smi: No such file or directory", "ascend-tool-not-found"),
    (8, "RuntimeError: SetDevice:NPUFunctions.cpp:88 NPU error, error code is 507033", "ascend-device-setup"),
    (9, "AclSetCompileopt(aclCompileOpt::ACL_PRECISION_MODE) error code is 500001", "ascend-initialisation"),
    (10, "ModuleNotFoundError: No module named 'tbe.common'", "ascend-tbe-missing"),
    (11, "RuntimeError: aclnnInplaceZero failed, error code is 561103", "ascend-operator-mismatch"),
    (12, "ImportError: libtorch_npu.so: undefined symbol: MsprofSysCycleTime", "ascend-symbol"),
    (13, "RuntimeError: Failed to load the backend extension: torch_npu. You can disable", "backend-autoload"),
    (14, "AttributeError: module 'torch_npu' has no attribute '_autoload'", "ascend-autoload-attribute"),
    (15, "ModuleNotFoundError: No module named 'torch_npu._C'", "ascend-source-folder"),
    (16, "ValueError: Invalid NPU 'device=npu:0' requested. Only 0 device(s) available.", "ascend-no-device"),
    (17, "RuntimeError: NPU error, error code is 507899", "ascend-card-taken"),
    (18, "ImportError: libgomp-d22c30c5.so.1: cannot allocate memory in static TLS block", "static-tls"),
    (19, "ImportError: libGL.so.1: cannot open shared object file", "libgl-missing"),
    (20, "RuntimeError: DataLoader worker (pid 7) is killed by signal: Bus error.", "dataloader-bus-error"),
    (21, "failed to register layer: archive/tar: invalid tar header", "invalid-tar-header"),
    (22, "docker: OCI runtime create failed: mounting shm: operation not permitted.", "start-not-permitted"),
    (23, "Failed to create CANNExecutionProvider. Please reference", "ascend-onnxruntime-provider"),
    (24, "RuntimeError: No HIP GPUs are available", "hygon-no-device"),
    (25, "Could not run 'torchvision::nms' with arguments from the 'CUDA' backend.", "torchvision-without-backend"),
    (26, "RuntimeError: Distributed package doesn't have MCCL built in", "mthreads-no-collective"),
    (27, "E init_runtime: Please specify the target in init_runtime!", "rockchip-target"),
    (28, "EI0002: The wait execution of the Notify register times out.", "ascend-notify-timeout"),
    (29, "EI0014: The ranktable information check failed, Reason:[version].", "ascend-rank-table"),
]
MORE = [
    ("CUDA error: CUDA driver version is insufficient for CUDA runtime version", "cuda-driver-too-old"),
    ("ValueError: Invalid CUDA 'device=0' requested. Use 'device=cpu'", "cuda-invalid-device"),
    ("AssertionError: Torch not compiled with CUDA enabled", "cuda-not-compiled"),
    ("CUDA error: no kernel image is available for execution on the device", "cuda-no-kernel-image"),
    ("WARNING NMS time limit 2.050s exceeded", "nms-time-limit"),
    ("[Rank 1] Watchdog caught collective operation timeout: WorkNCCL(SeqNum=1)", "collective-timeout"),
    ("[CNCL] [Error] operation timed out on card 1", "cambricon-collective-timeout"),
    ("E RKNN: failed to open rknpu module, need to insmod rknpu dirver!", "rockchip-driver-not-opened"),
    ("Specified provider 'CANNExecutionProvider' is not in available provider names.", "onnxruntime-provider-missing"),
    ("/lib64/libc.so.6: version `GLIBC_2.28' not found (required by x.so)", "libc-too-old"),
    ("Illegal instruction (core dumped)", "illegal-instruction"),
    ("Out of memory: Killed process 4123 (python)", "host-out-of-memory"),
    ("RuntimeError: NPU out of memory. Tried to allocate 1.50 GiB", "device-out-of-memory"),
    ("OSError: [Errno 28] No space left on device", "disk-full"),
    ("EE1001: [PID: 1850] The argument is invalid.Reason: no context", "ascend-argument"),
    ("EE1001 ...", "ascend-argument"),
    ("EJ0001: Failed to initialize the HCCP process.", "ascend-process-left"),
    *((code, "ascend-acl") for code in ("507015", "107002", "507901")),
    ("507033", "ascend-device-setup"),
    ("507899", "ascend-card-taken"),
    ("500001", "ascend-initialisation"),
    ("561103", "ascend-operator-mismatch"),
    ("561107", "ascend-aclnn"),
    ("runtime result = 507011[FUNC:ReportCallError]", "ascend-acl"),
    ("call aclnnConvolution failed, error code: 161002", "ascend-aclnn"),
    ("E19999: Inner Error!", "ascend-inner-error"),
    ("EH9999: [Init][Env]init env failed", "ascend-inner-error"),
    ("EI0006: Getting socket times out.", "ascend-hccl"),
    ("Failed to initialize NVML: Unknown Error", "cuda-nvml-lost"),
]


def ids(explained: tuple[Explanation, ...]) -> set[str]:
    return {one.message for one in explained}


@pytest.mark.parametrize(("row", "line", "message"), ROWS, ids=[f"{row}-{id_}" for row, _, id_ in ROWS])
def test_a_row_of_the_reference_is_recognised_in_the_middle_of_a_log(row: int, line: str, message: str):
    log = [*(NOISE.format(n=n) for n in range(300)), f"2026-01-02 03:04:05 host python[17]: {line}", *[NOISE] * 300]
    explained = explain(log, KNOWN)
    assert message in ids(explained)
    assert {one.number for one in explained} == {301}


def test_all_rows_of_the_reference_are_covered():
    assert {row for row, _, _ in ROWS} == set(range(1, 30))


@pytest.mark.parametrize(("line", "message"), MORE, ids=[f"{id_}: {line[:20]}" for line, id_ in MORE])
def test_other_known_lines_are_recognised(line: str, message: str):
    assert message in ids(explain([line], KNOWN))


def test_a_code_of_a_family_gets_its_own_meaning():
    one = explain(["NPU function error: aclrtSynchronizeStream, error code is 507014"], KNOWN)[0]
    assert (one.message, one.code) == ("ascend-acl", "507014") and "aicore" in one.meaning["en"]
    other = explain(["ERR02200 DIST call hccl api failed."], KNOWN)[0]
    assert other.code == "200" and "HCCL" in other.meaning["en"]


def test_two_codes_of_a_family_are_two_explanations_and_unknown_ones_share_one():
    lines = [f"error code is {code}" for code in (507014, 507018, 507014, 507777, 507778)]
    assert [(one.code, one.count) for one in explain(lines, KNOWN)] == [("507014", 2), ("507018", 1), ("", 2)]


def test_a_message_that_repeats_is_told_once_with_its_first_line_and_a_count():
    explained = explain(["well"] * 10 + ["No space left on device"] * 500 + ["well"], KNOWN)
    assert [(one.number, one.count) for one in explained] == [(11, 500)]


def test_explanations_come_in_the_order_of_the_log_across_pieces():
    lines = ["x" * 1000] * 400
    lines[390], lines[5] = "No space left on device", "libGL.so.1: cannot open shared object file"
    assert [(one.message, one.number) for one in explain(lines, KNOWN)] == [("libgl-missing", 6), ("disk-full", 391)]


@pytest.mark.parametrize(
    "log",
    [
        [NOISE.format(n=n) for n in range(1000)],
        ["Epoch 507014 done", "took 107001 ms", "error rate 0.507033", "EI0002X", "status 200 OK", "result 200 200000"],
        [""],
        [],
        ["完成训练，没有错误"],
    ],
    ids=["training", "numbers", "empty line", "nothing", "chinese"],
)
def test_unknown_text_gives_nothing(log: list[str]):
    assert explain(log, KNOWN) == ()


def test_binary_junk_is_read_without_harm():
    junk = bytes(range(256)) * 1200 + bytes(range(255, -1, -1)) * 1200
    log = junk + b"\nOSError: [Errno 28] No space left on device\n" + junk
    assert "disk-full" in ids(explain(lines_of(io.BytesIO(log)), KNOWN))


def test_a_huge_line_is_looked_at_at_both_ends_and_shown_cut():
    line = "a" * 3_000_000 + " No space left on device\x1b[0m"
    one = explain([line], KNOWN)[0]
    assert one.message == "disk-full" and len(one.line) <= subject.SHOWN and "\x1b" not in one.line
    assert explain(lines_of(io.BytesIO(line.encode())), KNOWN)[0].number == 1
    assert explain(["No space left on device " + "a" * 3_000_000], KNOWN)[0].message == "disk-full"


def test_a_line_without_end_is_not_held_whole():
    class Endless(io.RawIOBase):
        left = 64_000_000

        def readable(self) -> bool:
            return True

        def readinto(self, buffer) -> int:
            size = min(len(buffer), self.left)
            buffer[:size] = b"z" * size
            self.left -= size
            return size

    tracemalloc.start()
    assert explain(lines_of(io.BufferedReader(Endless())), KNOWN) == ()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 8_000_000


def test_a_long_log_is_not_kept_in_memory():
    def log() -> Iterator[str]:
        for number in range(100_000):
            yield "No space left on device" if number % 1000 == 0 else f"line {number}"

    tracemalloc.start()
    explained = explain(log(), KNOWN)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert explained[0].count == 100 and peak < 8_000_000


@pytest.mark.parametrize("message", KNOWN, ids=lambda message: message.id)
def test_a_pattern_fits_its_example_and_takes_linear_time(message: Message):
    assert message.may_be_in(message.example)
    for text in ("a" * 20_000, message.example[:6] * 3_000, message.example * 200, " " * 20_000, "1" * 20_000):
        start = time.perf_counter()
        message.pattern.search(text[:20_000])
        assert time.perf_counter() - start < 0.5


@pytest.mark.parametrize("message", KNOWN, ids=lambda message: message.id)
def test_a_message_says_the_same_in_both_languages_and_names_its_source(message: Message):
    for words in (message.meaning, message.remedy, *message.numbers.values()):
        assert set(words) == {"en", "zh"} and all(words.values())
    assert message.source and message.date.year >= 2020


def test_ids_are_given_once():
    names = [message.id for message in KNOWN]
    assert len(names) == len(set(names))


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("no space left", ("no space left",)),
        (r"lib(?:a|b)\.so: cannot open", (".so: cannot open",)),
        ("alpha|beta", ("alpha", "beta")),
        ("alphab?c", ("alpha",)),
        ("abc{0,3}defg", ("defg",)),
        ("[xyz]{3}", ()),
        ("alpha|(?:beta)", ()),
        ("(?i)alpha", ()),
        (r"\x41bcd", ()),
        ("a|alpha", ()),
    ],
)
def test_clues_are_plain_texts_that_every_match_contains(pattern: str, expected: tuple[str, ...]):
    assert clues(pattern) == expected


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("[[message]]\nid = 'x'\npattern = '('\n", "regular expression"),
        ("[[message]]\nid = 'x'\npatern = 'a'\n", "patern"),
        ("[[message]\n", "TOML"),
    ],
    ids=["bad pattern", "misspelt key", "no TOML"],
)
def test_a_wrong_file_is_named_with_its_key(tmp_path: Path, text: str, word: str):
    rest = "meaning = { en = 'a', zh = 'a' }\nremedy = { en = 'a', zh = 'a' }\nsource = 's'\ndate = 2026-01-01\n"
    (tmp_path / "messages.toml").write_text(f"{text}{rest}example = 'a'\n", encoding="utf-8")
    with pytest.raises(BadPlatformFolder) as caught:
        list(subject._in_folder(tmp_path, "x", ""))
    assert "messages.toml" in str(caught.value) and word in str(caught.value)


def test_all_messages_of_the_package_can_be_read():
    assert ids(explain(["libGL.so.1: cannot open shared object file"], subject.messages())) == {"libgl-missing"}
