"""What ``hy-smi`` lists: its table, and lines such as ``HCU[0] : Card Series: …`` of the detailed questions.

The number in brackets is the tool's own; the library that programs use may count the cards in another order, so it is
not taken for the logical index.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from yoloport.host.facts import Answer, Card, NotUnderstood
from yoloport.host.tables import bus, lines, number, plainly_none, value

_LINE = re.compile(r"\s{0,16}(?:HCU|DCU|GPU)\[([0-9]{1,4})\]\s{0,40}:(.{1,400})")
_HEADING = ("HCU", "DCU")
_KINDS = ("Card Series", "PCI Bus", "vram Total Memory (MiB)", "vram Total Used Memory (MiB)")


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The cards by the tool's numbers, with what any of the answers says of them.

    Raises:
        NotUnderstood: an answer has neither the table nor lines about single cards.
    """
    about: dict[int, dict[str, str]] = {}
    text = "\n".join(answer.text for answer in answers)
    for answer in answers:
        if plainly_none(answer.text):
            return ()
        _understood(answer.text)
        listed = list(_in_table(answer.text))
        if len(set(listed)) != len(listed):
            raise NotUnderstood("two cards bear the same number", answer.text)
        about |= {index: about.get(index, {}) for index in listed}
        for index, name, said in _lines(answer.text):
            about.setdefault(index, {})[name.lower()] = said
    driver = next((found for a in answers if (found := value(a.text, "Driver Version"))), "")
    return tuple(_card(order, about[index], driver, text) for order, index in enumerate(sorted(about)))


def _card(order: int, about: dict[str, str], driver: str, text: str) -> Card:
    name, address, total, used = (about.get(kind.lower(), "") for kind in _KINDS)
    return Card("hygon", order, None, None, name, bus=bus(address, text), driver=driver,
                memory_used_mb=number(used, text) if used else None,
                memory_total_mb=number(total, text) if total else None)  # fmt: skip


def _understood(text: str) -> None:
    if not list(_in_table(text)) and not list(_lines(text)) and not value(text, "Driver Version"):
        raise NotUnderstood("neither the table of cards nor lines about single cards", text)


def _in_table(text: str) -> Iterator[int]:
    inside = False
    for line in lines(text):
        words = line.split()
        if words[:2] in [[name, "Temp"] for name in _HEADING]:
            inside = True
        elif inside and line.lstrip().startswith("==="):
            return
        elif inside and words:
            if len(words) < 5:
                raise NotUnderstood(f"a card's line is {line.strip()[:60]!r}", text)
            yield number(words[0], text)


def _lines(text: str) -> Iterator[tuple[int, str, str]]:
    for line in lines(text):
        found = _LINE.match(line)
        if found:
            name, _, said = found[2].partition(":")
            yield int(found[1]), name.strip(), said.strip()
