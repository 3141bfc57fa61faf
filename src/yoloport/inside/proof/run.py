"""One training, validation or prediction while it goes on."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from yoloport.inside.proof import budget
from yoloport.inside.proof.tally import Phase, Tally
from yoloport.inside.proof.warned import Listener

if TYPE_CHECKING:
    from yoloport.inside.proof.counting import Counting

Clock = Callable[[], float]


class Account:
    """What watching one trainer, validator or predictor has cost; a predictor's lasts over all its runs.

    A loop that predicts one picture at a time is one long run as far as cost goes.
    """

    def __init__(self, clock: Clock = time.perf_counter) -> None:
        self.clock, self.begun = clock, clock()
        self.spent_s = self.dearest_s = 0.0
        self.sampled: dict[str, int] = {}

    def may_sample(self, kind: str, steps: int, total: int, mode: str) -> bool:
        """Whether the next step of a kind is to be watched."""
        if mode == "every":
            return True
        elapsed, sampled = self.clock() - self.begun, self.sampled.get(kind, 0)
        return budget.due(budget.Spending(steps, total, sampled, elapsed, self.spent_s, self.dearest_s))

    def pay(self, kind: str, seconds: float) -> None:
        """A step of a kind was watched, and took so much longer."""
        self.sampled[kind] = self.sampled.get(kind, 0) + 1
        self.spent_s += seconds
        self.dearest_s = max(self.dearest_s, seconds)


class Run:
    """The steps of one run, and what is active during a step.

    Args:
        task: ``train``, ``val`` or ``predict``.
        words: the plug-in's warning that an operator runs on the host; a regular expression or empty.
        count: makes what counts a step's operators.
        account: pays for it.
        mode: ``sampled`` or ``every``.
    """

    def __init__(self, task: str, words: str, count: Callable[[], Counting], account: Account, mode: str) -> None:
        self.task, self.mode, self._count, self.account = task, mode, count, account
        self.phases: dict[str, Phase] = {task: Phase()}
        self.listener = Listener(words)
        self.failure = self.runtime = ""
        self._kind, self._begun, self._thread = "", 0.0, 0
        self._counting: Counting | None = None

    def begin_step(self, kind: str, total: int = 0, may_sample: bool = True) -> None:
        """A batch begins; one before it that never ended is forgotten.

        Args:
            kind: which phase it belongs to.
            total: how many steps this phase will have; 0 if unknown.
            may_sample: False where watching would disturb the run.
        """
        self.close_step()
        phase = self.phases.setdefault(kind, Phase())
        self._kind, self._thread = kind, threading.get_ident()
        self.listener.start()
        if may_sample and self.account.may_sample(kind, phase.steps, total, self.mode):
            self._counting = self._count()
            self._begun = self.account.clock()
            self._counting.__enter__()
        else:
            self._begun = self.account.clock()

    def end_step(self) -> None:
        """The batch is done."""
        if not self._kind:
            return
        kind, counting, phase = self._kind, self._counting, self.phases[self._kind]
        self.close_step()
        seconds = self.account.clock() - self._begun
        if counting is None:
            phase.ordinary_step(seconds)
        else:
            self.account.pay(kind, phase.sampled_step(seconds, Tally() if counting.failure else counting.tally))
            self.failure = self.failure or counting.failure

    def close_step(self) -> None:
        """Nothing of ours stays active, however the batch ended."""
        counting, self._counting, self._kind = self._counting, None, ""
        self.listener.stop()
        if counting is None:
            return
        from torch.utils._python_dispatch import _get_current_dispatch_mode

        if threading.get_ident() == self._thread and _get_current_dispatch_mode() is counting:
            counting.__exit__(None, None, None)
        else:
            counting.dead = True  # somebody entered a mode of his own above it, or another thread ends the batch

    def fell_back(self) -> tuple[tuple[str, int], ...]:
        """Names and calls in a step, most frequent first; those that only a warning named come last, with 0."""
        counts = dict.fromkeys(self.listener.names, 0)
        for phase in reversed(self.phases.values()):
            counts.update({name: phase.each(count) for name, count in phase.tally.fell_back.items()})
        return tuple(sorted(counts.items(), key=lambda one: (-one[1], one[0])))
