"""A platform, or all of them, as plain text for a terminal or a pipe."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from yoloport.platforms import describe, labels
from yoloport.platforms.describe import Entry, Fact, Section
from yoloport.platforms.grid import cell, grid, pad, read_on, table, width, wrap
from yoloport.platforms.ladder import CAPABILITIES, RUNGS, Reached
from yoloport.platforms.schema import UNSOURCED, Language, Platform

Bold = Callable[[str], str]
_WORDS = {
    "en": {
        "source": "source", "sources": "sources", "verified": "verified",
        "described": "0 described; nothing was run, not even on a recorded machine",
        "all": "in every entry",
        "unsourced": "no source", "nothing": "no source found; not guessed", "ladder": "ladder", "found": "found by",
        "name": "name", "hardware": "hardware", "kind": "kind", "arch": "architectures", "torch": "torch",
        "kinds": "kind     card: torch computes on it · CPU: torch on the processor · infer.: converted models only",
        "columns": "ladder   one digit each:", "digits": "digits  ", "more": "more     yoloport platforms show NAME",
    },
    "zh": {
        "source": "来源", "sources": "来源", "verified": "已验证",
        "described": "0 仅有描述；没有运行过，也没有在记录的机器上验证过",
        "all": "各项相同",
        "unsourced": "无来源", "nothing": "没有找到来源；不作猜测", "ladder": "等级", "found": "识别依据",
        "name": "名称", "hardware": "硬件", "kind": "类别", "arch": "架构", "torch": "torch",
        "kinds": "类别     加速卡：torch 在其上计算 · 处理器：torch 在 CPU 上计算 · 仅推理：只运行转换后的模型",
        "columns": "等级     依次为：", "digits": "数字    ", "more": "详情     yoloport platforms show NAME",
    },
}  # fmt: skip
_NARROWEST, _TALLEST = 16, 4
_WIDTHS = (10, 22, 6, 15, 6, 7, 20)


def overview(
    platforms: Sequence[Platform], ladders: Mapping[str, Mapping[str, Reached]], language: Language, bold: Bold = str
) -> str:
    """All platforms as a table of at most 100 columns, with a legend.

    Args:
        platforms: in the order to show.
        ladders: of each platform by name, what :func:`yoloport.platforms.ladder.matrix` gives.
        language: of the words.
        bold: makes a text stand out; does nothing for a pipe.
    """
    words = _WORDS[language]
    head = [words[key] for key in ("name", "hardware", "kind", "arch", "torch", "ladder", "found")]
    rows = [_overview_row(p, ladders[p.name], language) for p in platforms]
    top, *below = table([head, *rows], _WIDTHS)
    names = " ".join(labels.CAPABILITIES[name][language] for name in CAPABILITIES)
    rungs = " · ".join(f"{number} {rung[language]}" for number, rung in enumerate(RUNGS))
    legend = [words["kinds"], f"{words['columns']} {names}", *_hanging(f"{words['digits']} ", rungs, 100)]
    return "\n".join([bold(top), *below, "", *legend, words["more"]]) + "\n"


def _overview_row(platform: Platform, ladder: Mapping[str, Reached], language: Language) -> list[str]:
    return [
        platform.name,
        platform.title[language],
        labels.SHORT_KINDS[platform.kind][language],
        " ".join(platform.architectures),
        platform.torch.device,
        "".join(str(reached.rung) for reached in ladder.values()),
        describe.found_by(platform)[language],
    ]


def page(
    platform: Platform, ladder: Mapping[str, Reached], language: Language, columns: int = 100, bold: Bold = str
) -> str:
    """Everything about a platform.

    Args:
        platform: as loaded.
        ladder: its cells.
        language: of the words; quotations stay as they are.
        columns: width of the terminal.
        bold: makes a text stand out; does nothing for a pipe.
    """
    words = _WORDS[language]
    lines = [f"{bold(platform.name)}  {platform.title[language]}"]
    above = [(fact.label[language], fact.text(language)) for fact in describe.summary(platform)]
    above.append((words["verified"], describe.verified(ladder)[language] or words["described"]))
    missing = describe.unsourced_briefly(platform)
    if missing:
        above.append((words["unsourced"], ", ".join(missing)))
    lines += _pairs(above, "", columns)
    for section in describe.sections(platform, ladder):
        lines += ["", bold(section.title[language]), *_section(section, language, columns)]
    return "\n".join(lines) + "\n"


def _section(section: Section, language: Language, columns: int) -> Iterator[str]:
    words, laid = _WORDS[language], grid(section)
    if not section.many:
        for entry in section.entries:
            yield from _pairs(_shown(entry.facts, language), "  ", columns)
    else:
        yield from _entries(section, language, columns)
    for number, (source, date) in enumerate(laid.sources, 1):
        mark = f"[{number}] " if laid.numbers else ""
        read = f"{read_on(language)}{date}" if date else ""
        yield from _hanging(f"  {words['source']}: {mark}", f"{source}{read}", columns)


def _entries(section: Section, language: Language, columns: int) -> Iterator[str]:
    """As a table where it fits, else entry by entry."""
    words, laid = _WORDS[language], grid(section)
    keys = [key for key, _ in laid.columns]
    head = [label[language] for _, label in laid.columns] + ([""] if laid.numbers else [])
    rows = [[_value(cell(entry, key), language) for key in keys] for entry in section.entries]
    if laid.numbers:
        rows = [[*row, f"[{number}]"] for row, number in zip(rows, laid.numbers, strict=True)]
    widths = _fit([head, *rows], columns - 2)
    if not widths:
        for number, entry in enumerate(section.entries):
            mark = f"  [{laid.numbers[number]}]" if laid.numbers else ""
            yield from _block(entry, mark, {fact.key for fact in laid.common}, language, columns)
    else:
        yield from ("  " + line for line in table([head, *rows] if len(head) > 1 else rows, widths))
    if laid.common:
        told = "; ".join(f"{label} {value}" for label, value in _shown(laid.common, language))
        yield from _hanging(f"  {words['all']}: ", told, columns)


def _fit(rows: Sequence[Sequence[str]], columns: int) -> list[int]:
    """Widths of the columns, the widest of several words narrowed as far as needed; none where no table fits."""
    widths = [max(width(row[place]) for row in rows) for place in range(len(rows[0]))]
    words = [max(width(part) for row in rows for part in wrap(row[place], 1)) for place in range(len(rows[0]))]
    over = sum(widths) + 2 * (len(widths) - 1) - columns
    while over > 0:
        widest = max(range(len(widths)), key=lambda place: widths[place] - max(words[place], _NARROWEST))
        if widths[widest] <= max(words[widest], _NARROWEST):
            return []
        widths[widest] -= 1
        over -= 1
    tallest = max(len(wrap(text, limit)) for row in rows for text, limit in zip(row, widths, strict=True))
    return widths if tallest <= _TALLEST else []


def _block(entry: Entry, mark: str, shared: set[str], language: Language, columns: int) -> Iterator[str]:
    first, *rest = [fact for fact in entry.facts if fact.key not in shared]
    title = first.text(language) if first.label["en"] in ("name", "id", "image", "format") else (
        f"{first.label[language]} {first.text(language)}"
    )  # fmt: skip
    yield f"  · {title}{mark}"
    yield from _pairs(_shown(rest, language), "    ", columns)


def _shown(facts: Sequence[Fact], language: Language) -> list[tuple[str, str]]:
    return [(fact.label[language], _value(fact, language)) for fact in facts]


def _value(fact: Fact | None, language: Language) -> str:
    if fact is None:
        return ""
    text = fact.text(language)
    return f"{UNSOURCED} ({_WORDS[language]['nothing']})" if text == UNSOURCED else text


def _pairs(pairs: Sequence[tuple[str, str]], indent: str, columns: int) -> Iterator[str]:
    wide = max((width(label) for label, _ in pairs), default=0)
    for label, value in pairs:
        yield from _hanging(f"{indent}{pad(label, wide)}  ", value, columns)


def _hanging(label: str, value: str, columns: int) -> Iterator[str]:
    """A label, and its value beside it, wrapped under itself."""
    first, *rest = wrap(value, max(30, columns - width(label)))
    yield f"{label}{first}".rstrip()
    yield from (" " * width(label) + line for line in rest)
