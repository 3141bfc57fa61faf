"""Make an environment, or finish one that was interrupted."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from yoloport.environment import pip, plan
from yoloport.environment.plan import Step
from yoloport.errors import Exit, Problem

STAMP = "yoloport.json"
Report = Callable[[str, pip.Event], None]


class DiskFull(Problem):
    """Not enough room."""

    exit = Exit.DISK_FULL

    def __init__(self, folder: Path, need_mb: int, free_mb: int) -> None:
        super().__init__(
            f"{folder} has {free_mb} MB free, {need_mb} MB are needed",
            "free some room, or point YOLOPORT_CACHE at a bigger disk",
            "docs/en/install.md",
        )
        self.folder, self.need_mb, self.free_mb = folder, need_mb, free_mb


class BrokenPair(Problem):
    """torch and torchvision were installed and do not work together."""

    exit = Exit.INSTALL

    def __init__(self, folder: Path, words: str) -> None:
        super().__init__(
            f"the installed torch and torchvision do not work together: {words}",
            f"rm -r {folder}, and name other wheels or none (--wheelhouse)",
            "docs/en/install.md",
        )
        self.folder = folder


@dataclass(frozen=True)
class Environment:
    """An environment that is complete and was checked."""

    folder: Path

    @property
    def python(self) -> Path:
        return self.folder / "bin/python"


def ready(folder: Path, wheel_digest: str) -> bool:
    """Whether the environment is whole and holds this very yoloport."""
    try:
        return bool(json.loads((folder / STAMP).read_text(encoding="utf-8"))["yoloport"] == wheel_digest)
    except (OSError, ValueError, TypeError, KeyError):
        return False


def make(folder: Path, steps: tuple[Step, ...], need_mb: int, wheel_digest: str, report: Report) -> Environment:
    """Install the steps into ``folder``; steps that are done already take a moment.

    An interrupt leaves the folder without its stamp, and the next call goes on. Two callers wait for each other.

    Raises:
        DiskFull, NoNetwork, InstallFailed, BrokenPair: nothing is stamped, and a later call repairs.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with _alone(folder.with_name(folder.name + ".lock"), report):
        if ready(folder, wheel_digest):
            return Environment(folder)
        # The folder's name says which lock and torch it holds: once stamped, only yoloport itself can be out of date.
        stamped = (folder / STAMP).is_file() and _runs(folder)
        if stamped:
            (folder / STAMP).write_text("{}", encoding="utf-8")  # not whole from here on, until it was checked again
        else:
            _require_room(folder.parent, need_mb)
            _create(folder, report)
        for step in steps[-1:] if stamped else steps:
            _install(folder, step, report)
        report("checking", pip.Event("torch and torchvision together"))
        _stamp(folder, wheel_digest)
    return Environment(folder)


def _install(folder: Path, step: Step, report: Report) -> None:
    report(step.title, pip.Event(""))
    pip.install(
        folder / "bin/python",
        step.title,
        step.arguments,
        folder / "install.log",
        lambda event: report(step.title, event),
    )


def _runs(folder: Path) -> bool:
    python = folder / "bin/python"
    return python.is_file() and subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0


def _create(folder: Path, report: Report) -> None:
    if _runs(folder):
        return
    report("Python environment", pip.Event(str(folder)))
    shutil.rmtree(folder, ignore_errors=True)
    base = getattr(sys, "_base_executable", sys.executable)  # a venv of a venv would keep the first one alive
    made = subprocess.run(
        [base, "-m", "venv", "--without-pip", str(folder)], capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise pip.InstallFailed(
            "the Python environment", folder / "install.log", made.stderr.strip() or made.stdout.strip()
        )


_CHECK = """
import json, platform, torch, torchvision
boxes = torch.tensor([[0.0, 0.0, 10.0, 10.0], [1.0, 1.0, 10.0, 10.0]])
kept = torchvision.ops.nms(boxes, torch.tensor([0.9, 0.8]), 0.5).tolist()
assert kept == [0], f"nms kept {kept}"
from importlib.metadata import version
found = {name: version(name) for name in ("ultralytics", "jupyterlab", "torchvision")}
print(json.dumps({"python": platform.python_version(), "torch": torch.__version__, **found}))
"""


def _stamp(folder: Path, wheel_digest: str) -> None:
    environ = {**os.environ, "TORCH_DEVICE_BACKEND_AUTOLOAD": "0"}  # the pair is asked, not the vendor's driver
    checked = subprocess.run(
        [folder / "bin/python", "-c", _CHECK], capture_output=True, text=True, check=False, env=environ
    )
    if checked.returncode:
        raise BrokenPair(folder, (checked.stderr.strip().splitlines() or ["no output"])[-1])
    measured = json.loads(checked.stdout.splitlines()[-1])
    stamp = {"yoloport": wheel_digest, "versions": measured}
    part = folder / (STAMP + ".part")
    part.write_text(json.dumps(stamp, indent=1) + "\n", encoding="utf-8")
    part.replace(folder / STAMP)


@contextlib.contextmanager
def _alone(lock: Path, report: Report) -> Iterator[None]:
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            report("waiting", pip.Event("another yoloport makes this environment"))
            fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _require_room(folder: Path, need_mb: int) -> None:
    free_mb = shutil.disk_usage(folder).free // 1_000_000
    if free_mb < need_mb:
        raise DiskFull(folder, need_mb, free_mb)


def needed_mb(source: plan.TorchSource) -> int:
    """Room for the environment itself, once unpacked."""
    return plan.LOCK_MB + source.size_mb
