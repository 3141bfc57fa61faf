"""Numbers as a reader wants them, and the verdict in plain words."""

from __future__ import annotations

import math

from yoloport.measure.report import DemoReport

LEARNED, LEARNING = 0.7, 0.1


def duration(seconds: float) -> str:
    """``0.4 s``, ``38 s``, ``4 min 07 s``, ``2 h 05 min``."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def clock(seconds: float) -> str:
    """``1:32``, ``1:02:09``: time left, beside a running step."""
    whole = max(0, round(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"


def score(value: float | None) -> str:
    """Three digits, or a dash where there is no number."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.3f}"


def small(value: float | None) -> str:
    """Two significant digits, or a dash where there is no number."""
    return "–" if value is None or not math.isfinite(value) else f"{value:.2g}"


def milliseconds_a_picture(report: DemoReport) -> float:
    """Preparing, computing and sorting out the boxes of one picture during validation."""
    stages = report.scores.milliseconds
    return sum(stages.get(stage, 0.0) for stage in ("preprocess", "inference", "postprocess"))


def verdict(report: DemoReport) -> str:
    """One sentence on whether the detector learned, and one on the export where it disagrees."""
    pictures = report.dataset["val"]["pictures"]
    count, m = len(report.training.epochs), report.scores.map50
    ran = f"{count} epoch{'s' if count != 1 else ''} on {report.machine.device_name}"
    on = f"mAP50 {score(m)} on {pictures} pictures it had not trained on, after {ran}."
    if m >= LEARNED:
        words = f"The detector works: {on}"
    elif m >= LEARNING:
        words = f"The detector finds part of what it should: {on} More epochs or pictures will help."
    else:
        words = f"The detector has not learned yet: {on} More epochs or pictures are needed."
    if not report.onnx.agrees:
        words += " The exported ONNX model does not agree with it: see the comparison below before using it."
    return words


def device_warning(report: DemoReport) -> str:
    """A warning where the work ran on the CPU although something else was asked for; empty otherwise."""
    machine = report.machine
    asked = machine.requested or (machine.platform if machine.expected not in ("", "cpu") else "")
    if asked and machine.device.startswith("cpu") and not asked.startswith("cpu"):
        return f"{asked} was asked for, but the model ran on the CPU. Nothing here says anything about {asked}."
    return ""


def photograph_note(report: DemoReport) -> str:
    """What was found on photographs from elsewhere, said plainly where it is nothing."""
    names = ", ".join(report.dataset["names"][:6]) + (" ..." if len(report.dataset["names"]) > 6 else "")
    intro = f"Two photographs from elsewhere. This model knows only these classes: {names}."
    if "helmet" in report.dataset["names"]:  # true of bus.jpg and zidane.jpg, the two that ship with Ultralytics
        intro += " Nobody in them wears a safety helmet, so every helmet found there is a mistake."
    empty = [picture.title for picture in report.photographs if not picture.found]
    if len(empty) == len(report.photographs):
        return f"{intro} It finds nothing on either at confidence 0.25."
    if empty:
        return f"{intro} It finds nothing on {', '.join(empty)} at confidence 0.25."
    return intro
