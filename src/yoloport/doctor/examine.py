"""Put all checks to a case, and order what they find by what blocks most. Pure."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from yoloport.doctor.check import LEVELS, Case, Check, Finding, Found
from yoloport.platforms.schema import Language, Words


def examine(case: Case, checks: Iterable[Check]) -> tuple[Finding, ...]:
    """All findings, blocking ones first; within a level in the order of the checks.

    Args:
        case: the machine and what is wanted of it.
        checks: those to put; a check that itself fails becomes a finding, so that the others still speak.
    """
    put = tuple(checks)
    found = [finding for check in put for finding in _ask(check, case)]
    spoken = {finding.check for finding in found}
    replaced = {general for check in put if check.id in spoken for general in check.replaces}
    left = (finding for finding in found if finding.check not in replaced)
    return tuple(sorted(left, key=lambda finding: LEVELS.index(finding.level)))


def exit_code(findings: Sequence[Finding]) -> int:
    """0 where nothing is wrong, 1 for warnings, 2 where something blocks; notes do not count."""
    levels = {finding.level for finding in findings}
    return 2 if "blocked" in levels else 1 if "warning" in levels else 0


def _ask(check: Check, case: Case) -> Iterator[Finding]:
    try:
        yield from [_finding(check, found) for found in check.look(case)]
    except Exception as error:  # noqa: BLE001  contradictory facts must not silence the other checks
        cause = {
            "en": f"the check {check.id} could not be made: {error!r}",
            "zh": f"检查 {check.id} 无法进行：{error!r}",
        }
        remedy = {
            "en": "send the snapshot with an issue report: yoloport doctor --snapshot FILE",
            "zh": "请附上快照提交问题：yoloport doctor --snapshot FILE",
        }
        yield Finding("check-failed", "warning", _words(cause), _words(remedy), "", "yoloport", "docs/en/doctor.md")


def _spoken(value: object, language: Language) -> object:
    if isinstance(value, dict):
        return value[language]
    return " ".join(map(str, value)) if isinstance(value, tuple) else value


def _quoted(value: object) -> str:
    """A value in a command to paste: what a snapshot by others says must stay one word of a shell, or a word each."""
    if isinstance(value, tuple):
        return " ".join(map(_quoted, value))
    text = str(value)
    return text if re.fullmatch(r"[\w@%+=:,./~-]*", text) else shlex.quote(text)


def _words(words: dict[str, str]) -> Words:
    return {"en": words["en"], "zh": words["zh"]}


def _finding(check: Check, found: Found) -> Finding:
    words = check.variants[found.variant]
    values = found.values.items()
    return Finding(
        check=check.id,
        level=found.level or check.level,
        cause={
            language: text.format_map({key: _spoken(value, language) for key, value in values})
            for language, text in words.cause.items()
        },
        remedy={
            language: text.format_map({key: _spoken(value, language) for key, value in values})
            for language, text in words.remedy.items()
        },
        command=words.command.format_map({key: _quoted(value) for key, value in found.values.items()}),
        source=check.source,
        see=check.see,
        raw=found.raw,
    )
