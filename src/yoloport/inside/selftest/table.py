"""A selftest for people: one line a check, then the verdict."""

from __future__ import annotations

from yoloport.inside.selftest.check import Outcome
from yoloport.inside.selftest.evidence import Evidence
from yoloport.inside.selftest.rung import ground_rung

RUNGS = {2: "simulated", 3: "run under emulation", 4: "run on the hardware"}


def header(evidence_title: str, device: str, device_name: str) -> str:
    """The line above the checks."""
    return f"yoloport selftest: {evidence_title} on {device} ({device_name})"


def line(outcome: Outcome) -> str:
    """One check: passed or not, what it proves, what it did, and how long it took."""
    mark = "ok    " if outcome.passed else "FAILED"
    row = f"  {mark}  {outcome.proves:<10} {outcome.title:<56} {outcome.seconds:6.1f} s"
    return row if outcome.passed else f"{row}\n          {outcome.why}"


def verdict(evidence: Evidence) -> str:
    """How it ended, and which rung it is evidence for."""
    failed = [check.id for check in evidence.checks if not check.passed]
    seconds = sum(check.seconds for check in evidence.checks)
    if failed:
        return f"{len(failed)} of {len(evidence.checks)} checks failed: {', '.join(failed)}."
    head = f"All {len(evidence.checks)} checks passed in {seconds:.0f} s."
    rung = ground_rung(evidence.ground)
    if rung is None:
        ground = evidence.ground
        return (
            f"{head} They ran on {ground.used}, but {evidence.machine.platform} computes on {ground.expected}: "
            f"this is no evidence for {evidence.machine.platform}."
        )
    return f"{head} Evidence for rung {rung} ({RUNGS[rung]}) of {evidence.machine.platform}."
