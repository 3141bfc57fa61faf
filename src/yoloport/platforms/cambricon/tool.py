"""What ``cnmon`` lists, in the layout of version 4 and in that of version 5 and later."""

from __future__ import annotations

from yoloport.host.facts import Answer, Card, NotUnderstood
from yoloport.host.tables import Row, Table, bus, distinct, number, pairs, plainly_none, table, told, value


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The cards in the tool's order; versions are without the leading ``v``.

    Raises:
        NotUnderstood: the answer has another shape.
    """
    for answer in answers:
        if answer.argv == ("cnmon",):
            return () if plainly_none(answer.text) else _listed(answer.text)
    return ()


def _listed(text: str) -> tuple[Card, ...]:
    read = table(text, "Card VF Name Firmware")
    found = tuple(_card(order, card, read, text) for order, card in enumerate(read.cards))
    return distinct(found, [card.logical for card in found], text)


def _card(order: int, card: tuple[Row, ...], read: Table, text: str) -> Card:
    words = card[0][0].split()
    memory = pairs(read.cell(card, "Memory-Usage"))
    if len(words) < 4 or len(memory) != 1:
        raise NotUnderstood(f"expected a card's number, name and firmware, found {card[0][0][:60]!r}", text)
    # Version 4 prints the driver beside each card, later ones in the title, and a card's address instead.
    beside = read.cell(card, "Inited").split()
    return Card(
        "cambricon", order, None, number(words[0], text), " ".join(words[2:-1]),
        bus=bus(read.cell(card, "Bus-Id"), text), memory_used_mb=memory[0][0], memory_total_mb=memory[0][1],
        driver=(beside[-1] if beside else value(text, " Driver")).removeprefix("v"),
        firmware=told(words[-1]).removeprefix("v"),
    )  # fmt: skip
