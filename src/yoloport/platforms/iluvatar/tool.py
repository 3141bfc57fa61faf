"""What ``ixsmi`` lists.

The number it prints is that of its management library (IX-ML); a card with two chips is there twice.
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
        if answer.argv == ("ixsmi",):
            return smi("iluvatar", answer.text, "GPU")
    return ()
