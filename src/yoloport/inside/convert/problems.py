"""What can stop a conversion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from yoloport.errors import Exit, Problem

SEE = "docs/en/convert.md"


class NoSuchTarget(Problem):
    """A format that nothing here converts to."""

    exit = Exit.USAGE

    def __init__(self, target: str, known: Sequence[str]) -> None:
        self.target, self.known = target, list(known)
        super().__init__(f"nothing here converts to {target!r}", f"--to is one of {', '.join(known)}", SEE)


class CannotConvert(Problem):
    """A wish that the target, or the task, does not allow.

    Attributes:
        option: what was asked for, as it was typed.
        why: what forbids it.
    """

    exit = Exit.USAGE

    def __init__(self, option: str, why: str, remedy: str) -> None:
        self.option, self.why = option, why
        super().__init__(f"{option}: {why}", remedy, SEE)


class MissingTool(Problem):
    """Packages that the target's exporter needs and this environment does not have.

    Attributes:
        packages: what is missing, with the versions that fit.
        command: what installs it here.
    """

    exit = Exit.INSTALL

    def __init__(self, target: str, missing: Mapping[str, str], command: str) -> None:
        self.packages, self.command = list(missing), command
        words = ", ".join(f"{wanted} ({found})" for wanted, found in missing.items())
        super().__init__(f"converting to {target} needs {words}; nothing is installed unasked", command, SEE)


class OutputExists(Problem):
    """Something lies where the artifact should go."""

    exit = Exit.DATA_FOLDER

    def __init__(self, output: Path, ours: bool) -> None:
        self.output = output
        remedy = (
            "--force replaces it; or choose another place with --output" if ours else "choose another with --output"
        )
        what = "is there already" if ours else "is there and is no artifact of yoloport's: it is never replaced"
        super().__init__(f"{output} {what}", remedy, SEE)


class OutputUnusable(Problem):
    """A place that cannot be written."""

    exit = Exit.DATA_FOLDER

    def __init__(self, output: Path, why: str) -> None:
        self.output = output
        super().__init__(f"{output} cannot be written: {why}", "choose another place with --output", SEE)


class ConvertDiskFull(Problem):
    """Too little room for the exporter's work."""

    exit = Exit.DISK_FULL

    def __init__(self, folder: Path, free: int, needed: int) -> None:
        self.folder, self.free, self.needed = folder, free, needed
        room = f"{free // 1_000_000} MB are free, and converting needs about {needed // 1_000_000} MB"
        cause = f"{folder}: {room if needed else 'the disk ran full while converting'}"
        super().__init__(cause, "free some room, or choose another disk with --output", SEE)


class BadCalibration(Problem):
    """Pictures to calibrate with that are none."""

    exit = Exit.BAD_DATASET

    def __init__(self, data: Path, why: str) -> None:
        self.data, self.why = data, why
        super().__init__(f"{data}: {why}", "name a dataset's YAML, or a folder of pictures like those to come", SEE)


class ExportFailed(Problem):
    """The exporter ended with an error, or was ended.

    Attributes:
        log: the end of what it said.
    """

    exit = Exit.UNEXPECTED

    def __init__(self, target: str, why: str, log: Sequence[str]) -> None:
        self.target, self.log = target, list(log)
        end = "".join(f"\n    {line}" for line in log)
        super().__init__(
            f"converting to {target} failed: {why}{end}", "nothing was written; see what it said above", SEE
        )


class DoesNotLoad(Problem):
    """The runtime refused what the exporter made."""

    exit = Exit.CHECK_FAILED

    def __init__(self, target: str, why: str) -> None:
        self.target, self.why = target, why
        remedy = "nothing was written; try another precision or target, or --skip-check to keep it all the same"
        super().__init__(f"the {target} artifact was made, but does not load: {why}", remedy, SEE)


class Interrupted(Problem):
    """Stopped before the artifact was whole."""

    exit = Exit.INTERRUPTED

    def __init__(self) -> None:
        super().__init__("stopped; nothing was written", "start it again", SEE)


class Told(Problem):
    """A problem of the process that exports, with its own name, words and exit code."""

    def __init__(self, fields: Mapping[str, Any]) -> None:
        self._fields = dict(fields)
        self.exit = Exit(int(fields["exit"]))
        super().__init__(str(fields["cause"]), str(fields["remedy"]), str(fields["see"]))

    def fields(self) -> dict[str, object]:
        """As the other process had them."""
        return dict(self._fields)
