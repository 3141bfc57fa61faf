"""How doctor speaks: findings for a person, and the same as data."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from yoloport.doctor.examine import exit_code
from yoloport.platforms import choose

if TYPE_CHECKING:
    from rich.console import Console

    from yoloport.doctor.check import Case, Check, Finding
    from yoloport.doctor.explain import Explanation
    from yoloport.platforms.schema import Language

_WORDS = {
    "en": {
        "blocked": "blocked", "warning": "warning", "note": "note", "remedy": "remedy", "run": "run", "see": "see",
        "said": "it said", "machine": "machine", "platform": "platform", "fine": "nothing stands in the way",
        "sum": "{checks} checks: blocked {blocked}, warnings {warning}, notes {note}", "all": "{checks} checks",
        "snapshot": "all facts are in {file}, without names, addresses, serials, tokens; read it before sending it",
        "none": "no platform of the catalogue fits", "cards": "cards: {count} ({names})", "unknown": (
            "nothing in this text is known; a longer part of the log helps, and so does --snapshot with an issue report"
        ), "line": "line", "times": "{count} times", "source": "source",
    },
    "zh": {
        "blocked": "阻断", "warning": "警告", "note": "提示", "remedy": "处理", "run": "执行", "see": "参见",
        "said": "原始输出", "machine": "机器", "platform": "平台", "fine": "未发现问题",
        "sum": "共 {checks} 项检查：阻断 {blocked}，警告 {warning}，提示 {note}", "all": "共 {checks} 项检查",
        "snapshot": "全部事实已写入 {file}，不含主机名、地址、序列号和令牌；发送前请先阅读",
        "none": "目录中没有适合的平台", "cards": "{count} 张卡（{names}）", "unknown": (
            "这段文字中没有已知的错误；请给出更长的日志，或附上 --snapshot 生成的快照提交问题"
        ), "line": "行", "times": "共 {count} 次", "source": "来源",
    },
}  # fmt: skip
_COLOURS = {"blocked": "bold red", "warning": "bold yellow", "note": "bold blue"}
_LEVELS = ("blocked", "warning", "note")


def show(case: Case, findings: Sequence[Finding], checks: int, language: Language, snapshot: Path | None) -> None:
    """All findings on standard output, what blocks most first."""
    out, words = _console(), _WORDS[language]
    host = case.host
    machine = (host.distribution, host.architecture, _processor(case), _gigabytes(host.memory_bytes))
    out.print(f"{words['machine']}: {', '.join(machine)}")
    out.print(f"{words['platform']}: {_platform(case, language)}")
    if exit_code(findings) == 0:
        out.print(words["fine"], style="green")
    for finding in findings:
        _show_finding(out, finding, language)
    counts = {level: sum(finding.level == level for finding in findings) for level in _LEVELS}
    out.print()
    out.print(words["sum"].format(checks=checks, **counts), style="dim")
    if snapshot:
        out.print(words["snapshot"].format(file=snapshot))


def _show_finding(out: Console, finding: Finding, language: Language) -> None:
    words = _WORDS[language]
    out.print()
    out.print(words[finding.level], style=_COLOURS[finding.level], end="")
    out.print(f"  {finding.cause[language]}  ", end="")
    out.print(f"[{finding.check}]", style="dim")
    out.print(f"  {words['remedy']}: {finding.remedy[language]}")
    if finding.command:
        out.print(f"  {words['run']}: ", end="")
        out.print(finding.command, style="bold")
    out.print(f"  {words['see']}: {_page(finding.see, language)}", style="dim")
    out.print(f"  {words['source']}: {finding.source}", style="dim")
    if finding.raw:
        out.print(f"  {words['said']}:")
        for line in finding.raw.splitlines()[:12]:
            out.print(f"    {line[:160]}", style="dim")


def as_data(case: Case, findings: Sequence[Finding], checks: int, snapshot: Path | None) -> dict[str, Any]:
    """The diagnosis for a script."""
    host = case.host
    return {
        "ok": exit_code(findings) == 0,
        "exit": exit_code(findings),
        "platform": case.wanted.name if case.wanted else None,
        "machine": {
            "architecture": host.architecture, "processor": host.processor, "features": sorted(host.cpu.features),
            "cores": host.cores, "numa_nodes": host.cpu.numa_nodes, "memory_bytes": host.memory_bytes,
            "distribution": host.distribution, "libc": host.libc, "kernel": case.around.kernel,
            "cgroup": case.around.cgroup, "container": case.around.container, "toolkits": host.toolkits,
            "drivers": host.drivers,
        },
        "cards": [dataclasses.asdict(card) for cards in case.cards.values() for card in cards],
        "checks": checks,
        "findings": [dataclasses.asdict(finding) for finding in findings],
        "snapshot": str(snapshot) if snapshot else None,
    }  # fmt: skip


def check_data(check: Check) -> dict[str, Any]:
    """A check for a script."""
    return {
        "id": check.id, "platform": check.platform or None, "level": check.level, "title": check.title,
        "source": check.source, "date": check.date.isoformat(), "see": check.see,
    }  # fmt: skip


def show_checks(checks: Sequence[Check], language: Language) -> None:
    """All checks, those of a platform under its name."""
    out, words, owner = _console(), _WORDS[language], None
    width = max(len(check.id) for check in checks)
    for check in checks:
        if check.platform != owner:
            out.print(f"\n{check.platform}" if check.platform else "", style="bold")
            owner = check.platform
        out.print(f"  {check.id:<{width}}  {words[check.level]:<8}  {check.title[language]}")
    out.print("\n" + words["all"].format(checks=len(checks)), style="dim")


def show_explanations(found: Sequence[Explanation], language: Language) -> None:
    """What is known of each message, in the order of the log."""
    out, words = _console(), _WORDS[language]
    if not found:
        out.print(words["unknown"])
    for one in found:
        times = f", {words['times'].format(count=one.count)}" if one.count > 1 else ""
        out.print(f"\n{words['line']} {one.number}{times}: ", style="bold", end="")
        out.print(one.line.strip()[:200])
        out.print(f"  {one.meaning[language]}  ", end="")
        out.print(f"[{one.message}]", style="dim")
        out.print(f"  {words['remedy']}: {one.remedy[language]}")
        if one.command:
            out.print(f"  {words['run']}: ", end="")
            out.print(one.command, style="bold")
        out.print(f"  {words['source']}: {one.source}", style="dim")


def explanation_data(one: Explanation) -> dict[str, Any]:
    """An explanation for a script."""
    return dataclasses.asdict(one)


def _console() -> Console:
    from rich.console import Console

    return Console(soft_wrap=True, highlight=False, markup=False, emoji=False)


def _platform(case: Case, language: Language) -> str:
    if case.wanted is None:
        return _WORDS[language]["none"]
    cards = case.cards.get(case.wanted.name, ())
    names = sorted({card.name for card in cards})
    more = ", " + _WORDS[language]["cards"].format(count=len(cards), names=", ".join(names)) if cards else ""
    return f"{case.wanted.name}, {case.wanted.title[language]}{more}"


def _processor(case: Case) -> str:
    """The family where the catalogue knows it and the kernel prints ids alone, as on Arm servers."""
    families = (choose.processor(platform, case.host) for platform in case.platforms.values())
    family = next((family for family in families if family), None)
    return family.name if family and not case.host.cpu.model else case.host.processor


def _page(see: str, language: Language) -> str:
    return see.replace("docs/en/", f"docs/{language}/")


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.0f} GB" if count else "?"
