"""What ``mx-smi`` lists.

Older versions print no state of the card.
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
        if answer.argv == ("mx-smi",):
            return smi("metax", answer.text, "GPU", health_at="GPU-State")
    return ()
