"""What ``yoloport predict`` says when it is over: at the end of its sources, or where it broke off."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from yoloport.cli import present
from yoloport.errors import Exit, Problem

if TYPE_CHECKING:
    from yoloport.runtime.results.results import Results
    from yoloport.runtime.session import Running
    from yoloport.runtime.sources.frame import Tally

STEPS = ("preprocess", "inference", "postprocess")


class Account:
    """Counts a run, and tells it once. A stream ends only by being lost or by Ctrl-C: these tell it, too.

    Args:
        as_json: one line of JSON on standard output, a problem's fields in it; else words on standard error.
        show_speed: with words, end with what each step took.
    """

    def __init__(self, as_json: bool, show_speed: bool) -> None:
        self._json, self._show_speed = as_json, show_speed
        self._begin = time.monotonic()
        self._spent = dict.fromkeys(STEPS, 0.0)
        self._facts: dict[str, Any] = {}

    def add(self, result: Results) -> None:
        """One more result."""
        for step in STEPS:
            self._spent[step] += result.speed[step]

    def line(self, fields: dict[str, Any]) -> None:
        """The last line of JSON, with what a problem adds to it."""
        print(json.dumps({"ok": True, **self._facts, **fields}, ensure_ascii=False, default=str), flush=True)

    @contextmanager
    def told(self, source: str, tally: Tally, running: Running) -> Iterator[None]:
        """Around the reading of a source.

        Raises:
            NoSource: not one picture of it could be read.
        """
        from yoloport.runtime.sources.frame import NoSource

        try:
            yield
            if not tally.done:
                first = f"; the first is {tally.broken[0].path}: {tally.broken[0].why}" if tally.broken else ""
                raise NoSource(source, f"not one picture could be read{first}")
        except Problem:
            self._tell(tally, running)  # the problem itself is told by who catches it
            raise
        except KeyboardInterrupt:
            self._tell(tally, running)
            if self._json:
                self.line({"ok": False, "problem": "Interrupted", "exit": int(Exit.INTERRUPTED)})
            raise
        self._tell(tally, running)
        if self._json:
            self.line({})

    def _tell(self, tally: Tally, running: Running) -> None:
        seconds = round(time.monotonic() - self._begin, 2)
        each = {step: round(spent / max(tally.done, 1), 2) for step, spent in self._spent.items()}
        if not self._json:
            return self._words(tally, each, seconds)
        broken = [{"path": one.path, "why": one.why} for one in tally.broken]
        self._facts = {"pictures": tally.done, "broken": broken, "broken_count": tally.broken_count,
                       "gaps": [vars(gap) for gap in tally.gaps], "gap_count": tally.gap_count, "speed": each,
                       "running": asdict(running), "seconds": seconds}  # fmt: skip
        return None

    def _words(self, tally: Tally, each: dict[str, float], seconds: float) -> None:
        for one in tally.broken if tally.done else ():
            present.say(f"not read: {one.path}: {one.why}", markup=False)
        if tally.done and tally.broken_count > len(tally.broken):
            present.say(f"… and {tally.broken_count - len(tally.broken)} more not read", markup=False)
        for gap in tally.gaps:
            present.say(f"{gap.path} stood still for {gap.seconds:.1f} s after frame {gap.after}", markup=False)
        if tally.gap_count > len(tally.gaps):
            present.say(f"… and {tally.gap_count - len(tally.gaps)} more times", markup=False)
        if self._show_speed and tally.done:
            parts = ", ".join(f"{step} {each[step]:.1f} ms" for step in STEPS)
            print(f"speed: {parts} a picture; {tally.done} pictures in {seconds:.1f} s, loading included")
