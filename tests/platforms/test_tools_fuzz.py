"""Whatever a tool prints, its parser gives cards or says that it does not understand; and it is quick."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from platforms.tools import EVERY, parser, text_of
from yoloport.host.facts import Answer, Card, NotUnderstood

QUESTIONS = sorted({row[:2] for row in EVERY})
# What is likely to upset a parser of tables and numbers, besides any character at all.
SPICE = st.sampled_from(
    [*"|+-=/:,[]()<>%. \t\r\x1b\x00²٣", "NA", "N/A", "-1", "9" * 5000, "| | |", "DEV ID 0", "HCU[0] :"]
)
WORDS = st.lists(st.one_of(SPICE, st.text(max_size=20)), max_size=30).map("".join)


def read(name: str, argv: tuple[str, ...], text: str) -> None:
    try:
        found = parser(name)((Answer(argv, text),))
    except NotUnderstood as refused:
        assert refused.why
        assert refused.text == text
    else:
        assert all(isinstance(card, Card) and card.platform == name for card in found)
        assert [card.order for card in found] == list(range(len(found)))


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """A recorded text with cuts, lost and doubled lines, other words and characters."""
    lines = text.split("\n")
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(len(lines) - 1, 0)))
        kind = draw(st.sampled_from(["lose", "double", "cut", "replace", "word", "swap", "end"]))
        if not lines or kind == "end":
            return "\n".join(lines[:at])
        line, column = lines[at], draw(st.integers(0, len(lines[at])))
        other = draw(st.integers(0, len(lines) - 1))
        words = line.split(" ")
        words[draw(st.integers(0, len(words) - 1))] = draw(SPICE)
        lines[at : at + 1] = {
            "lose": [],
            "double": [line, line],
            "cut": [line[:column]],
            "replace": [line[:column] + draw(st.one_of(SPICE, st.characters())) + line[column + 1 :]],
            "word": [" ".join(words)],
            "swap": [lines[other]],
        }[kind]
    return "\n".join(lines)


@pytest.mark.parametrize(("name", "argv"), QUESTIONS)
@settings(max_examples=200)
@given(text=WORDS)
def test_any_text_gives_cards_or_is_not_understood(name: str, argv: tuple[str, ...], text: str):
    read(name, argv, text)


@pytest.mark.parametrize(("name", "argv", "output"), EVERY)
@settings(max_examples=200)
@given(data=st.data())
def test_a_damaged_text_gives_cards_or_is_not_understood(
    name: str, argv: tuple[str, ...], output: str, data: st.DataObject
):
    read(name, argv, data.draw(damaged(text_of(output))))


# The most that is read of a tool is a megabyte; each of these would keep a careless pattern busy for hours.
HOSTILE = {
    "digits": "1" * 200_000,
    "spaces": " " * 200_000 + "x",
    "bars": "|" * 200_000,
    "colons": "HCU[0] :" + " :" * 100_000,
    "slashes": "1 /" * 70_000,
    "lines": "| 0  a | 0000:01:00.0 | 1 / 2 |\n" * 6_000,
    "load": "NPU load:" + "        0%," * 18_000 + "!",
    "chips": "1684-SC5+ PCIE chip0: 0 " + " A" * 100_000,
    "devices": "DEV ID 0" + " " * 200_000,
}


@pytest.mark.parametrize(("name", "argv"), QUESTIONS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_long_answer_is_read_quickly(name: str, argv: tuple[str, ...], kind: str):
    heading = next(text_of(what) for row_name, row_argv, what in EVERY if (row_name, row_argv) == (name, argv))
    began = time.process_time()
    for text in (HOSTILE[kind], heading + HOSTILE[kind], heading.replace("0000", HOSTILE[kind], 1)):
        read(name, argv, text)
    assert time.process_time() - began < 2
