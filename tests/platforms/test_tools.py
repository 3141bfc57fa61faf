"""From what a vendor's tool prints to cards. Where the outputs come from: outputs/README.md."""

from __future__ import annotations

from dataclasses import replace

import pytest

from platforms.tools import EVERY, NVIDIA, OUTPUTS, RKNPU, answer, cards, parser, text_of
from yoloport.host.facts import Answer, Card, NotUnderstood
from yoloport.host.redact import redact
from yoloport.platforms.ascend.tool import Board, Chip, boards, mapping


def listed(platform: str, *rows: tuple[object, ...], **same: object) -> tuple[Card, ...]:
    """Cards from rows of: physical, logical, name, bus, used, total, then what else differs."""
    made = []
    for order, (physical, logical, name, bus, used, total, *rest) in enumerate(rows):
        other = dict(same, **rest[0]) if rest else same
        told = {"bus": bus, "memory_used_mb": used, "memory_total_mb": total, **other}
        made.append(Card(platform, order, physical, logical, name, **told))
    return tuple(made)


def ascend(driver: str, *rows: tuple[object, ...], health: str = "OK", **same: object) -> tuple[Card, ...]:
    return listed("ascend", *rows, driver=driver, health=health, **same)


EXPECTED: dict[tuple[str, ...], tuple[Card, ...]] = {
    ("npu-smi-a2",): ascend("25.5.2", (None, None, "910B4", "0000:41:00.0", 2922, 32768)),
    # The memory beside the cores counts, not the 15 GB that serve the chip's own processor.
    ("npu-smi-910a",): ascend(
        "21.0.4", (None, None, "910A", "0000:c1:00.0", 1, 32768), (None, None, "910A", "0000:81:00.0", 1, 32768)
    ),
    ("npu-smi-300i-duo",): ascend(
        "24.1.rc2",
        (None, None, "310P3", "0000:07:00.0", 1821, 44280),
        (None, None, "310P3", "0000:07:00.0", 1041, 43693),
    ),
    ("npu-smi-300i-duo", "npu-smi-map-300i-duo"): ascend(
        "24.1.rc2", (None, 0, "310P3", "0000:07:00.0", 1821, 44280), (None, 1, "310P3", "0000:07:00.0", 1041, 43693)
    ),
    ("npu-smi-300i-duo", "npu-smi-map-300i-duo", "npu-smi-board-310p"): ascend(
        "25.5.1",
        (None, 0, "310P3", "0000:07:00.0", 1821, 44280),
        (None, 1, "310P3", "0000:07:00.0", 1041, 43693),
        firmware="7.8.0.6.201",
    ),
    ("npu-smi-310p",): ascend(
        "25.2.1",
        (None, None, "310P3", "0000:01:00.0", 19435, 21527),
        (None, None, "310P3", "0000:02:00.0", 1910, 21527),
        (None, None, "310P3", "0000:81:00.0", 19562, 21527),
    ),
    ("npu-smi-310p-broken-border",): ascend(
        "", (None, None, "310P3", "0000:82:00.0", 1074, 21534), (None, None, "310P3", "0000:89:00.0", 1070, 21534)
    ),
    ("npu-smi-310b",): ascend("23.0.0", (None, None, "310B4", "", 2500, 7545), health="Alarm"),
    ("npu-smi-a3",): ascend(
        "25.5.1",
        (8, None, "Ascend910", "0000:8d:00.0", 51255, 65536),
        (9, None, "Ascend910", "0000:8f:00.0", 45292, 65536),
    ),
    # In a container the library counts from 0, though the driver's numbers are 8 and 9.
    ("npu-smi-a3", "npu-smi-map-a3"): ascend(
        "25.5.1", (8, 0, "Ascend910", "0000:8d:00.0", 51255, 65536), (9, 1, "Ascend910", "0000:8f:00.0", 45292, 65536)
    ),
    ("npu-smi-950",): ascend("25.7.rc1.6", (None, None, "Ascend950PR", "0000:61:00.0", 5239, 131072)),
    ("npu-smi-map-a2",): ascend(
        "", (None, 0, "Ascend 910B3", "", None, None), (None, 1, "Ascend 910B3", "", None, None), health=""
    ),
    ("nvidia-smi-two",): listed(
        "cuda",
        (None, 0, "NVIDIA A100-SXM4-40GB", "0000:3b:00.0", 1234, 40960),
        (None, 1, "NVIDIA A100-SXM4-40GB", "0000:d8:00.0", 2048, 40960),
        driver="535.129.03",
    ),
    ("nvidia-smi-shared-memory",): listed(
        "cuda", (None, 0, "NVIDIA GB10", "000f:01:00.0", None, None), driver="580.95.05"
    ),
    ("nvidia-smi-warning",): listed("cuda", (None, 0, "Tesla T4", "0000:65:00.0", 0, 15109), driver="470.82.01"),
    ("nvidia-smi-none",): (),
    ("cnmon-v4",): listed(
        "cambricon",
        (None, 0, "MLU370-X4", "", 0, 23308),
        (None, 1, "MLU370-X4", "", 0, 23308),
        driver="4.20.11",
        firmware="1.1.6",
    ),
    ("cnmon-v5",): listed(
        "cambricon",
        (None, 0, "MLU370-X8", "0000:39:00.0", 0, 23374),
        (None, 1, "MLU370-X8", "0000:3d:00.0", 0, 23374),
        driver="5.10.13",
        firmware="1.1.6",
    ),
    ("hy-smi-bw1000",): listed("hygon", (None, None, "", "", None, None), (None, None, "", "", None, None)),
    ("hy-smi-k100", "hy-smi-details"): listed(
        "hygon",
        (None, None, "K100_AI", "0000:09:00.0", 51920, 65520),
        (None, None, "K100_AI", "0000:0d:00.0", 3, 65520),
        driver="6.3.16",
    ),
    ("mthreads-gmi-s80",): listed("mthreads", (None, 0, "MTT S80", "0000:04:00.0", 2, 16384), driver="2.7.0"),
    ("mthreads-gmi-s5000",): listed(
        "mthreads",
        (None, 0, "MTT S5000", "0000:2a:00.0", 66641, 81920),
        (None, 1, "MTT S5000", "0000:3a:00.0", 64889, 81920),
        driver="3.3.5-server",
    ),
    ("ixsmi-bi-v100",): listed("iluvatar", (None, 0, "Iluvatar BI-V100", "0000:98:00.0", 257, 32768), driver="3.1.0"),
    ("ixsmi-bi-v150",): listed(
        "iluvatar",
        (None, 0, "Iluvatar BI-V150", "0000:10:00.0", 64, 32768),
        (None, 1, "Iluvatar BI-V150", "0000:13:00.0", 64, 32768),
        driver="4.3.0",
    ),
    ("mx-smi-n260",): listed(
        "metax",
        (None, 0, "MetaX N260", "0000:01:00.0", 666, 65536),
        (None, 1, "MetaX N260", "0000:21:00.0", 666, 65536),
        driver="3.0.11",
        health="Available",
    ),
    ("mx-smi-c500",): listed(
        "metax",
        (None, 0, "MetaX C500", "0000:0e:00.0", 5680, 65536),
        (None, 1, "MetaX C500", "0000:0f:00.0", 4986, 65536),
        driver="2.12.13",
    ),
    ("xpu-smi-p800",): listed(
        "kunlunxin",
        (None, 0, "P800 OAM", "0000:52:00.0", 100, 98304),
        (None, 1, "P800 OAM", "0000:55:00.0", 100, 98304),
        driver="515.58",
    ),
    ("efsmi-s60",): listed(
        "enflame",
        (None, 0, "S60", "0000:01:00.0", None, 49120, {"firmware": "33.6.2"}),
        (None, 1, "S60", "0000:09:00.0", None, 42976, {"firmware": "33.6.5"}),
        driver="1.2.0.301",
    ),
    ("efsmi-l300",): listed(
        "enflame",
        (None, 0, "Enflame L300", "0000:2d:00.0", None, 147456),
        driver="1.7.2.14",
        firmware="40.2.8.3",
    ),
    ("efsmi-s60", "efsmi-long-s60"): listed(
        "enflame",
        (None, 0, "S60", "0000:17:00.0", 0, 42976, {"health": "OK", "firmware": "33.6.2"}),
        (None, 1, "S60", "0000:65:00.0", 1129, 42976, {"health": "not healthy", "firmware": "33.6.5"}),
        driver="1.4.3.4",
    ),
    ("ppu-smi-zw810e",): listed(
        "thead",
        (None, 0, "PPU-ZW810E", "0000:08:00.0", 49, 98304),
        (None, 1, "PPU-ZW810E", "0000:7e:00.0", 9, 98304),
        driver="2.1.0-dbda51",
    ),
    ("bm-smi-soc",): listed("sophgo", (None, 0, "MARS3-SOC", "", 4, 75), driver="0.4.9", health="Active"),
    ("bm-smi-three-chips",): listed(
        "sophgo",
        (None, 0, "1684-SC5+", "0000:01:00.0", 0, 7086),
        (None, 1, "1684-SC5+", "0000:01:00.1", 0, 7086),
        (None, 2, "1684-SC5+", "0000:01:00.2", 0, 7086, {"health": "Fault"}),
        driver="2.3.2",
        health="Active",
    ),
    ("bm-smi-text",): listed(
        "sophgo",
        *((None, i, "1684-SC5+", f"0000:01:00.{i}", 0, 7086) for i in range(3)),
        health="Active",
    ),
    ("bm-smi-none",): (),
    ("rknpu-version", "rknpu-load-three-cores"): (Card("rockchip", 0, None, None, "RKNPU", driver="0.9.8"),),
    ("rknpu-load-one-core",): (Card("rockchip", 0, None, None, "RKNPU"),),
}


@pytest.mark.parametrize("outputs", EXPECTED, ids="+".join)
def test_an_output_gives_exactly_its_cards(outputs: tuple[str, ...]):
    assert cards(*outputs) == EXPECTED[outputs]


def test_every_output_is_read_by_a_test_and_described():
    kept = {file.stem for file in OUTPUTS.glob("*.txt")}
    assert kept == {name for names in EXPECTED for name in names} | {what for *_, what in EVERY} | set(REFUSED)
    described = (OUTPUTS / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(kept) if f"| `{name}` |" not in described] == []


@pytest.mark.parametrize("name", sorted({row[0] for row in EVERY}))
def test_a_tool_that_was_not_asked_lists_nothing(name: str):
    assert parser(name)(()) == ()


# What is refused, by whose parser, to which question, and a word of the reason.
REFUSED = {
    "npu-smi-no-driver": ("ascend", ("npu-smi", "info"), "NPU Name"),
    "xpu-smi-intel-help": ("kunlunxin", ("xpu-smi",), "Intel"),
    "xpu-smi-intel-discovery": ("kunlunxin", ("xpu-smi",), "Intel"),
}


@pytest.mark.parametrize("output", REFUSED)
def test_what_is_not_the_tools_list_is_refused_with_its_text(output: str):
    name, argv, reason = REFUSED[output]
    with pytest.raises(NotUnderstood, match=reason) as refused:
        parser(name)((Answer(argv, text_of(output)),))
    assert refused.value.text == text_of(output)


@pytest.mark.parametrize(("name", "argv"), sorted({row[:2] for row in EVERY}))
def test_an_empty_answer_is_not_an_empty_list(name: str, argv: tuple[str, ...]):
    with pytest.raises(NotUnderstood):
        parser(name)((Answer(argv, "\n"),))


@pytest.mark.parametrize("output", [what for name, _, what in EVERY if name not in ("rockchip", "cuda")])
def test_an_answer_of_a_snapshot_lists_the_same_cards(output: str):
    name, said = answer(output)
    read, hidden = parser(name)((said,)), parser(name)((replace(said, text=redact(said.text)),))
    # Four numbers with dots may be taken for an address; then the version is unknown, never wrong.
    assert [replace(card, driver="", firmware="") for card in hidden] == [
        replace(card, driver="", firmware="") for card in read
    ]
    assert {card.driver for card in hidden} <= {card.driver for card in read} | {""}
    assert {card.firmware for card in hidden} <= {card.firmware for card in read} | {""}


def test_terminal_colours_and_carriage_returns_do_not_matter():
    name, said = answer("cnmon-v5")
    coloured = said.text.replace("MLU370", "\x1b[1;32mMLU370\x1b[0m").replace("\n", "\r\n")
    assert parser(name)((replace(said, text=coloured),)) == cards("cnmon-v5")


def test_a_complaint_on_standard_error_before_the_table_does_not_matter():
    name, said = answer("npu-smi-a3")
    assert parser(name)((replace(said, text="DrvMngGetConsoleLogLevel failed. (ret=4)\n" + said.text),)) == cards(
        "npu-smi-a3"
    )


def test_a_table_without_its_borders_between_cards_lists_the_same_cards():
    name, said = answer("ixsmi-bi-v150")
    lines = said.text.split("\n")
    del lines[8]
    assert lines[8].startswith("| 1 ")
    assert parser(name)((replace(said, text="\n".join(lines)),)) == cards("ixsmi-bi-v150")


@pytest.mark.parametrize("output", ["npu-smi-310p", "cnmon-v5", "ixsmi-bi-v150", "mx-smi-n260", "xpu-smi-p800"])
def test_a_card_whose_last_line_is_missing_is_not_passed_over(output: str):
    name, said = answer(output)
    lines = said.text.split("\n")
    del lines[next(i for i, line in enumerate(lines) if line.startswith("|=") or line.startswith("+=")) + 2]
    with pytest.raises(NotUnderstood):
        parser(name)((replace(said, text="\n".join(lines)),))


def test_a_line_of_another_shape_between_cards_is_not_the_end_of_the_list():
    name, said = answer("ixsmi-bi-v150")
    with pytest.raises(NotUnderstood, match="columns"):
        parser(name)((replace(said, text=said.text.replace("BI-V150         | 00000000:13", "BI-V150 00000000:13")),))


@pytest.mark.parametrize(
    ("output", "before", "after"),
    [
        ("npu-smi-a3", "| 0     8   ", "|           "),
        ("npu-smi-a3", "| 4     Ascend910  ", f"| {'9' * 5000} Ascend910  "),
        ("npu-smi-map-a2", "\t1   ", "\t²   "),
        ("nvidia-smi-two", "1, NVIDIA", "٣, NVIDIA"),
    ],
    ids=["no chip", "endless", "superscript", "other digits"],
)
def test_what_only_resembles_a_number_is_none(output: str, before: str, after: str):
    name, said = answer(output)
    assert before in said.text
    with pytest.raises(NotUnderstood):
        parser(name)((replace(said, text=said.text.replace(before, after, 1)),))


def test_two_cards_with_one_number_are_refused():
    name, said = answer("ixsmi-bi-v150")
    with pytest.raises(NotUnderstood, match="same number"):
        parser(name)((replace(said, text=said.text.replace("| 1    Iluvatar", "| 0    Iluvatar")),))


def test_a_controller_beside_the_chips_is_no_chip():
    assert mapping(text_of("npu-smi-map-a3")) == (Chip(4, 0, 0, 8, "Ascend910"), Chip(4, 1, 1, 9, "Ascend910"))


@pytest.mark.parametrize("said", ["OK", "NOK", "UNKNOWN"])
def test_a_board_says_whether_driver_and_firmware_fit(said: str):
    text = text_of("npu-smi-board-310p").replace(": OK", f": {said}")
    asked = ("npu-smi", "info", "-t", "board", "-i", "1792")
    assert boards((Answer(asked, text),)) == (Board(1792, "25.5.1", "7.8.0.6.201", said),)


def test_the_driver_of_the_title_counts_where_no_board_was_asked_of_that_card():
    name, board = answer("npu-smi-board-310p")
    other = replace(board, text=board.text.replace(": 1792", ": 3"))
    assert {card.driver for card in parser(name)((answer("npu-smi-300i-duo")[1], other))} == {"24.1.rc2"}


def test_a_card_that_fell_off_the_bus_is_not_a_number():
    text = "0, Tesla T4, 00000000:65:00.0, 470.82.01, [Unknown Error], 15109\n"
    (card,) = parser("cuda")((Answer(NVIDIA, text),))
    assert (card.memory_used_mb, card.memory_total_mb) == (None, 15109)


def test_other_contents_of_a_driver_file_are_refused_with_the_path():
    with pytest.raises(NotUnderstood, match="rknpu/version"):
        parser("rockchip")((Answer((RKNPU + "version",), "9.9\n"),))
