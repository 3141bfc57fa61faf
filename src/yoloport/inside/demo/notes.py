"""What a reader must know before quoting a demo's numbers."""

from __future__ import annotations

from yoloport.datasets.check import DatasetFacts
from yoloport.inside.demo.request import Request

FEW_PICTURES, FEW_EPOCHS = 200, 10


def start_words(request: Request) -> str:
    """Where training began."""
    if request.weights is None:
        return "It began with random weights, so everything it knows it learned here."
    return f"It began with {request.weights.name}, a model trained before on other pictures."


def notes(request: Request, dataset: DatasetFacts, epochs: int, asked: int) -> tuple[str, ...]:
    """The limits that hold for this run.

    Args:
        request: what was asked for.
        dataset: what was trained on.
        epochs: epochs that ran.
        asked: epochs that were to run.
    """
    pictures = len(dataset.val.pictures)
    found = ["The best epoch was chosen by the validation pictures that also give the scores, which flatters them."]
    if request.data is None:
        found.append(
            "The scenes are drawn. The scores show that training works on this machine; "
            "they say nothing about photographs of a real site."
        )
    if pictures < FEW_PICTURES:
        found.append(f"{pictures} validation pictures are few: another draw can move mAP by several hundredths.")
    if epochs < asked:
        found.append(f"Training stopped after {epochs} of {asked} epochs, because the scores no longer rose.")
    elif epochs < FEW_EPOCHS:
        found.append(f"{epochs} epoch{'s are' if epochs > 1 else ' is'} few: the model had hardly begun to learn.")
    unread = dataset.train.unread + dataset.val.unread
    if unread:
        found.append(f"The set is large: {unread} label files were not checked before training.")
    found.append("Milliseconds are of this machine, with whatever else it was doing at the time.")
    return tuple(found)
