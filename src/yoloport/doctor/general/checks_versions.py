"""Versions that are there against the platform's table: driver and toolkit of the host, packages of an environment."""

from __future__ import annotations

from collections.abc import Iterator

from yoloport.compat.judge import Combination, Verdict, judge, row_words
from yoloport.doctor.check import Case, Found, Look
from yoloport.host.facts import Package
from yoloport.platforms.schema import Platform


def versions_refused(case: Case) -> Iterator[Found]:
    """Combinations of which the table says, or all its rows say, that they do not work."""
    for place, verdict in _verdicts(case):
        if verdict.kind == "refused":
            yield Found(_values(place, verdict), variant="" if verdict.differs else "listed")


def versions_unknown(case: Case) -> Iterator[Found]:
    """Combinations that are newer than all that the table knows."""
    for place, verdict in _verdicts(case):
        if verdict.kind == "unknown" and verdict.nearest:
            yield Found(_values(place, verdict))


def versions_tolerated(case: Case) -> Iterator[Found]:
    """Combinations that work, and were not released together."""
    for place, verdict in _verdicts(case):
        if verdict.kind == "tolerated":
            yield Found(_values(place, verdict))


def _verdicts(case: Case) -> Iterator[tuple[object, Verdict]]:
    platform = case.wanted
    if platform is None or platform.kind != "accelerator":
        return  # for a processor the lock decides; an environment of the user's own is the user's
    base = _host(case, platform)
    if base.driver and base.toolkit:
        yield _place(platform, case), judge(platform, base)
    for environment in dict.fromkeys(package.environment for package in case.around.packages):
        found = {p.name.lower(): p for p in case.around.packages if p.environment == environment}
        if _is_for(platform, found):
            yield environment, judge(platform, _with_packages(base, platform, found, environment))


def _place(platform: Platform, case: Case) -> dict[str, str]:
    tool = platform.toolkit.name if platform.toolkit else ""
    there = f"{tool} {case.host.toolkits.get(tool, '')}"
    return {"en": f"this machine ({there})", "zh": f"本机（{there}）"}


def _host(case: Case, platform: Platform) -> Combination:
    cards = case.cards.get(platform.name, ())
    toolkit = platform.toolkit.name if platform.toolkit else ""
    version = case.host.toolkits.get(toolkit, "")
    return Combination(
        driver=case.host.drivers.get(platform.driver.name, "") if platform.driver else "",
        firmware=next((card.firmware for card in cards if card.firmware), ""),
        toolkit=f"{toolkit} {version}" if version else "",
        architecture=case.host.architecture,
    )


def _with_packages(base: Combination, platform: Platform, found: dict[str, Package], place: str) -> Combination:
    def version(name: str) -> str:
        package = found.get(name.lower().replace("_", "-"))
        return package.version if package else ""

    python = place.partition("/python")[2].partition("/")[0]
    plugin = version(platform.torch.plugin)
    # Driver and toolkit were judged by themselves: here they would only repeat that finding.
    return Combination(
        toolkit=base.toolkit, plugin=plugin, torch=version("torch"), torchvision=version("torchvision"),
        python=python if python.count(".") == 1 else "", architecture=base.architecture,
    )  # fmt: skip


def _is_for(platform: Platform, found: dict[str, Package]) -> bool:
    """Whether an environment was made for this platform: it holds the plug-in, or a torch that bears the label."""
    torch = found.get("torch")
    plugin = platform.torch.plugin.lower().replace("_", "-")
    return bool(torch) and (plugin in found or bool(torch and torch.local.startswith(platform.torch.local or ("\0",))))


def _values(place: object, verdict: Verdict) -> dict[str, object]:
    return {
        "place": place,
        "there": _both(", ".join(f"{part} {here}" for part, here, _ in verdict.differs)),
        "wants": _both(", ".join(f"{part} {wants}" for part, _, wants in verdict.differs)),
        "nearest": _both(row_words(verdict.nearest) if verdict.nearest else ""),
        "reason": verdict.nearest.reason if verdict.nearest and verdict.nearest.reason else verdict.reason,
    }


_CHINESE = {
    "architecture": "架构", "driver": "驱动", "firmware": "固件", "toolkit": "工具包", "plug-in": "插件",
    " or newer": " 或更高", " or ": " 或 ", " to ": " 至 ", ", ": "、",
}  # fmt: skip


def _both(said: str) -> dict[str, str]:
    """A combination in both languages: names and numbers are the same, few words stand between them."""
    chinese = said
    for english, word in _CHINESE.items():
        chinese = chinese.replace(english, word)
    return {"en": said, "zh": chinese}


CHECKS: dict[str, Look] = {
    "versions-refused": versions_refused,
    "versions-unknown": versions_unknown,
    "versions-tolerated": versions_tolerated,
}
