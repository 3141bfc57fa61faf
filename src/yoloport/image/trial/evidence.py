"""What the checks found, as a file for the verification ladder (format: ``yoloport.platforms.ladder``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from yoloport import __version__
from yoloport.image.trial.check import Outcome
from yoloport.image.trial.manifest import Manifest
from yoloport.image.trial.subject import LABEL_BASE
from yoloport.platforms.ladder import FORMAT
from yoloport.platforms.schema import Platform

WITHOUT, EMULATED, HARDWARE = 2, 3, 4


def evidence(
    manifest: Manifest, platform: Platform, outcomes: Sequence[Outcome], computes: bool, emulator: str, skipped: bool
) -> dict[str, Any]:
    """The file's content.

    An image that ran on its hardware reaches rung 4, under an emulator 3. One that was started on a machine without its
    accelerator, where it must refuse to compute, reaches 2: the accelerator's part was not shown. Where a check failed
    or was left away, none.

    Args:
        computes: whether what the image is for could be done.
        emulator: that ran it; empty where its processor is this machine's.
        skipped: whether the user left checks away.
    """
    rung = (EMULATED if emulator else HARDWARE) if computes else WITHOUT
    done = [one for one in outcomes if one.passed is not None]
    good = bool(done) and all(one.passed for one in done) and not skipped
    device = platform.torch.device
    return {
        "format": FORMAT,
        "date": manifest.date,
        "machine": {
            "platform": platform.name, "architecture": manifest.subject.architecture,
            "versions": {"yoloport": __version__, **manifest.versions},
            "image": {"id": manifest.subject.id, "kind": manifest.subject.kind, "bytes": manifest.bytes,
                      "base": manifest.subject.labels.get(LABEL_BASE, "")},
        },
        "ground": {"expected": device, "used": device, "simulated": not computes, "emulator": emulator},
        "checks": [_plain(one, device if computes else "cpu") for one in done],
        "ladder": [{"capability": "image", "rung": rung if good else None, "checks": [one.id for one in done]}],
    }  # fmt: skip


def _plain(one: Outcome, device: str) -> dict[str, Any]:
    figures = {name: value for name, value in one.figures.items() if name != "evidence"}
    return {
        "id": one.id, "proves": "image", "title": one.title, "device": device, "passed": one.passed,
        "seconds": one.seconds, "figures": figures, "why": one.why,
    }  # fmt: skip
