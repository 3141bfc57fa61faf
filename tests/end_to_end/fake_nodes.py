"""Device nodes under the names of accelerators, with the numbers of drivers that every Linux has.

Opening one opens a harmless driver: what is shown is that a node reaches a container and may be opened there, by whom,
and nothing about an accelerator. The numbers are those of loop-control (10:237) and fuse (10:229): an engine allows
null, zero and tun to every container, so nodes with their numbers would open without any option (measured 2026-11-23).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from yoloport.host.facts import Node

NUMBERS = (os.makedev(10, 237), os.makedev(10, 229))
FOLDERS = ("/dev/dri", "/dev/mtgpu.d")
"""What drivers make as folders, with nodes in them."""
INSIDE = ("card0", "renderD128")
GROUP = 44321


@contextmanager
def made(paths: Iterable[str], mode: int = 0o660) -> Iterator[tuple[Node, ...]]:
    """Make the nodes, and give what the planner would learn of them; afterwards they are gone.

    Skips where one of them is there: this machine has the accelerator, or a driver of that name.
    """
    wanted = [f"{path}/{name}" for path in paths if path in FOLDERS for name in INSIDE]
    wanted += [path for path in paths if path not in FOLDERS]
    if taken := [path for path in wanted if Path(path).exists()]:
        pytest.skip(f"{taken[0]} is there on this machine")
    done: list[Path] = []
    try:
        for place, path in enumerate(map(Path, wanted)):
            for folder in [one for one in (path.parent,) if not one.exists()]:
                folder.mkdir()
                done.append(folder)
            os.mknod(path, stat.S_IFCHR, NUMBERS[place % len(NUMBERS)])
            done.append(path)
            os.chown(path, 0, GROUP)
            path.chmod(mode)
        yield tuple(Node(path, gid=GROUP, mode=mode) for path in wanted)
    finally:
        for path in reversed(done):
            path.rmdir() if path.is_dir() else path.unlink()
