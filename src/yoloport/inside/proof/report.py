"""The ledger of this process's runs."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 1000
_runs: deque[RunProof] = deque(maxlen=KEPT)  # upstream's callbacks are functions: they share nothing but the process


@dataclass(frozen=True)
class RunProof:
    """What ran where in one training, validation or prediction.

    Args:
        task: ``train`` (with its validations), ``val`` or ``predict`` (tracking is one).
        device: torch's name of it, with the index.
        device_name: the card's name; empty for the CPU.
        steps: batches; of a training its training batches.
        sampled: how many of them were watched. Counts below are those of a sampled step, on the average.
        calls: operators that reached a kernel, on the device or on the host.
        host_calls: those of them that the host computed: operators without a kernel for the device, and operators
            on large tensors in host memory.
        host_share_of_calls: between 0 and 1.
        host_share_of_time: between 0 and 1, of an ordinary step's time.
        to_device: copies from the host to the device.
        from_device: copies back, single values included.
        fell_back: operators without a kernel for the device, most frequent first, each with its calls in a step;
            0 where only the plug-in's warning named it.
        said: the line that was printed, or would have been.
        runtime: upstream's format whose own runtime computed the model, unseen by the counts; empty where torch did.
    """

    task: str
    device: str
    device_name: str
    steps: int
    sampled: int
    calls: int
    host_calls: int
    host_share_of_calls: float
    host_share_of_time: float
    to_device: int
    from_device: int
    fell_back: tuple[tuple[str, int], ...] = ()
    said: str = ""
    runtime: str = ""

    @property
    def on_host(self) -> bool:
        """Whether the whole run was on the CPU."""
        return self.device.partition(":")[0] == "cpu"

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {**asdict(self), "fell_back": [list(one) for one in self.fell_back]}


def report() -> tuple[RunProof, ...]:
    """Each run of this process that has ended, last first; the last thousand.

    Several cards are driven by processes of their own: the first of them prints the line, and this process has none.
    """
    return tuple(reversed(_runs))


def record(run: RunProof) -> None:
    """Add a run that has ended."""
    _runs.append(run)
