"""What ``nvidia-smi --query-gpu=… --format=csv,noheader,nounits`` lists.

Its index is that of NVML, which the container toolkit counts by; the node's number (the minor number) is another.
"""

from __future__ import annotations

import re

from yoloport.host.facts import Answer, Card, NotUnderstood
from yoloport.host.tables import bus, distinct, lines, number, plainly_none, told

FIELDS = "index,name,pci.bus_id,driver_version,memory.used,memory.total"
"""What is asked for, in this order."""


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The cards in the tool's order.

    Raises:
        NotUnderstood: a line has other fields.
    """
    for answer in answers:
        if f"--query-gpu={FIELDS}" in answer.argv:
            return () if plainly_none(answer.text) else _listed(answer.text)
    return ()


def _listed(text: str) -> tuple[Card, ...]:
    # A card whose description is damaged is complained of on a line of its own, after the others.
    told_of = [line for line in lines(text) if line.strip() and not line.lstrip().startswith("WARNING:")]
    found = tuple(_card(order, line, text) for order, line in enumerate(told_of))
    if not found:
        raise NotUnderstood("the answer is empty", text)
    return distinct(found, [card.logical for card in found], text)


def _card(order: int, line: str, text: str) -> Card:
    cells = [cell.strip() for cell in line.split(",")]
    if len(cells) != len(FIELDS.split(",")):
        raise NotUnderstood(f"a line has {len(cells)} fields", text)
    index, name, address, driver, used, total = cells
    return Card("cuda", order, None, number(index, text), name, bus=bus(address, text), driver=told(driver),
                memory_used_mb=_megabytes(used, text), memory_total_mb=_megabytes(total, text))  # fmt: skip


def _megabytes(cell: str, text: str) -> int | None:
    """None for a stand-in such as ``[N/A]``: boards that share the processor's memory have none of their own."""
    return None if re.fullmatch(r"\[[^\]]{1,40}\]", cell) else number(cell, text)
