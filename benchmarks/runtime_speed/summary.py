"""From seconds to ratios, one in each round, and their median: what else the machine does falls on a round."""

from __future__ import annotations

import statistics
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from runtime_speed.rounds import Measured


@dataclass(frozen=True)
class Claim:
    """A line of the table.

    Args:
        name: key of its words in the documents.
        kind: ``faster`` (peer's seconds by ours), ``latency`` (the same, of each picture), ``share`` (of the bare
            engine's throughput), or ``beyond`` (processor time beyond the bare engine's, as a share of that).
        ours, against: names of contestants.
        target: to reach; for ``beyond`` not to exceed; nothing for what is told for comparison alone.
    """

    name: str
    kind: str
    ours: str
    against: str
    target: float | None = None


def rows(found: Mapping[str, Measured], pictures: int) -> dict[str, dict[str, Any]]:
    """What each contestant did, by name: pictures a second, processor milliseconds a picture, peak memory, boxes."""
    return {
        name: {
            "per_second": round(pictures / statistics.median(one.wall), 2),
            "slowest": round(pictures / max(one.wall), 2),
            "fastest": round(pictures / min(one.wall), 2),
            "cpu_ms": round(statistics.median(one.cpu) / pictures * 1e3, 1),
            "peak_mb": round(one.peak_mb),
            "boxes": sorted(one.boxes),
        }
        for name, one in found.items()
    }


def judged(claim: Claim, found: Mapping[str, Measured]) -> dict[str, Any]:
    """The median over the rounds, their range, and whether the target is reached."""
    ours, other = found[claim.ours], found[claim.against]
    each = _ratios(claim.kind, ours, other)
    value = statistics.median(each)
    met = None
    if claim.target is not None:
        met = value <= claim.target if claim.kind == "beyond" else value >= claim.target
    return {
        "name": claim.name, "kind": claim.kind, "ours": claim.ours, "against": claim.against,
        "value": round(value, 3), "least": round(min(each), 3), "most": round(max(each), 3),
        "target": claim.target, "met": met,
    }  # fmt: skip


def _ratios(kind: str, ours: Measured, other: Measured) -> list[float]:
    """One for each round; of ``latency`` the median over the pictures of a round, each against itself."""
    if kind == "beyond":
        return [mine / bare - 1 for mine, bare in zip(ours.cpu, other.cpu, strict=True)]
    if kind == "latency":
        pairs = zip(ours.each, other.each, strict=True)
        return [statistics.median(b / a for a, b in zip(mine, theirs, strict=True)) for mine, theirs in pairs]
    return [theirs / mine for mine, theirs in zip(ours.wall, other.wall, strict=True)]
