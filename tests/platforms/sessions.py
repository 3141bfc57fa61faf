"""What the tests of vendors' sessions share: an artifact on disk, a graph of two lines, and runs from many threads."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from yoloport.runtime.artifact import Artifact, open_artifact

SHAPE = (1, 3, 32, 64)


def facts(**other: Any) -> dict[str, Any]:
    """A detector's metadata in ``yoloport.json``."""
    made = {"task": "detect", "names": {"0": "helmet", "1": "head"}, "size": [32, 64], "batch": 1, "stride": 32}
    return made | other


def artifact(folder: Path, form: str, content: bytes = b"model", **other: Any) -> Artifact:
    """A folder with ``yoloport.json`` and a file."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"model.{form}").write_bytes(content)
    told = {"file": f"model.{form}", "format": form, **facts(**other)}
    (folder / "yoloport.json").write_text(json.dumps(told), encoding="utf-8")
    return open_artifact(folder)


def graph(batch: np.ndarray) -> list[np.ndarray]:
    """What the doubles compute: a head of 6 x 4 that tells the picture by its mean, and a copy of a corner."""
    batch = np.asarray(batch, np.float64)
    head = np.arange(24, dtype=np.float64).reshape(1, 6, 4) / 8 + batch.mean()
    return [head, batch[:, :1, :2, :2] * 2]


def picture(seed: int = 0, shape: tuple[int, ...] = SHAPE) -> np.ndarray:
    """A batch in float32, 0..1, of values that 8 bits can hold."""
    return (np.random.default_rng(seed).integers(0, 256, shape) / 255).astype(np.float32)


def at_once(work: Callable[[int], None], threads: int = 6) -> None:
    """Runs ``work(number)`` in so many threads that begin together, and raises what one of them met."""
    gate, met = threading.Barrier(threads), []

    def one(number: int) -> None:
        gate.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001
            met.append(error)

    running = [threading.Thread(target=one, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    if met:
        raise met[0]
