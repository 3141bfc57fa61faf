"""How many forward passes at a time: one with all threads answers soonest, several with a few threads each do more.

Which is better, and by how much, depends on the engine, the model and the machine, so ``auto`` measures for a few
seconds once and remembers. The memory is one small file that may be deleted at any time.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from yoloport.runtime.blobs import Blobs

if TYPE_CHECKING:
    from yoloport.runtime.metadata import Metadata
    from yoloport.runtime.session import Session

MODES = ("latency", "throughput", "auto")
REMEMBERED = 64  # choices in the file; the oldest goes first
WORTH = 1.05  # more passes at a time need memory: they must do this much more
SECONDS = 1.0  # of measuring, for each number of passes


def throughput(cores: int) -> int:
    """Passes at a time where much is to be done: two cores each, but two passes on two cores."""
    return min(cores, max(2, cores // 2))


def candidates(cores: int) -> list[int]:
    """Numbers of passes worth measuring: powers of two up to the cores."""
    return [2**power for power in range(cores.bit_length()) if 2**power <= cores]


def best(rates: dict[int, float]) -> int:
    """The number of passes that does most, the smaller where another does hardly more.

    Args:
        rates: pictures a second by number of passes.
    """
    chosen = min(rates)
    for count in sorted(rates):
        if rates[count] > rates[chosen] * WORTH:
            chosen = count
    return chosen


def measured(session: Session, metadata: Metadata, passes: int, seconds: float | None = None) -> float:
    """Pictures a second with so many passes at a time, on empty pictures.

    Args:
        session: opened for so many passes.
        metadata: of its artifact.
        passes: at a time.
        seconds: how long to measure, :data:`SECONDS` if not given; each pass runs twice at least.
    """
    limit = SECONDS if seconds is None else seconds
    batch, blobs = max(metadata.batch, 1), Blobs(metadata.preprocess)
    lent = [blobs.lend(batch, metadata.size[0], metadata.size[1], metadata.channels) for _ in range(passes)]

    def run(place: int) -> int:
        lent[place][...] = 0
        session.run(lent[place])  # the first is slower: engines compile then
        begin, count = time.monotonic(), 0
        while not count or time.monotonic() - begin < limit:
            session.run(lent[place])
            count += 1
        return count

    with ThreadPoolExecutor(passes) as pool:
        begin = time.monotonic()
        done = sum(pool.map(run, range(passes))) + passes
        return float(done * batch / max(time.monotonic() - begin, 1e-9))


def chosen(key: str, cores: int, measure: Callable[[int], float], memory: Path) -> int:
    """The best number of passes: the one remembered, or measured now and remembered.

    Args:
        key: artifact, engine and machine, in a word.
        cores: that may be used.
        measure: pictures a second for a number of passes.
        memory: the file; one that cannot be read or written is done without.
    """
    known = _known(memory)
    found = known.get(key)
    if isinstance(found, int) and found in candidates(cores):
        return found
    count = best({number: measure(number) for number in candidates(cores)})
    known.pop(key, None)
    _remember(memory, dict(list(known.items())[-(REMEMBERED - 1) :]) | {key: count})
    return count


def _known(memory: Path) -> dict[str, object]:
    try:
        read = json.loads(memory.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def _remember(memory: Path, choices: dict[str, object]) -> None:
    beside = memory.with_name(f"{memory.name}.{os.getpid()}")
    try:
        memory.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(choices, indent=1), encoding="utf-8")
        beside.replace(memory)
    except OSError:
        return
