"""Why there is no accelerator: the plug-in's own words as doctor understands them, else what doctor finds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoloport.errors import Problem
from yoloport.inside import plugin

if TYPE_CHECKING:
    from yoloport.doctor.check import Case, Finding
    from yoloport.doctor.explain import Explanation
    from yoloport.platforms.schema import Language, Platform

SEE = "docs/en/accelerator.md"
ASK: dict[Language, str] = {"en": "Run 'yoloport doctor'.", "zh": "请运行 yoloport doctor。"}
BESIDE_THE_POINT = frozenset({"disk-little"})
"""Checks that can block a workspace, and never keep torch from a card."""


@dataclass(frozen=True)
class Reason:
    """Cause and remedy in the user's language. ``finding``: the id that doctor has for it; empty where it has none."""

    cause: str
    remedy: str
    see: str = SEE
    finding: str = ""


def why(environ: Mapping[str, str]) -> Reason:
    """Look at the plug-in, and at the machine. Vendors' tools are asked, each for 8 s at most.

    Where doctor cannot look, for a platform that is misspelt, that is the reason: a warning must not become a stop.
    """
    try:
        return _look(environ)
    except Problem as problem:
        return Reason(problem.cause, problem.remedy or "Run 'yoloport doctor'.", problem.see or SEE)


def _look(environ: Mapping[str, str]) -> Reason:
    from yoloport.doctor import catalogue, examine, explain, gather
    from yoloport.doctor.language import spoken
    from yoloport.host import machine

    case = gather.gather(machine.at(), environ.get("YOLOPORT_PLATFORM") or "auto")
    state = _state(case)
    told = explain.explain(state.error.splitlines(), explain.messages()) if state and state.error else ()
    return reason(state, told, examine.examine(case, catalogue.every()), case.wanted, spoken(environ))


def _state(case: Case) -> plugin.State | None:
    name = case.wanted.name if case.wanted else ""
    return next((plugin.state(one) for one in plugin.known() if one.platform == name), None)


def reason(
    state: plugin.State | None,
    told: Iterable[Explanation],
    findings: Iterable[Finding],
    wanted: Platform | None,
    language: Language,
) -> Reason:
    """What to say, from the surest to the vaguest. Pure."""
    known = sorted(told, key=lambda one: not one.platform)  # a vendor's own message says more than a general one
    if known:
        first = known[0]
        said = f"{state.error.splitlines()[0]}: {first.meaning[language]}" if state else first.meaning[language]
        return Reason(said, _remedy(first.remedy[language], first.command), first.see, first.message)
    blocking = next((one for one in findings if one.level == "blocked" and one.check not in BESIDE_THE_POINT), None)
    if blocking:
        remedy = _remedy(blocking.remedy[language], blocking.command)
        return Reason(_with(state, blocking.cause[language]), remedy, blocking.see or SEE, blocking.check)
    return Reason(_plain(state, wanted, language), ASK[language])


def _remedy(remedy: str, command: str) -> str:
    return f"{remedy.rstrip('.。')}: {command}" if command else remedy


def _with(state: plugin.State | None, cause: str) -> str:
    return f"{cause} ({state.error.splitlines()[0]})" if state and state.error else cause


def _plain(state: plugin.State | None, wanted: Platform | None, language: Language) -> str:
    if state is None:
        named = wanted.name if wanted else "none"
        return _NONE[language].format(platform=named)
    first = (state.error.splitlines() or [""])[0]
    return _STATES[language][state.how].format(module=state.plugin.module, error=first)


_NONE: dict[Language, str] = {
    "en": "this machine has no accelerator that torch could use (platform: {platform})",
    "zh": "本机没有 torch 可用的加速卡（平台：{platform}）",
}
_STATES: dict[Language, dict[str, str]] = {
    "en": {
        "not installed": "the plug-in {module} is not installed in this Python",
        "failed": "the plug-in {module} could not be loaded: {error}",
        "no card": "the plug-in {module} is loaded and sees no card",
        "usable": "the plug-in {module} was not loaded before Ultralytics asked for a device",
    },
    "zh": {
        "not installed": "当前 Python 没有安装插件 {module}",
        "failed": "插件 {module} 无法加载：{error}",
        "no card": "插件 {module} 已加载，但看不到任何卡",
        "usable": "Ultralytics 选择设备时，插件 {module} 还没有加载",
    },
}
