"""What gpustack-runtime counts, where it is installed: it asks the vendors' libraries, we read files and tools.

Format: gpustack_runtime 0.2.6 ``cmds/detector.py`` and ``detector/__types__.py`` (read 2026-11-23).
"""

from __future__ import annotations

import json
from collections import Counter

from yoloport.host.embedded_json import find
from yoloport.host.facts import Answer, NotUnderstood

QUERY = ("gpustack-runtime", "detect", "--format", "json", "--no-usage")
_KEPT = ("manufacturer", "index", "name", "driver_version", "runtime_version")


def reduce(text: str) -> str:
    """Without the devices' unique numbers."""
    try:
        return json.dumps([{key: device.get(key) for key in _KEPT} for device in find(text)])
    except (ValueError, TypeError, AttributeError):
        return text[:4000]


def counted(answer: Answer | None) -> dict[str, int]:
    """How many devices it found, by the name it has for their maker; empty where it was not asked.

    Raises:
        NotUnderstood: it answered, and not as it is known to.
    """
    if answer is None or not answer.ok:
        return {}
    try:
        return dict(Counter(str(device["manufacturer"]).lower() for device in find(answer.text)))
    except (ValueError, TypeError, KeyError) as error:
        raise NotUnderstood(f"not a list of devices: {error}", answer.text) from error
