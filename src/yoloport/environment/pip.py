"""Run pip and turn its output into events: what it fetches, how far it is, what went wrong."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from yoloport.errors import Exit, Problem
from yoloport.host.process import following

_PROGRESS = re.compile(r"Progress (\d+) of (\d+)")
_FETCH = re.compile(r"\s*(?:Downloading|Processing|Using cached) (?:\S*/)?([A-Za-z][\w.]*(?:-[A-Za-z][\w.]*)*)")
_NETWORK = (
    "Could not fetch URL", "NewConnectionError", "Temporary failure in name resolution", "Max retries exceeded",
    "ConnectionError", "Connection refused", "ReadTimeoutError", "No route to host", "Network is unreachable",
    "ConnectTimeoutError", "NameResolutionError", "ProxyError", "connection broken by",
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """What pip does now; ``done`` and ``total`` in bytes while it downloads."""

    what: str
    done: int = 0
    total: int = 0


class InstallFailed(Problem):
    """pip ended with an error that is not the network's."""

    exit = Exit.INSTALL

    def __init__(self, title: str, log: Path, last: str) -> None:
        super().__init__(
            f"installing {title} failed: {last}",
            f"read {log}, then run the same command again: it goes on where it stopped",
            "docs/en/install.md",
        )
        self.step, self.log = title, log


class NoNetwork(Problem):
    """A package index could not be reached."""

    exit = Exit.NETWORK

    def __init__(self, title: str, log: Path, last: str) -> None:
        super().__init__(
            f"the package index cannot be reached while installing {title}: {last}",
            "check the network, or name a mirror (--mirror URL) or a folder of wheels (--wheelhouse DIR); "
            "then run the same command again: what is fetched is kept",
            "docs/en/install.md",
        )
        self.step, self.log = title, log


def install(target: Path, title: str, arguments: Sequence[str], log: Path, report: Callable[[Event], None]) -> None:
    """``pip install`` into the environment whose Python is ``target``.

    Raises:
        NoNetwork, InstallFailed: with the last line that says why; the whole output is in ``log``.
    """
    argv = [sys.executable, "-m", "pip", "--python", str(target), "install", "--no-input", "--progress-bar", "raw"]
    argv += ["--disable-pip-version-check", "--resume-retries", "8", "--retries", "3", *arguments]
    with log.open("a", encoding="utf-8") as out:
        out.write(f"$ {' '.join(argv)}\n")
        with following(argv) as process:
            lines = _follow(process, out.write, report)
            code = process.wait()
    if code:
        raise _failure(title, log, lines)


def _follow(
    process: subprocess.Popen[str], write: Callable[[str], object], report: Callable[[Event], None]
) -> list[str]:
    kept: list[str] = []
    what = "resolving"
    for line in process.stdout or ():
        progress = _PROGRESS.match(line)
        if progress:
            report(Event(what, int(progress[1]), int(progress[2])))
            continue
        write(line)
        kept.append(line.rstrip())
        for name in events(line):
            what = name
            report(Event(what))
    return kept


def events(line: str) -> Iterator[str]:
    """The one thing a line of pip's output says is being done, if it says one."""
    fetch = _FETCH.match(line)
    if fetch:
        yield fetch[1]
    elif line.startswith("Installing collected packages"):
        count = line.count(",") + 1
        yield f"unpacking {count} package{'s' if count > 1 else ''}"


def _failure(title: str, log: Path, lines: Sequence[str]) -> Problem:
    text = "\n".join(lines)
    errors = [line for line in lines if line.startswith("ERROR")]
    last = (errors or [line for line in lines if line] or ["pip said nothing"])[-1]
    if "No space left on device" in text:
        return InstallFailed(title, log, "no space left on the disk")
    if any(sign in text for sign in _NETWORK):
        return NoNetwork(title, log, last)
    return InstallFailed(title, log, last)
