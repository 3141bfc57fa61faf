"""How verbs speak: results on standard output, progress and problems on standard error, JSON where it was asked for."""

from __future__ import annotations

import errno
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from yoloport.errors import Exit, Problem


def as_json(value: dict[str, Any]) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, indent=2, ensure_ascii=False, default=str))


class NoRoomLeft(Problem):
    """A disk became full while a verb wrote to it."""

    exit = Exit.DISK_FULL

    def __init__(self, told: OSError) -> None:
        self.file = str(told.filename or "")
        super().__init__(
            f"a disk is full: {told}",
            "free some room (df -h shows where; of images: docker system df), then run the same command again",
            "docs/en/exit-codes.md",
        )


@contextmanager
def problems(json_wanted: bool = False, tell: Callable[[dict[str, Any]], None] = as_json) -> Iterator[None]:
    """Print a problem with cause, remedy and where to read on, and exit with its code.

    Args:
        json_wanted: print its fields, too.
        tell: how they are printed.
    """
    import typer

    try:
        with _room():
            yield
    except Problem as problem:
        if json_wanted:
            tell(problem.fields())
        _print_problem(problem)
        raise typer.Exit(int(problem.exit)) from None
    except KeyboardInterrupt:
        print("\nyoloport: interrupted; nothing is lost, run the same command again", file=sys.stderr)
        raise typer.Exit(int(Exit.INTERRUPTED)) from None
    except BrokenPipeError:
        raise typer.Exit(int(Exit.OK)) from None


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise NoRoomLeft(error) from error


def _print_problem(problem: Problem) -> None:
    from rich.console import Console
    from rich.text import Text

    text = Text(problem.words())
    text.highlight_words(["yoloport:"], "bold red")
    text.highlight_words(["remedy:", "see:"], "bold")
    Console(stderr=True, soft_wrap=True, highlight=False).print(text)


def say(words: str, **style: Any) -> None:
    """A line of progress for a person; without any style rich is not imported for it, which takes 20 ms."""
    if style == {"markup": False}:
        print(words, file=sys.stderr, flush=True)
        return
    from rich.console import Console

    Console(stderr=True, soft_wrap=True, highlight=False).print(words, **style)


class Steps:
    """Steps of a long job: a moving line on a terminal, a line a step elsewhere."""

    def __init__(self) -> None:
        from rich.console import Console

        self._console = Console(stderr=True, highlight=False)
        self._title, self._begin = "", 0.0
        self._status: Any = None
        self._said: set[str] = set()

    def __call__(self, title: str, detail: str = "", done: int = 0, total: int = 0) -> None:
        """Report; a new title ends the step before."""
        from rich.markup import escape

        if title == "note":
            self._pause()
            self._console.print(f"[yellow]note:[/] {escape(detail)}", soft_wrap=True)
            return
        if title != self._title:
            self.end()
            self._title, self._begin = title, time.monotonic()
            if not self._console.is_terminal:
                self._console.print(f"… {escape(title)}", soft_wrap=True)
        if self._console.is_terminal:
            share = f" {done / 1e6:.0f} of {total / 1e6:.0f} MB" if total else ""
            words = f"{escape(title)} [dim]{escape(detail[: max(10, self._console.width - len(title) - 30)])}{share}[/]"
            if self._status is None:
                self._status = self._console.status(words)
                self._status.start()
            else:
                self._status.update(words)

    def end(self) -> None:
        """The step is done: leave a line that says how long it took."""
        from rich.markup import escape

        self._pause()
        if self._title:
            took = time.monotonic() - self._begin
            self._console.print(f"[green]✓[/] {escape(self._title)} [dim]{took:.1f} s[/]", soft_wrap=True)
        self._title = ""

    def _pause(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


@contextmanager
def steps() -> Iterator[Steps]:
    """Steps whose moving line is gone when the block ends, whatever happens in it."""
    shown = Steps()
    try:
        yield shown
    except BaseException:
        shown._pause()
        raise
    shown.end()


def lines_once() -> Callable[[str], None]:
    """A reporter that says each different line once."""
    said: set[str] = set()

    def report(words: str) -> None:
        if words not in said:
            said.add(words)
            say(words, markup=False)

    return report
