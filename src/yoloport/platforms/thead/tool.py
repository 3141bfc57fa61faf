"""What ``ppu-smi`` lists.

Its number counts the devices from power-on; the node bears another, the minor number, which is not printed here.
"""

from __future__ import annotations

from yoloport.host.facts import Answer, Card
from yoloport.host.tables import smi


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The cards in the tool's order.

    Raises:
        NotUnderstood: the answer has another shape.
    """
    for answer in answers:
        if answer.argv == ("ppu-smi",):
            return smi("thead", answer.text, "PPU")
    return ()
