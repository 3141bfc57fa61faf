"""What ``xpu-smi`` lists, if it is Kunlunxin's: Intel has a tool of the same name."""

from __future__ import annotations

import re

from yoloport.host.facts import Answer, Card, NotUnderstood
from yoloport.host.tables import smi

_INTEL = re.compile(r"\bintel\b|level zero|^\| device id ", re.IGNORECASE | re.MULTILINE)


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The cards in the tool's order.

    Raises:
        NotUnderstood: the answer is that of Intel's tool, or has another shape.
    """
    for answer in answers:
        if answer.argv == ("xpu-smi",):
            if _INTEL.search(answer.text):
                raise NotUnderstood("this xpu-smi is Intel's tool for its own GPUs, not Kunlunxin's", answer.text)
            return smi("kunlunxin", answer.text, "XPU")
    return ()
