"""What ``efsmi`` lists: its table, and the long form (``efsmi -q``), which also says health and memory in use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from yoloport.host.facts import Answer, Card, NotUnderstood
from yoloport.host.tables import bus, distinct, first, lines, number, numbered, plainly_none, table, told, value

_MEMORY = re.compile(r"([0-9]{1,9})\s{0,8}MiB")
_DEVICE = re.compile(r"\s{0,8}DEV ID ([0-9]{1,4})\s{0,80}")


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The cards in the tool's order: from the long form where it was answered, with the firmware from the table.

    Raises:
        NotUnderstood: an answer has another shape.
    """
    long = _read(answers, ("efsmi", "-q"), _long)
    short = _read(answers, ("efsmi",), _short)
    firmware = {card.logical: card.firmware for card in short}
    return tuple(replace(card, firmware=firmware.get(card.logical, "")) for card in long) or short


def _read(
    answers: tuple[Answer, ...], argv: tuple[str, ...], read: Callable[[str], tuple[Card, ...]]
) -> tuple[Card, ...]:
    answer = next((answer for answer in answers if answer.argv == argv), None)
    if answer is None or plainly_none(answer.text):
        return ()
    found = read(answer.text)
    return distinct(found, [card.logical for card in found], answer.text)


def _short(text: str) -> tuple[Card, ...]:
    read, found = table(text, "DEV NAME"), []
    for order, card in enumerate(read.cards):
        index, name = numbered(card[0][0], text)
        memory = _MEMORY.search(read.cell(card, "Mem"))
        if memory is None:
            raise NotUnderstood(f"card {index} has no memory in MiB", text)
        found.append(Card("enflame", order, None, index, name, bus=bus(first(read.cell(card, "BUS-ID")), text),
                          memory_total_mb=int(memory[1]), driver=value(text, "Driver Ver"),
                          firmware=told(read.cell(card, "FW VER"))))  # fmt: skip
    return tuple(found)


def _long(text: str) -> tuple[Card, ...]:
    found = tuple(_card(order, index, said, text) for order, (index, said) in enumerate(_devices(text)))
    if not found:
        raise NotUnderstood("no description of a device (DEV ID)", text)
    return found


def _devices(text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """What is said of each device; where a name is there twice, the first counts (``Ver``, ``Dev``, ``Status``)."""
    index, said = -1, dict[str, str]()
    for line in lines(text):
        begins = _DEVICE.fullmatch(line)
        if begins:
            if index >= 0:
                yield index, said
            index, said = int(begins[1]), {}
        name, colon, rest = line.partition(":")
        if colon:
            said.setdefault(name.strip(), rest.strip())
    if index >= 0:
        yield index, said


def _card(order: int, index: int, said: Mapping[str, str], text: str) -> Card:
    if "Dev Name" not in said:
        raise NotUnderstood(f"device {index} has no name", text)
    parts = [said.get(part, "") for part in ("Domain", "Bus", "Dev", "Func")]
    health = {"True": "OK", "False": "not healthy"}.get(said.get("Health", ""), told(said.get("Health", "")))
    return Card(
        "enflame", order, None, index, said["Dev Name"], health=health, driver=told(said.get("Ver", "")),
        bus=bus("{}:{:0>2}:{:0>2}.{}".format(*parts), text) if all(parts) else "",
        memory_used_mb=_megabytes(said, "Used Size", "Mem Usage", text=text),
        memory_total_mb=_megabytes(said, "Total Size", "Mem Size", text=text),
    )  # fmt: skip


def _megabytes(said: Mapping[str, str], *names: str, text: str) -> int | None:
    cell = next((said[name] for name in names if name in said), "")
    return number(cell.removesuffix("MiB").strip(), text) if told(cell) else None
