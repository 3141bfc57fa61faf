"""The line that says what ran where."""

from __future__ import annotations

from yoloport.inside.proof.report import RunProof

DONE = {"train": "trained", "val": "validated", "predict": "predicted"}
NAMED = 6
"""Operators named in the line; the report has them all."""


def line(run: RunProof) -> str:
    """One line, without the colour and the time that a log adds."""
    done = DONE[run.task]
    if run.runtime:
        where = "the CPU" if run.on_host else run.device
        none = ", no accelerator was used" if run.on_host else ""
        return f"yoloport: {done} on {where}{none}: the runtime of format {run.runtime!r} computed it, unwatched"
    if run.on_host:
        return f"yoloport: {done} on the CPU, all of it: no accelerator was used; {_sample(run)}"
    card = f" ({run.device_name})" if run.device_name else ""
    parts = [f"{_sample(run)}", *_counted(run)]
    return f"yoloport: {done} on {run.device}{card}: {', '.join(parts)}"


def _sample(run: RunProof) -> str:
    if not run.sampled:
        return f"none of {_steps(run.steps)} sampled"
    return f"{_grouped(run.sampled)} of {_steps(run.steps)} sampled, {_grouped(run.calls)} operator calls a step"


def _counted(run: RunProof) -> list[str]:
    names = f" ({_operators(run.fell_back)})" if run.fell_back else ""
    if not run.sampled:
        return [f"some ran on the host by the plug-in's own warning{names}"] if names else []
    host = "none of them on the host"
    if run.host_calls or names:
        calls, time = _percent(run.host_share_of_calls), _percent(run.host_share_of_time)
        host = f"{calls} of them and {time} of the time on the host{names}"
    copies = f"{_grouped(run.to_device)} cop{'y' if run.to_device == 1 else 'ies'} to the device"
    return [host, f"{copies} and {_grouped(run.from_device)} back a step"]


def _operators(fell_back: tuple[tuple[str, int], ...]) -> str:
    named = [f"{name} x{count}" if count else f"{name}, from a warning" for name, count in fell_back[:NAMED]]
    left = len(fell_back) - NAMED
    return ", ".join([*named, f"and {left} more"] if left > 0 else named)


def _steps(count: int) -> str:
    return f"{_grouped(count)} step" + ("" if count == 1 else "s")


def _grouped(count: int) -> str:
    return f"{count:,}".replace(",", " ")


def _percent(share: float) -> str:
    """Never 0 for what happened; two digits tell 0.04 % from 0.4 %."""
    percent = share * 100
    if 0 < percent < 0.1:
        return "< 0.1 %"
    return f"{percent:.1f} %" if 0 < percent < 99.95 else f"{percent:.0f} %"
