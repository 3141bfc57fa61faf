"""Asked once, before a workspace starts: are the nodes of its accelerator here at all? Nothing imports torch for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from yoloport.errors import Problem
from yoloport.inside.requirement.guard import WouldBeCpu
from yoloport.inside.requirement.wish import wish

if TYPE_CHECKING:
    from yoloport.doctor.check import Finding
    from yoloport.host.ask import Machine
    from yoloport.inside.requirement.why import Reason


def refusal(environ: Mapping[str, str], machine: Machine | None = None) -> Problem | None:
    """Why a workspace that requires an accelerator must not start; None where it may.

    A card that is here and ill is no reason: runs stop by the guard then, and the workspace is where it is found out.

    Args:
        environ: ``YOLOPORT_REQUIRE`` and ``YOLOPORT_PLATFORM``.
        machine: this one unless said.

    Raises:
        BadWish: ``YOLOPORT_REQUIRE`` is none of its words.
    """
    if wish(environ) != "accelerator" or not environ.get("YOLOPORT_PLATFORM"):
        return None
    from yoloport.doctor import catalogue, examine, gather
    from yoloport.doctor.general.there import usable
    from yoloport.doctor.language import spoken
    from yoloport.host import machine as this

    try:
        case = gather.gather(machine or this.at(), environ["YOLOPORT_PLATFORM"])
    except Problem as problem:
        return problem
    if case.wanted is None or usable(case.wanted, case.host):
        return None
    language = spoken(environ)
    return WouldBeCpu("", _reason(examine.examine(case, catalogue.every()), environ), language)


def _reason(findings: tuple[Finding, ...], environ: Mapping[str, str]) -> Reason:
    from yoloport.doctor.language import spoken
    from yoloport.inside.requirement.why import BESIDE_THE_POINT, Reason

    language, platform = spoken(environ), environ["YOLOPORT_PLATFORM"]
    first = next((one for one in findings if one.level == "blocked" and one.check not in BESIDE_THE_POINT), None)
    cause = first.cause[language] if first else _NO_NODE[language].format(platform=platform)
    return Reason(cause, _START[language].format(platform=platform), finding=first.check if first else "")


_NO_NODE = {
    "en": "there is no device node of {platform} here",
    "zh": "这里没有 {platform} 的设备节点",
}
_START = {
    "en": "Give the container the cards. On the machine itself, the whole command is printed by: "
    "yoloport up --platform {platform} --dry-run. What keeps the cards away is said by: yoloport doctor.",
    "zh": "请把加速卡交给容器。在物理机上，yoloport up --platform {platform} --dry-run 会打印完整的启动命令；"
    "yoloport doctor 会说明加速卡为何不可用。",
}
