"""What ``bm-smi`` lists: its table (boards), and the text form for scripts (cards in a PCIe slot).

A card may hold several chips; the number of the TPU is that of a chip, as programs give it.
"""

from __future__ import annotations

import re

from yoloport.host.facts import Answer, Card, NotUnderstood
from yoloport.host.tables import (
    Row,
    Table,
    bus,
    distinct,
    first,
    lines,
    number,
    pairs,
    plainly_none,
    table,
    told,
    value,
)

_LINE = re.compile(
    r"\s{0,8}(?P<name>\S{1,30}) {1,8}(?:PCIE|SOC) {1,8}chip[0-9]{1,3}: {0,8}(?P<tpu>[0-9]{1,3})"
    r" {1,8}(?P<bus>\S{1,20}) {1,8}(?P<status>[A-Za-z]{1,12}) (?P<rest>.{0,300})"
)
_CHIP = re.compile(r" chip[0-9]")
_MEMORY = re.compile(r"([0-9]{1,9})MB\s{1,8}([0-9]{1,9})MB\s{0,8}$")


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The chips in the tool's order.

    Raises:
        NotUnderstood: the answer has another shape.
    """
    for answer in answers:
        if answer.argv[:1] == ("bm-smi",):
            if plainly_none(answer.text):
                return ()
            found = _from_lines(answer.text) or _from_table(answer.text)
            return distinct(found, [card.logical for card in found], answer.text)
    return ()


def _from_lines(text: str) -> tuple[Card, ...]:
    found: list[Card] = []
    for line in lines(text):
        chip = _LINE.fullmatch(line)
        memory = _MEMORY.search(chip["rest"]) if chip else None
        if chip and memory:
            found.append(Card("sophgo", len(found), None, int(chip["tpu"]), chip["name"], bus=bus(chip["bus"], text),
                              health=told(chip["status"]), memory_used_mb=int(memory[1]),
                              memory_total_mb=int(memory[2])))  # fmt: skip
        elif _CHIP.search(line):
            raise NotUnderstood(f"a chip's line is {line.strip()[:60]!r}", text)
    return tuple(found)


def _from_table(text: str) -> tuple[Card, ...]:
    read, name = table(text, "card Name"), ""
    if read.column("Bus-ID") is None or len(read.heading) != 2:
        raise NotUnderstood("the heading has other lines than card and 12V_ATX", text)
    found = []
    for order, card in enumerate(read.cards):
        words = card[0][0].split()
        # The card is described beside its first chip only.
        name = words[1] if len(words) > 1 else name
        found.append(_chip(order, name, card, read, text))
    return tuple(found)


def _chip(order: int, name: str, card: tuple[Row, ...], read: Table, text: str) -> Card:
    where = read.cell(card, "Bus-ID").split()
    memory = pairs(read.cell(card, "Memory-Usage"))
    if not name or len(where) < 2 or len(memory) != 1:
        raise NotUnderstood(f"a chip's lines are {card[0][1][:60]!r} and {card[1][1][:60]!r}", text)
    return Card("sophgo", order, None, number(first(card[0][1]), text), name, bus=bus(where[0], text), health=where[1],
                memory_used_mb=memory[0][0], memory_total_mb=memory[0][1],
                driver=value(text, "Driver Version"))  # fmt: skip
