"""The guard: asked where a device would be the processor although nobody asked for it."""

from __future__ import annotations

import os
import threading
import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING

from yoloport.errors import Exit, Problem
from yoloport.inside.requirement.wish import VARIABLE, wish

if TYPE_CHECKING:
    from yoloport.inside.requirement.why import Reason
    from yoloport.platforms.schema import Language


class OnProcessor(UserWarning):
    """A run is computed on the processor although it was meant for an accelerator."""


class WouldBeCpu(Problem):
    """A run would be computed on the processor.

    Attributes:
        requested: what the user gave as device; empty for nothing.
        finding: the id of doctor's finding, or of the log message that it recognised; empty where neither was.
    """

    exit = Exit.NO_DEVICE

    def __init__(self, requested: str, reason: Reason, language: Language = "en") -> None:
        self.requested, self.finding = requested, reason.finding
        cause = f"{WOULD_BE[language]}{reason.cause}"
        super().__init__(cause, f"{_ended(reason.remedy, language)} {ANYWAY[language]}", reason.see)

    def __str__(self) -> str:
        return self.words()  # in a notebook or a script nobody prints the remedy for us


def _ended(sentence: str, language: Language) -> str:
    return sentence if sentence.endswith((".", "。")) else sentence + {"en": ".", "zh": "。"}[language]


WOULD_BE: dict[Language, str] = {
    "en": "this would run on the processor, not on an accelerator: ",
    "zh": "将在处理器上计算，而不是在加速卡上：",
}
ANYWAY: dict[Language, str] = {
    "en": f"To compute on the processor all the same: device='cpu', or {VARIABLE}=off.",
    "zh": f"若仍要在处理器上计算：device='cpu'，或 {VARIABLE}=off。",
}


def check(requested: str, environ: Mapping[str, str] = os.environ, reason: Reason | None = None) -> None:
    """Stop or warn as ``YOLOPORT_REQUIRE`` says; nothing where it says ``off``.

    Args:
        requested: what the user gave as device; empty for nothing.
        environ: the process's variables.
        reason: where it is known; else doctor is asked.

    Raises:
        WouldBeCpu: it says ``accelerator``.
        BadWish: it says something else than the three words.
    """
    asked = wish(environ)
    if asked == "off" or (asked == "warn" and _said.is_set()):
        return
    from yoloport.doctor.language import spoken
    from yoloport.inside.requirement.why import why

    problem = WouldBeCpu(requested, reason or why(environ), spoken(environ))
    if asked == "accelerator":
        raise problem
    _said.set()
    warnings.warn(problem.words(), OnProcessor, stacklevel=2)


_said = threading.Event()
"""Once in a process: a training asks for its device many times, and doctor's answer costs the vendors' tools' time."""


def not_here(requested: str, there: str) -> Reason:
    """A device was asked for that is not on this machine, and an accelerator is: upstream takes the processor."""
    from yoloport.inside.requirement.why import Reason

    return _spoken(
        Reason(f"device={requested!r} is not on this machine", f"Leave device= away: {there!r} is taken then."),
        Reason(f"本机没有 device={requested!r}", f"去掉 device= 即可使用 {there!r}。"),
    )


def own_runtime(form: str, there: str) -> Reason:
    """A model in a form that a runtime of its own computes, and that runtime knows nothing of the accelerator."""
    from yoloport.inside.requirement.why import Reason

    return _spoken(
        Reason(
            f"the runtime of format {form!r} does not know {there!r}",
            "Use the .pt file, or convert it to a form that the chip runs.",
        ),
        Reason(f"{form!r} 格式的运行时不认识 {there!r}", "请使用 .pt 文件，或转换为芯片能运行的格式。"),
    )


def _spoken(english: Reason, chinese: Reason) -> Reason:
    from yoloport.doctor.language import spoken

    return chinese if spoken(os.environ) == "zh" else english
