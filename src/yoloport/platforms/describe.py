"""A platform as sections for people: every value that is known, with its source. Pure; renderers make text of it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yoloport.platforms import labels
from yoloport.platforms.ladder import RUNGS, Reached
from yoloport.platforms.schema import UNSOURCED, Language, Platform, Size, Sourced, Words

_LISTS = ("processor", "chip", "companion", "product", "base", "artifact", "mirror", "quirk", "workaround", "rows")
_LEAD = ("name", "id", "ref", "format", "kind", "torch", "torchvision")
"""Keys that an entry is known by come before the others."""
_ORDER = (
    "match", "processor", "chip", "companion", "torch", "container", "limits", "driver", "toolkit", "tool", "product",
    "image", "base", "artifact", "mirror", "quirk", "workaround", "rows",
)  # fmt: skip


@dataclass(frozen=True)
class Fact:
    """One value. ``items`` are typed or compared, so they are shown as they are; ``words`` are for people."""

    key: str
    label: Words
    items: tuple[str, ...] = ()
    words: Words | None = None

    def text(self, language: str) -> str:
        """The value in one line."""
        if self.words:
            return self.words["zh" if language == "zh" else "en"]
        return ", ".join(self.items)


@dataclass(frozen=True)
class Entry:
    """Facts that have one source, read on one day; both may be empty in the ladder, whose source is a file."""

    facts: tuple[Fact, ...]
    source: str = ""
    date: dt.date | None = None


@dataclass(frozen=True)
class Section:
    """A part of the page. ``many``: whether its entries are of one kind, so that they can be rows of a table."""

    id: str
    title: Words
    entries: tuple[Entry, ...]
    many: bool


def sections(platform: Platform, ladder: Mapping[str, Reached]) -> tuple[Section, ...]:
    """Everything that is known of the platform; what is empty is left out.

    Args:
        platform: as loaded.
        ladder: what :func:`yoloport.platforms.ladder.matrix` gives for it.
    """
    found = [_section(platform, name) for name in _ORDER]
    return (*(section for section in found if section.entries), _ladder(ladder))


def summary(platform: Platform) -> tuple[Fact, ...]:
    """What stands above the sections."""
    facts = [
        Fact("kind", labels.label("", "kind"), words=labels.KINDS[platform.kind]),
        Fact("architectures", labels.label("", "architectures"), platform.architectures),
        Fact("also_named", labels.label("", "also_named"), platform.also_named),
        Fact("counted_as", labels.label("", "counted_as"), tuple(filter(None, (platform.counted_as,)))),
    ]
    return tuple(fact for fact in facts if fact.items or fact.words)


def verified(ladder: Mapping[str, Reached]) -> Words:
    """The cells above rung 0, by rung, in one line."""
    rungs = sorted({cell.rung for cell in ladder.values()} - {0}, reverse=True)
    return {"en": _verified(ladder, rungs, "en"), "zh": _verified(ladder, rungs, "zh")}


def _verified(ladder: Mapping[str, Reached], rungs: list[int], language: Language) -> str:
    told = [
        f"{number} {RUNGS[number][language]}: "
        + ", ".join(labels.CAPABILITIES[name][language] for name, cell in ladder.items() if cell.rung == number)
        for number in rungs
    ]
    return "; ".join(told)


def unsourced(platform: Platform) -> tuple[str, ...]:
    """Keys whose value nobody found a source for, such as ``image.base`` or ``rows.0.driver``."""
    return tuple(_unsourced(platform.model_dump(mode="json"), ()))


def unsourced_briefly(platform: Platform) -> tuple[str, ...]:
    """The same for people: keys of many entries once, with the number of entries, such as ``rows.driver (3)``."""
    entries: dict[str, set[str]] = {}
    for key in unsourced(platform):
        where = re.match(r"[^.]+\.\d+", key)
        entries.setdefault(re.sub(r"\.\d+", "", key), set()).add(where[0] if where else "")
    return tuple(f"{key} ({len(places)})" if places != {""} else key for key, places in entries.items())


def found_by(platform: Platform) -> Words:
    """What a machine is recognised by, in a few words."""
    match = platform.match
    if match.always:
        return {"en": "every machine", "zh": "任何机器"}
    if match.nodes:
        return _same(" ".join(dict.fromkeys(re.sub(r"(\[0-9\])+\*?", "N", node) for node in match.nodes)))
    if match.compatible:
        first, *more = match.compatible
        return {"en": f"{first} and {len(more)} more", "zh": f"{first} 等 {len(more) + 1} 种"} if more else _same(first)
    if platform.processor:
        return {"en": "its processor", "zh": "处理器型号"}
    return _same(f"PCI {' '.join(match.pci_vendors)}")


def _section(platform: Platform, name: str) -> Section:
    value = getattr(platform, name)
    many = name in _LISTS
    groups = value if many else () if value is None else (value,)
    entries = (Entry(tuple(_facts(group, name)), group.source, group.date) for group in groups)
    return Section(name, labels.SECTIONS[name], tuple(entry for entry in entries if entry.facts), many)


def _facts(group: Sourced, section: str) -> Iterator[Fact]:
    fields = type(group).model_fields
    for key in sorted(fields, key=lambda key: _LEAD.index(key) if key in _LEAD else len(_LEAD)):
        value = getattr(group, key)
        if key not in ("source", "date") and value not in (fields[key].get_default(), ()):
            yield _fact(section, key, value)


def _fact(section: str, key: str, value: Any) -> Fact:
    label = labels.label(section, key)
    if isinstance(value, bool):
        return Fact(key, label, words={"en": "yes", "zh": "是"} if value else {"en": "no", "zh": "否"})
    if value == "":  # said to be none, where leaving it out would mean the platform's own
        return Fact(key, label, words={"en": "none", "zh": "无"})
    if section == "match" and key == "cards":
        return Fact(key, label, words=labels.CARDS[value])
    if isinstance(value, Size):
        return Fact(key, label, words=_size(value))
    if isinstance(value, dict):
        if set(value) == {"en", "zh"}:
            return Fact(key, label, words={"en": value["en"], "zh": value["zh"]})
        return Fact(key, label, tuple(f"{name}={text}" for name, text in value.items()))
    if section == "rows" and key == "python" and value[0] != UNSOURCED:
        words: Words = {"en": f"{value[0]} to {value[1]}", "zh": f"{value[0]} 至 {value[1]}"}
        return Fact(key, label, words=words if value[0] != value[1] else _same(value[0]))
    if isinstance(value, str) and value != UNSOURCED and labels.is_prose(section, key):
        return Fact(key, label, words=_same(value))
    if key == "shm_mb":
        return Fact(key, label, words=_same(f"{value} MB"))
    return Fact(key, label, tuple(_items(value)))


def _items(value: Any) -> Iterator[str]:
    for one in dict.fromkeys(value) if isinstance(value, tuple) else (value,):
        yield " ".join(one) if isinstance(one, tuple) else str(one)


def _size(size: Size) -> Words:
    if size.index == size.default:
        return _same(f"{size.index / 1000:.1f} GB")
    return {
        "en": f"{size.index / 1000:.1f} GB, from the default index {size.default / 1000:.1f} GB",
        "zh": f"{size.index / 1000:.1f} GB，来自默认索引则 {size.default / 1000:.1f} GB",
    }


def _ladder(ladder: Mapping[str, Reached]) -> Section:
    entries = []
    for capability, reached in ladder.items():
        rung = RUNGS[reached.rung]
        facts = [
            Fact("capability", labels.label("", "capability"), words=labels.CAPABILITIES[capability]),
            Fact("rung", labels.label("", "rung"), words=_numbered(reached.rung, rung)),
        ]
        if reached.on:
            facts.append(Fact("on", labels.label("", "on"), words=_same(reached.on)))
        if reached.file and reached.date:
            facts.append(Fact("date", labels.label("", "date"), words=_same(reached.date.isoformat())))
            facts.append(Fact("evidence", labels.label("", "evidence"), (reached.file.name,)))
        entries.append(Entry(tuple(facts), "", reached.date))
    return Section("ladder", labels.SECTIONS["ladder"], tuple(entries), many=True)


def _numbered(rung: int, words: Words) -> Words:
    return {"en": f"{rung} {words['en']}", "zh": f"{rung} {words['zh']}"}


def _same(text: str) -> Words:
    return {"en": text, "zh": text}


def _unsourced(value: Any, where: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for key, one in value.items():
            yield from _unsourced(one, (*where, str(key)))
    elif isinstance(value, (list, tuple)):
        for place, one in enumerate(value):
            yield from _unsourced(one, (*where, str(place)))
    elif value == UNSOURCED:
        yield ".".join(where)
