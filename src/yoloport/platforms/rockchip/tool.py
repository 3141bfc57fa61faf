"""What the NPU's driver says in ``/sys/kernel/debug/rknpu``: its version, and the load of each core.

There is no tool: an answer is a file's text, and the last word of its question is the file's path. Only root may read
these files, so nothing here does not mean that there is no NPU.
"""

from __future__ import annotations

import re

from yoloport.host.facts import Answer, Card, NotUnderstood

VERSION = "/sys/kernel/debug/rknpu/version"
LOAD = "/sys/kernel/debug/rknpu/load"

_VERSION = re.compile(r"\s{0,8}RKNPU driver: v([0-9A-Za-z._-]{1,40})\s{0,8}")
_LOAD = re.compile(r"\s{0,8}NPU load:(?:\s{1,8}(?:Core[0-9]:\s{0,8})?[0-9]{1,3}%,?){1,8}\s{0,8}")


def cards(answers: tuple[Answer, ...]) -> tuple[Card, ...]:
    """The one NPU of the chip, with its driver's version; none where no file could be read.

    Raises:
        NotUnderstood: a file has other contents.
    """
    read = {answer.argv[-1]: answer.text for answer in answers if answer.argv[-1:] in ((VERSION,), (LOAD,))}
    version = _VERSION.fullmatch(read[VERSION]) if VERSION in read else None
    for path, known in ((VERSION, version), (LOAD, _LOAD.fullmatch(read.get(LOAD, "")))):
        if path in read and known is None:
            raise NotUnderstood(f"{path} has other contents", read[path])
    return (Card("rockchip", 0, None, None, "RKNPU", driver=version[1] if version else ""),) if read else ()
