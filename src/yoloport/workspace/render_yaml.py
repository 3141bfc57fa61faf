"""Data as YAML that a person reads and every parser reads alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import yaml

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9/_.-]*(:[A-Za-z0-9/_-][A-Za-z0-9/_.-]*)*")
"""Texts that no version of YAML takes for anything but text, together with what the library itself quotes."""


_BREAKS = re.compile(r"[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]+")


def document(value: Mapping[str, Any]) -> str:
    """One document, keys in their own order, without a line wrapped.

    A text that is not plainly a text stands in double quotes: YAML 1.1 and 1.2 differ on what ``1e3`` and ``8888:22``
    are, and the parsers of engines follow one or the other.
    """
    import yaml

    class Dumper(yaml.SafeDumper):
        def ignore_aliases(self, data: Any) -> bool:
            return True

        def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
            super().increase_indent(flow, False)

    Dumper.add_representer(str, _text)
    made: str = yaml.dump(dict(value), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=10**6)
    return made


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    style = None if _PLAIN.fullmatch(text) else '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


def comment(lines: Iterable[str]) -> str:
    """Lines as a comment, for YAML, shell and units alike; a line break within one does not end the comment."""
    return "".join(f"# {_BREAKS.sub(' ', line)}".rstrip() + "\n" for line in lines)
