"""What is fuzzed: each reads one input as the runtime would, and raises what the runtime raises."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fuzz import outputs, seeds
from fuzz.mutate import mutated
from yoloport.platforms.rockchip import rknn_file
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.branches_file import branches_of
from yoloport.runtime.prepare import pictures
from yoloport.runtime.prepare.containers import look
from yoloport.runtime.sources import kinds


@dataclass(frozen=True)
class Target:
    """A part of the runtime that reads something from outside.

    Args:
        name: on the command line and in reports.
        attempt: reads one input; may raise a ``Problem``.
        seeds: right inputs, which are mutated.
    """

    name: str
    attempt: Callable[[bytes, Path], None]
    seeds: Callable[[], Sequence[bytes]]

    def input(self, rng: random.Random) -> bytes:
        """The next one."""
        return mutated(self.seeds(), rng)


def picture(data: bytes, folder: Path) -> None:
    """A picture file, for a model of three colours and for one of grey."""
    look(data)
    for channels, name in ((3, "x.png"), (1, "x.avif")):
        made = pictures.decode(data, name, channels)
        assert made.dtype == np.uint8 and made.ndim == 3 and made.shape[2] == channels and made.size


def artifact(name: str, *others: str) -> Callable[[bytes, Path], None]:
    """A file of this name in a folder beside others; the path that is opened is the first of all."""

    def attempt(data: bytes, folder: Path) -> None:
        (folder / name).write_bytes(data)
        for other in others:
            (folder / other).write_bytes(b"model")
        opened = open_artifact(folder / (others[0] if others else name))
        assert opened.metadata.names and opened.file.is_file()

    return attempt


def own(data: bytes, folder: Path) -> None:
    """A folder with ``yoloport.json``."""
    (folder / "model.bin").write_bytes(b"model")
    (folder / "yoloport.json").write_bytes(data)
    assert open_artifact(folder).file.is_file()


def branches(data: bytes, folder: Path) -> None:
    """Branches of the head that a graph lacks."""
    (folder / "model.bin").write_bytes(b"model")
    (folder / "yoloport.json").write_text(json.dumps(seeds.WITHOUT_BRANCHES), encoding="utf-8")
    (folder / "branches.npz").write_bytes(data)
    found = branches_of(open_artifact(folder))
    assert found is not None and len(found.boxes) == 1


def rknn(data: bytes, folder: Path) -> None:
    """A model for an NPU, of which the facts are read without its runtime."""
    (folder / "a.rknn").write_bytes(data)
    rknn_file.read(folder / "a.rknn")


def listed(name: str) -> Callable[[bytes, Path], None]:
    """A list of pictures; what it names is looked for, and not read."""

    def attempt(data: bytes, folder: Path) -> None:
        # A pattern may stand in a list, and from the root it would look through this machine.
        (folder / name).write_bytes(data.replace(b"**", b"*").replace(b"/", b"-"))
        assert kinds.files(folder / name)

    return attempt


def decoded(data: bytes, folder: Path) -> None:
    """Outputs of a graph that are not what was expected; the input says which."""
    outputs.attempt(json.loads(data))


@dataclass(frozen=True)
class Outputs(Target):
    """The input is what makes the arrays: a task, shapes, and a seed for the numbers."""

    def input(self, rng: random.Random) -> bytes:
        return json.dumps(outputs.chosen(rng)).encode()


TARGETS = {
    one.name: one
    for one in (
        Target("picture", picture, seeds.pictures),
        Target("yoloport.json", own, seeds.own),
        Target("branches.npz", branches, seeds.branches),
        Target("metadata.yaml", artifact("metadata.yaml", "a.xml"), seeds.sidecars),
        Target("onnx", artifact("a.onnx"), seeds.onnx),
        Target("mnn", artifact("a.mnn"), seeds.mnn),
        Target("torchscript", artifact("a.torchscript"), seeds.torchscript),
        Target("engine", artifact("a.engine"), seeds.engine),
        Target("rknn", rknn, seeds.rknn),
        Target("list.txt", listed("list.txt"), seeds.lists),
        Target("list.csv", listed("list.csv"), seeds.lists),
        Outputs("outputs", decoded, tuple),
    )
}
