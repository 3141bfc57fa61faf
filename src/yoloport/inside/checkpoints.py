"""Let a stop of the workspace find a saved checkpoint instead of half an epoch.

Ultralytics saves ``last.pt`` at the end of each epoch, ready for ``resume=True``; once a training has ended it strips
that file, and nothing can be resumed. So a training that is to stop must be left right after a save, before its end.
"""

from __future__ import annotations

import os
from pathlib import Path
from types import ModuleType
from typing import Any

from yoloport.supervise import trainings

NAMES = ("default_callbacks", "get_default_callbacks")
PURPOSE = "stopping a training after a checkpoint"


class WorkspaceStops(KeyboardInterrupt):
    """The workspace is going down; this epoch's checkpoint is saved. Like Ctrl-C, so that nobody's `except` eats it."""

    def __init__(self, checkpoint: str, epoch: int, epochs: int) -> None:
        later = (
            f"Go on later: YOLO({checkpoint!r}).train(resume=True)"
            if checkpoint
            else "Nothing was to be saved (save=False)"
        )
        super().__init__(f"the workspace is going down after epoch {epoch} of {epochs}. {later}")
        self.checkpoint = checkpoint


def adapt(callbacks: ModuleType) -> None:
    """Add to Ultralytics' default callbacks: record each training, leave it after a save when a stop was asked for."""
    state = os.environ.get("YOLOPORT_STATE")
    if not state:
        return  # not in a workspace: nobody would read the record
    watch = Watch(Path(state))
    ours = {
        "on_train_start": watch.begin,
        "on_model_save": watch.saved,
        "on_fit_epoch_end": watch.epoch_ended,
        "on_train_end": watch.end,
    }
    theirs = {event: callbacks.default_callbacks[event] for event in ours}  # all of them are there, or none is touched
    for event, callback in ours.items():
        theirs[event].append(callback)


class Watch:
    """Writes the record of this process's training and reads the workspace's stop file."""

    def __init__(self, state: Path) -> None:
        self.folder, self.stop_file = state / "trainings", state / "stop"

    def __deepcopy__(self, memo: dict[int, object]) -> Watch:
        return self  # upstream copies its callbacks for every trainer

    def begin(self, trainer: Any) -> None:
        """A training starts, or resumes."""
        checkpoint = str(trainer.last) if Path(trainer.last).is_file() else ""
        self._write(trainer, trainer.start_epoch, checkpoint)

    def saved(self, trainer: Any) -> None:
        """``last.pt`` of this epoch is on disk."""
        self._write(trainer, trainer.epoch + 1, str(trainer.last))
        self._leave_if_asked(trainer)

    def epoch_ended(self, trainer: Any) -> None:
        """With ``save=False`` there is no checkpoint to wait for."""
        if not trainer.args.save:
            self._leave_if_asked(trainer)

    def end(self, trainer: Any) -> None:
        """The training is over; upstream has stripped its checkpoints, so there is nothing to resume."""
        trainings.remove(self.folder, str(trainer.save_dir))

    def _leave_if_asked(self, trainer: Any) -> None:
        if self.stop_file.exists() and not trainer.stop:  # after its last epoch a training may as well finish
            checkpoint = str(trainer.last) if trainer.args.save else ""
            self._write(trainer, trainer.epoch + 1, checkpoint, stopped=True)
            raise WorkspaceStops(checkpoint, trainer.epoch + 1, trainer.epochs)

    def _write(self, trainer: Any, epoch: int, checkpoint: str, stopped: bool = False) -> None:
        pid = os.getpid()
        run, epochs = str(trainer.save_dir), int(trainer.epochs)
        trainings.write(
            self.folder, trainings.Training(run, pid, trainings.started_at(pid), epoch, epochs, checkpoint, stopped)
        )
