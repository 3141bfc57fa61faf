"""Exchange a checkpoint in one step, so that a kill, a power cut or a full disk leaves the one before it.

Ultralytics 8.4.190 writes over ``last.pt`` and ``best.pt`` in place, engine/trainer.py:830-836, and again when it
strips them at the end, utils/torch_utils.py:957. Killed there, a training of days has no checkpoint that loads.
"""

from __future__ import annotations

import functools
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from yoloport.host.on_disk import settle
from yoloport.inside.adapt.swap import swapped

NAMES = ("BaseTrainer.save_model", "strip_optimizer", "torch.save")
PURPOSE = "checkpoints that a kill or a full disk cannot cut"
PART = ".part"
"""Folder beside the checkpoints for what is being written; one process of a training writes, the one of rank 0."""


class CheckpointNotSaved(OSError):
    """A checkpoint could not be written; those that are there are untouched.

    Args:
        folder: where it was to be.
        cause: what the system or torch said.
        later: what to do once there is room.
    """

    def __init__(self, folder: Path, cause: Exception, later: str) -> None:
        what = getattr(cause, "strerror", None) or str(cause).partition("\n")[0] or type(cause).__name__
        super().__init__(
            f"a checkpoint could not be saved: {what}. What {folder} held is untouched. "
            f"Where its disk is full, make room (`df -h {folder}`). {later}"
        )
        self.folder, self.errno = folder, getattr(cause, "errno", None)


def adapt(trainer: Any) -> None:
    """Wrap what writes checkpoints during a training and at its end."""
    trainer.BaseTrainer.save_model = _save_model(trainer.BaseTrainer.save_model)
    trainer.strip_optimizer = _strip_optimizer(trainer.strip_optimizer, trainer.torch)


@contextmanager
def exchanged(folder: Path) -> Iterator[Path]:
    """A folder to write into; its files take the place of those of the same name in ``folder``, each in one step.

    Raises:
        OSError: a file could not be written to its end. Then nothing in ``folder`` has changed.
    """
    part = folder / PART
    try:
        shutil.rmtree(part, ignore_errors=True)  # of a process that was killed
        part.mkdir(parents=True)
        yield part
        written = sorted(part.iterdir())
        for file in written:
            settle(file)
        for file in written:
            file.replace(folder / file.name)
        settle(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _save_model(upstream: Callable[[Any], Any]) -> Callable[[Any], Any]:
    @functools.wraps(upstream)
    def save_model(self: Any) -> Any:
        """Upstream's, into a folder beside the checkpoints."""
        before = folder, last, best = Path(self.wdir), Path(self.last), Path(self.best)
        try:
            with exchanged(folder) as part:
                self.wdir, self.last, self.best = part, part / last.name, part / best.name
                return upstream(self)
        except OSError as error:
            raise CheckpointNotSaved(folder, error, _resume(last)) from error
        finally:
            self.wdir, self.last, self.best = before

    return save_model


def _resume(last: Path) -> str:
    return f"Then go on: YOLO({str(last)!r}).train(resume=True)" if last.is_file() else "Then start again."


def _strip_optimizer(upstream: Callable[..., Any], torch: Any) -> Callable[..., Any]:
    @functools.wraps(upstream)
    def strip_optimizer(f: Any = "best.pt", s: Any = "", *args: Any, **options: Any) -> Any:
        """Upstream's, with what it saves exchanged in one step."""
        target, save = Path(s or f), torch.save

        def whole(content: Any, file: Any, *more: Any, **kept: Any) -> None:
            with exchanged(target.parent) as part:
                save(content, part / target.name, *more, **kept)

        try:
            with swapped(torch, "save", whole):
                return upstream(f, s, *args, **options)
        except (OSError, RuntimeError) as error:  # torch's writer raises the latter where the disk is full
            later = f"{f} loads as it is; only its optimizer was to be left out."
            raise CheckpointNotSaved(target.parent, error, later) from error

    return strip_optimizer
