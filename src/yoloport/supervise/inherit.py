"""The environment that another process of ours was started with."""

from __future__ import annotations

import os
from pathlib import Path


def environment_of(pid: int) -> dict[str, str]:
    """What the process got at its start, as the kernel keeps it for its owner.

    Raises:
        OSError: it is gone, or somebody else's.
    """
    pairs = (entry.split(b"=", 1) for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0") if b"=" in entry)
    return {os.fsdecode(name): os.fsdecode(value) for name, value in pairs}
