"""Listen to the questions put to a machine, and write them down with their answers, without secrets."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from typing import Any

from yoloport.host.ask import Keep, Machine, Reduce, Values
from yoloport.host.facts import Answer, Disk, Node, PciDevice
from yoloport.host.redact import home_to_tilde, names_out, redact

Clean = Callable[..., str]
_PUBLIC = ("/dev/", "/etc/", "/proc/", "/sys/", "/usr/")


class Recorder:
    """Passes questions on to ``machine`` and remembers what was there.

    Args:
        machine: whom to ask.
        names: words the machine is known by; they are replaced wherever they stand.
    """

    def __init__(self, machine: Machine, names: Iterable[str] = ()) -> None:
        self._machine, self._names = machine, tuple(names)
        self._files: dict[str, str] = {}
        self._exists: set[str] = set()
        self._nodes: dict[str, Node] = {}
        self._pci: tuple[PciDevice, ...] = ()
        self._disks: dict[str, Disk] = {}
        self._commands: dict[tuple[str, ...], Answer] = {}
        self._variables: dict[str, str] = {}
        self._public: set[str] = set()
        """Words of questions that are put to every machine: they name nobody, even where a user is called so."""

    def values(self) -> Values:
        """Passed on."""
        return self._machine.values()

    def variable(self, name: str) -> str | None:
        """Passed on."""
        value = self._machine.variable(name)
        if value is not None:
            self._variables[name] = value
        return value

    def read(self, path: str, reduce: Reduce = str) -> str | None:
        """Passed on; what ``reduce`` left is what is kept."""
        text = self._machine.read(path, reduce)
        if text is not None:
            self._files[path] = text
        return text

    def glob(self, pattern: str, keep: Keep = bool) -> tuple[str, ...]:
        """Passed on."""
        if pattern.startswith(_PUBLIC):
            self._public.update(_words(pattern))
        found = self._machine.glob(pattern, keep)
        self._exists.update(found)
        return found

    def node(self, path: str) -> Node | None:
        """Passed on."""
        node = self._machine.node(path)
        if node:
            self._nodes[path] = node
        return node

    def pci(self) -> tuple[PciDevice, ...]:
        """Passed on."""
        self._pci = self._machine.pci()
        return self._pci

    def disk(self, path: str) -> Disk | None:
        """Passed on."""
        disk = self._machine.disk(path)
        if disk:
            self._disks[path] = disk
        return disk

    def run(self, argv: tuple[str, ...], program: str = "", name: tuple[str, ...] = (), reduce: Reduce = str) -> Answer:
        """Passed on; a program that is missing leaves no trace, as in a machine written by hand."""
        if argv[1:2] != ("image",):
            self._public.update(word for part in name or argv for word in _words(part))
        answer = self._machine.run(argv, program, name, reduce)
        if answer.fault != "missing":
            self._commands[answer.argv] = answer
        return answer

    def toml(self, yoloport: str, date: str) -> str:
        """All that was heard, in the format of :mod:`yoloport.host.recorded`.

        Args:
            yoloport: the version that recorded.
            date: the day, ISO 8601.
        """
        clean = self._clean()
        values = self._machine.values()
        only = sorted({clean(path) for path in self._exists - set(self._files) - set(self._nodes)})
        lines = ["format = 1", f"date = {_text(date)}", f"yoloport = {_text(yoloport)}"]
        lines += ["exists = [", *(f"  {_text(path)}," for path in only), "]", "", "[values]"]
        lines += [f"{key} = {_value(value)}" for key, value in _plain(values, self._names).items()]
        lines += ["", "[environment]"]
        lines += [f"{key} = {_text(clean(value))}" for key, value in sorted(self._variables.items())]
        lines += self._tables(clean)
        return "\n".join(lines) + "\n"

    def _tables(self, clean: Clean) -> list[str]:
        lines = ["", "[files]"]
        files = {clean(path): clean(text, path) for path, text in sorted(self._files.items())}
        lines += [f"{_key(path)} = {_text(text)}" for path, text in files.items()]
        for node in sorted(self._nodes.values(), key=lambda node: node.path):
            row = {"path": node.path, "uid": node.uid, "gid": node.gid, "mode": f"{node.mode:04o}"}
            lines += ["", "[[node]]", *_rows(row)]
        for p in self._pci:
            row = {"address": p.address, "vendor": p.vendor, "device": p.device, "class": p.klass, "driver": p.driver}
            lines += ["", "[[pci]]", *_rows(row)]
        for disk in self._disks.values():
            lines += ["", "[[disk]]", *_rows({"path": clean(disk.path), "total": disk.total, "free": disk.free})]
        for answer in sorted(self._commands.values(), key=lambda answer: answer.argv):
            code = {} if answer.code is None else {"code": answer.code}
            row = {"argv": [clean(word) for word in answer.argv], **code, "fault": answer.fault}
            lines += ["", "[[command]]", *_rows({**row, "text": clean(answer.text)})]
        return lines

    def _clean(self) -> Clean:
        home = self._machine.values().home
        names = [name for name in self._names if name.lower() not in self._public]

        def clean(text: str, about: str = "") -> str:
            return redact(home_to_tilde(text, home), names, about)

        return clean


def _words(question: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", question.lower())


def _plain(values: Values, names: Iterable[str]) -> dict[str, Any]:
    """Versions look like addresses, so that only names are taken out of them."""
    told = {k: names_out(v, names) if isinstance(v, str) else v for k, v in vars(values).items()}
    return told | {"home": "~" if values.home else ""}


def _rows(row: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in row.items()]


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_value, value))}]"
    return _text(value) if isinstance(value, str) else str(value)


def _key(text: str) -> str:
    """A quoted key: even a path with a line's end in it stays on one line."""
    return json.dumps("".join(map(_character, text)), ensure_ascii=False)


def _text(text: str) -> str:
    """A TOML string; text of several lines as it is, so that a person can read a tool's table in it."""
    text = "".join(map(_character, text.replace("\r\n", "\n")))
    if "\n" in text and "'''" not in text and not text.endswith("'"):
        return f"'''\n{text}'''"
    return json.dumps(text, ensure_ascii=False)


def _character(c: str) -> str:
    """Controls and halves of pairs, which TOML does not take, and what turns a terminal's direction, are replaced."""
    return c if c in "\n\t" or c.isprintable() or unicodedata.category(c) == "Zs" else "\ufffd"
