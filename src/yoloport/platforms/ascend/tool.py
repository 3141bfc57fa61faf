"""What ``npu-smi`` lists: five layouts of ``info``, the mapping of numbers (``info -m``) and a board's versions.

Three numbers meet here. The NPU id names a card; it can be 32 or 1792, and is there twice for a card with two chips.
The chip id counts within the card. The chip's logic id is what torch counts; its physical id is in the node's name.
Older layouts print no physical id: then it stays unknown, it is not guessed from the NPU id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from yoloport.host.facts import Answer, Card, NotUnderstood
from yoloport.host.tables import (
    Row,
    Table,
    bus,
    distinct,
    fields,
    lines,
    number,
    numbered,
    pairs,
    plainly_none,
    table,
    told,
    value,
)

_COLUMNS = re.compile(r"NPU ID|Slot ID|Device ID|Chip ID|Chip Logic ID|Chip Phy-ID|Chip Count|Chip Name")
# The layout of the 950 has the number in a column of its own.
_NEWEST = re.compile(r"NPU ID {1,40}\| {1,40}Name")


@dataclass(frozen=True)
class Board:
    """A card's versions. ``compatibility``: whether driver and firmware fit: ``OK``, ``NOK``, ``UNKNOWN`` or empty."""

    npu: int
    software: str
    firmware: str
    compatibility: str


@dataclass(frozen=True)
class Chip:
    """A chip of a card, and the numbers by which others know it; None where the tool does not print them."""

    npu: int
    chip: int
    logic: int | None
    physical: int | None
    name: str


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The chips in the order of ``npu-smi info``; of ``info -m`` where only that was answered.

    Raises:
        NotUnderstood: an answer has a shape that is not known.
    """
    chips = [chip for answer in _asked(answers, "info", "-m") for chip in mapping(answer.text)]
    known = {(chip.npu, chip.chip): chip for chip in chips}
    versions = {board.npu: board for board in boards(answers)}
    for answer in _asked(answers, "info"):
        return () if plainly_none(answer.text) else _listed(answer.text, known, versions)
    return tuple(
        Card("ascend", order, chip.physical, chip.logic, chip.name, firmware=_firmware(versions, chip.npu),
             driver=versions[chip.npu].software if chip.npu in versions else "")
        for order, chip in enumerate(chips)
    )  # fmt: skip


def boards(answers: tuple[Answer, ...]) -> tuple[Board, ...]:
    """Versions of driver and firmware from the answers to ``npu-smi info -t board -i N``.

    Raises:
        NotUnderstood: an answer names no NPU.
    """
    asked = (a for a in answers if a.argv[1:4] == ("info", "-t", "board") and "-c" not in a.argv)
    return tuple(board for answer in asked for board in _boards(answer.text))


def mapping(text: str) -> tuple[Chip, ...]:
    """The chips of ``npu-smi info -m``; the controllers beside them (``Mcu``) are left out.

    Raises:
        NotUnderstood: there is no such table, or a line has other columns.
    """
    rows = [" ".join(line.split()) for line in lines(text) if line.strip()]
    at = next((i for i, row in enumerate(rows) if row.startswith("NPU ID ")), None)
    columns = _COLUMNS.findall(rows[at]) if at is not None else []
    if at is None or columns[-1:] != ["Chip Name"] or len(rows) == at + 1:
        raise NotUnderstood("no table of chips with the columns NPU ID … Chip Name", text)
    read = [dict(zip(columns, row.split(None, len(columns) - 1), strict=False)) for row in rows[at + 1 :]]
    if any(len(row) != len(columns) for row in read):
        raise NotUnderstood("a line has fewer columns than the heading", text)
    chips = tuple(_chip(row, text) for row in read if row["Chip Name"].lower() != "mcu")
    if len({(chip.npu, chip.chip) for chip in chips}) != len(chips):
        raise NotUnderstood("two chips bear the same number", text)
    return chips


def _asked(answers: tuple[Answer, ...], *rest: str) -> Iterator[Answer]:
    return (answer for answer in answers if answer.argv[1:] == rest)


def _chip(row: Mapping[str, str], text: str) -> Chip:
    def maybe(column: str) -> int | None:
        return number(row[column], text) if told(row.get(column, "")) else None

    # The one with five columns (950) has one chip a card and may leave the chip's number out.
    return Chip(number(row["NPU ID"], text), maybe("Chip ID") or 0, maybe("Chip Logic ID"), maybe("Chip Phy-ID"),
                row["Chip Name"])  # fmt: skip


def _boards(text: str) -> Iterator[Board]:
    found: dict[str, str] = {}
    for name, said in (*fields(text), ("NPU ID", "")):
        if name == "NPU ID" and "NPU ID" in found:
            yield Board(number(found["NPU ID"], text), told(found.get("Software Version", "")),
                        told(found.get("Firmware Version", "")), found.get("Compatibility", ""))  # fmt: skip
            found = {}
        found[name] = said
    if not any(name == "NPU ID" for name, _ in fields(text)):
        raise NotUnderstood("the board's description names no NPU ID", text)


def _listed(text: str, known: Mapping[tuple[int, int], Chip], versions: Mapping[int, Board]) -> tuple[Card, ...]:
    read = _table(text)
    found, numbers = [], []
    for order, (top, below) in enumerate(read.cards):
        npu, chip, physical, name = _who(top, below, read, text)
        used, total = _memory(read, (top, below), text)
        from_map = known.get((npu, chip))
        if physical is None and from_map:
            physical = from_map.physical
        board = versions.get(npu)
        found.append(Card(
            "ascend", order, physical, from_map.logic if from_map else None, name,
            bus=bus(read.cell((top, below), "Bus-Id"), text), health=told(read.cell((top, below), "Health")),
            memory_used_mb=used, memory_total_mb=total, firmware=_firmware(versions, npu),
            driver=(board.software if board else "") or value(text, "Version:"),
        ))  # fmt: skip
        numbers.append((npu, chip))
    return distinct(tuple(found), numbers, text)


def _table(text: str) -> Table:
    newest = _NEWEST.search(text)
    read = table(text, "NPU ID", "Name", "Health") if newest else table(text, "NPU Name", "Health")
    if len(read.heading) != 2 or read.column("Bus-Id") is None:
        raise NotUnderstood("the heading has other lines than NPU and Chip", text)
    return read


def _who(top: Row, below: Row, read: Table, text: str) -> tuple[int, int, int | None, str]:
    """NPU id, chip id, physical id where the layout prints it, name."""
    if read.heading[0][0] == "NPU ID":
        return number(top[0], text), 0, None, top[1]
    npu, name = numbered(top[0], text)
    words = below[0].split()
    # "Chip", "Chip Device" or "Chip Phy-ID"; what "Device" counts is not documented, so it is not used.
    if len(words) != len(read.heading[1][0].split()):
        raise NotUnderstood(f"a chip's line begins with {below[0][:60]!r}", text)
    physical = number(words[1], text) if "phy-id" in read.heading[1][0].lower() else None
    return npu, number(words[0], text), physical, name


def _memory(read: Table, card: tuple[Row, ...], text: str) -> tuple[int | None, int | None]:
    """Megabytes used and in all: of the memory beside the cores where the chip has it, else of the other."""
    heading, cell = read.cell(read.heading, "Memory-Usage"), read.cell(card, "Memory-Usage")
    found = pairs(cell)
    if not found or len(found) != heading.count("Usage(MB)"):
        raise NotUnderstood(f"expected memory used and in all, found {cell[:60]!r}", text)
    return next((pair for pair in reversed(found) if pair[1]), found[-1])


def _firmware(versions: Mapping[int, Board], npu: int) -> str:
    return versions[npu].firmware if npu in versions else ""
