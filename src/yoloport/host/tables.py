"""Read what tools print for people: tables with borders, several lines a card, cells that hold several values.

The shapes that a tool may print are its platform's knowledge; here is only how such tables are built. Everything is
bounded, since a tool's answer may be any text: no number is longer than nine digits, no pattern looks back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from yoloport.host.facts import Card, NotUnderstood

Row = tuple[str, ...]
Pair = tuple[int | None, int | None]

_RULE = frozenset("+-=| ")
_CONTROL = re.compile(r"\x1b\[[0-9;?]{0,16}[A-Za-z]|\x1b[()][A-Z0-9]|[\r\x00]")
_NOT_TOLD = {"", "-", "NA", "N/A", "[N/A]", "[NOT SUPPORTED]", "[UNKNOWN ERROR]", "UNKNOWN"}
_NONE = re.compile(r"^\W{0,4}no (?:[a-z]{1,20} ){0,2}devices? (?:(?:was|were) )?found", re.IGNORECASE | re.MULTILINE)
_BUS = re.compile(r"([0-9a-f]{1,8}):([0-9a-f]{2}):([0-9a-f]{1,2})\.([0-7])", re.IGNORECASE)
_PAIR = re.compile(r"(?<![0-9.])([0-9]{1,9}|NA|-)\s{0,8}(?:Mi?B?)?\s{0,8}[/(]\s{0,8}([0-9]{1,9}|NA|-)(?![0-9])")
_NUMBERED = re.compile(r"([0-9]{1,9}) (\S.*)", re.DOTALL)
# Below the cards stand the processes, or the parts into which a card is divided.
_BELOW = re.compile(r".{0,80}process|[a-z ]{1,20}devices:", re.IGNORECASE)


@dataclass(frozen=True)
class Table:
    """The heading's lines, and for each card as many lines, in the same columns."""

    heading: tuple[Row, ...]
    cards: tuple[tuple[Row, ...], ...]

    def column(self, words: str) -> tuple[int, int] | None:
        """Line and cell of the heading that holds these words, whatever their case; None where none does."""
        places = ((i, j) for i, row in enumerate(self.heading) for j in range(len(row)))
        return next((at for at in places if words.lower() in self.heading[at[0]][at[1]].lower()), None)

    def cell(self, card: Sequence[Row], words: str) -> str:
        """What a card has below these words of the heading; empty where the heading has no such words."""
        at = self.column(words)
        return card[at[0]][at[1]] if at else ""


def lines(text: str) -> list[str]:
    """The text's lines without what only a terminal understands."""
    return _CONTROL.sub("", text).split("\n")


def table(text: str, *first: str) -> Table:
    """The cards under the heading whose first cells begin with these words.

    Borders may be missing or broken: cards are told apart by the number of the heading's lines, not by borders.

    Raises:
        NotUnderstood: there is no such heading, no card below it, or a line of another shape between the cards.
    """
    read = [_row(line) for line in lines(text)]
    start = next((i for i, row in enumerate(read) if row and _begins(row, first)), None)
    if start is None:
        raise NotUnderstood(f"no table with the columns {', '.join(first)}", text)
    heading = tuple(row for row in takewhile(bool, read[start:]) if row)
    below = list(_cards(read[start + len(heading) :], heading, text))
    if not below or len(below) % len(heading):
        raise NotUnderstood("the table lists no card, or a card's last lines are missing", text)
    cards = tuple(tuple(below[i : i + len(heading)]) for i in range(0, len(below), len(heading)))
    return Table(heading, cards)


def plainly_none(text: str) -> bool:
    """Whether the tool says in so many words that it found no device."""
    return bool(_NONE.search(text))


def told(value: str) -> str:
    """The value, or empty for a stand-in: the tool's (``N/A``), or that of a snapshot (``<serial>``)."""
    value = value.strip()
    return "" if value.upper() in _NOT_TOLD or (value[:1] == "<" and value[-1:] == ">") else value


def value(text: str, label: str) -> str:
    """The word after a label, whatever its case, with or without a colon between; empty where there is none."""
    found = re.search(rf"{re.escape(label)}\s{{0,40}}:?[ \t]{{0,40}}([^\s|:]{{1,80}})", text, re.IGNORECASE)
    return told(found[1]) if found else ""


def fields(text: str) -> Iterator[tuple[str, str]]:
    """Lines of the form ``name : value``, in their order; the others are left out."""
    for line in lines(text):
        name, colon, rest = line.partition(":")
        if colon and name.strip():
            yield name.strip(), rest.strip()


def numbered(cell: str, text: str) -> tuple[int, str]:
    """A number and the words after it, as in ``0 Name``.

    Raises:
        NotUnderstood: the cell does not begin with a number.
    """
    found = _NUMBERED.fullmatch(" ".join(cell.split()))
    if found is None:
        raise NotUnderstood(f"expected a card's number and its name, found {cell[:60]!r}", text)
    return int(found[1]), found[2]


def number(word: str, text: str) -> int:
    """A whole number of at most nine digits.

    Raises:
        NotUnderstood: it is something else.
    """
    if not re.fullmatch(r"[0-9]{1,9}", word):
        raise NotUnderstood(f"expected a number, found {word[:60]!r}", text)
    return int(word)


def pairs(cell: str) -> tuple[Pair, ...]:
    """Every ``used / total`` of a cell, also ``58626/ 65536`` and ``2MiB(16384MiB)``; None where it says ``NA``."""
    found = _PAIR.findall(cell.replace("N/A", "NA"))
    return tuple((_whole(used), _whole(total)) for used, total in found)


def bus(address: str, text: str) -> str:
    """A PCI address as the kernel writes it (``0000:c1:00.0``); empty where the tool has none.

    Raises:
        NotUnderstood: it is neither an address nor a stand-in for one.
    """
    if not told(address):
        return ""
    found = _BUS.fullmatch(address.strip())
    if found is None:
        raise NotUnderstood(f"expected a PCI address, found {address[:60]!r}", text)
    return f"{int(found[1], 16):04x}:{found[2]}:{found[3]:0>2}.{found[4]}".lower()


def first(cell: str) -> str:
    """The first word of a cell; empty for an empty one."""
    return cell.split(" ", 1)[0]


def smi(platform: str, text: str, unit: str, *, bus_at: str = "Bus-Id", memory_at: str = "Memory-Usage",
        health_at: str = "", driver_at: str = "Driver Version") -> tuple[Card, ...]:  # fmt: skip
    """Cards of a table built like the best-known one: number and name, address, memory used and in all.

    Args:
        platform: whose cards they are.
        text: the tool's answer.
        unit: what the heading calls a card's number.
        bus_at, memory_at, health_at: words of the heading above address, memory and state; ``health_at`` may be empty.
        driver_at: the label of the driver's version.

    Raises:
        NotUnderstood: the answer has another shape.
    """
    if plainly_none(text):
        return ()
    read = table(text, f"{unit} Name")
    more = len(read.heading[0][0].split()) > len(f"{unit} Name".split())
    cards = []
    for order, card in enumerate(read.cards):
        index, name = numbered(card[0][0], text)
        memory = pairs(read.cell(card, memory_at))
        if len(memory) != 1:
            raise NotUnderstood(f"card {index} has no memory, used and in all", text)
        cards.append(Card(
            platform, order, None, index, name.rsplit(" ", 1)[0] if more else name,
            bus=bus(first(read.cell(card, bus_at)), text), health=told(read.cell(card, health_at)) if health_at else "",
            memory_used_mb=memory[0][0], memory_total_mb=memory[0][1], driver=value(text, driver_at),
        ))  # fmt: skip
    return distinct(tuple(cards), [card.logical for card in cards], text)


def distinct(cards: tuple[Card, ...], numbers: Sequence[object], text: str) -> tuple[Card, ...]:
    """The cards, if no two bear the same number.

    Raises:
        NotUnderstood: two do; then the list cannot be trusted.
    """
    if len(set(numbers)) != len(numbers):
        raise NotUnderstood("two cards bear the same number", text)
    return cards


def _whole(word: str) -> int | None:
    return int(word) if word.isascii() and word.isdigit() else None


def _row(line: str) -> Row | None:
    """A line's cells; empty for a border; None for what does not belong to a table."""
    stripped = line.strip()
    if not stripped:
        return None
    if stripped[0] == "+" or set(stripped) <= _RULE:
        return ()
    if "|" not in stripped:
        return None
    cells = tuple(" ".join(cell.split()) for cell in stripped.removeprefix("|").removesuffix("|").split("|"))
    return () if all(set(cell) <= _RULE for cell in cells) else cells


def _begins(row: Row, words: Sequence[str]) -> bool:
    return len(row) >= len(words) and all(c.lower().startswith(w.lower()) for c, w in zip(row, words, strict=False))


def _cards(read: Sequence[Row | None], heading: tuple[Row, ...], text: str) -> Iterator[Row]:
    """Lines of cards, up to the table of processes, or after a gap to a table of another shape."""
    taken, gap = 0, False
    for row in read:
        if row is None:
            gap = True
            continue
        if not row:
            continue
        if _BELOW.match(row[0]) or (len(row) > 1 and row[1].lower().startswith("process")):
            return
        if len(row) != len(heading[taken % len(heading)]):
            if gap and taken % len(heading) == 0:
                return
            raise NotUnderstood(f"a line has {len(row)} columns where the heading has others", text)
        yield row
        taken, gap = taken + 1, False
