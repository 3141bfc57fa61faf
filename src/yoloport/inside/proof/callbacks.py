"""Add the watch to Ultralytics' default callbacks (upstream: utils/callbacks/base.py:126-156)."""

from __future__ import annotations

from types import ModuleType

from yoloport.inside import accelerator as ac
from yoloport.inside.proof import hooks

NAMES = ("default_callbacks", "get_default_callbacks")
PURPOSE = "the line that says what ran on the accelerator and what on the host"
OURS = {
    "on_train_start": hooks.train_start,
    "on_train_batch_start": hooks.train_batch_start,
    "on_train_batch_end": hooks.train_batch_end,
    "on_train_end": hooks.train_end,
    "teardown": hooks.train_end,
    "on_val_start": hooks.val_start,
    "on_val_batch_start": hooks.val_batch_start,
    "on_val_batch_end": hooks.val_batch_end,
    "on_val_end": hooks.val_end,
    "on_predict_start": hooks.predict_start,
    "on_predict_batch_start": hooks.predict_batch_start,
    "on_predict_postprocess_end": hooks.predict_batch_end,
    "on_predict_end": hooks.predict_end,
}


def adapt(callbacks: ModuleType) -> None:
    """Watch every training, validation and prediction; where torch was built for this machine's card, none."""
    if ac.built_in_card() and ac.active() is None:
        return
    theirs = {event: callbacks.default_callbacks[event] for event in OURS}  # all of them are there, or none is touched
    for event, callback in OURS.items():
        theirs[event].append(callback)
