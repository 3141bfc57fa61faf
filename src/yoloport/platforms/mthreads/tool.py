"""What ``mthreads-gmi`` lists.

The number it prints is that of its management library.
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
        if answer.argv == ("mthreads-gmi",):
            return smi("mthreads", answer.text, "ID", bus_at="PCIe", memory_at="Mem")
    return ()
