"""A loaded artifact: arrays in, arrays out, and the truth about where it runs."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any, Protocol

from yoloport.errors import Exit, Problem

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

GROUP = "yoloport.sessions"
"""Entry points of other packages: the name is a format, the value a function like ``sessions.onnx.open_session``."""
OWN = {"onnx": "yoloport.runtime.sessions.onnx:open_session"}


@dataclass(frozen=True)
class Options:
    """How to run.

    Args:
        device: ``auto`` for the best that the engine has, ``cpu``, or another name that the engine knows.
        threads: of one forward pass; 0 for what the process may use.
        streams: forward passes at a time, from so many threads.
    """

    device: str = "auto"
    threads: int = 0
    streams: int = 1


@dataclass(frozen=True)
class Running:
    """What an artifact truly runs on, asked from the engine after loading.

    Args:
        engine: the library.
        version: of it.
        device: as the engine calls it.
        precision: type of the numbers that go in.
        shapes: of the inputs, by name; 0 where a side is free.
    """

    engine: str
    version: str
    device: str
    precision: str
    shapes: tuple[tuple[str, tuple[int, ...]], ...]


class Session(Protocol):
    """What every engine's session can do. ``run`` may be called from as many threads as there are streams."""

    def run(self, batch: NDArray[Any]) -> tuple[NDArray[Any], ...]:
        """One forward pass: pictures as the metadata says, outputs in the model's order."""

    def running(self) -> Running:
        """What it runs on."""

    def close(self) -> None:
        """Release the engine; nothing can be run after it."""


class NoSession(Problem):
    """No engine for a format is known here."""

    exit = Exit.INSTALL

    def __init__(self, form: str, known: tuple[str, ...]) -> None:
        self.format, self.known = form, known
        super().__init__(
            f"nothing here runs models of format {form!r}; formats that are known: {', '.join(known)}",
            f"install a package with an entry point {form!r} in the group {GROUP}, or convert the model",
            "docs/en/runtime.md",
        )


class CannotLoad(Problem):
    """An engine refused a model, or cannot be what was asked for."""

    exit = Exit.BAD_WEIGHTS

    def __init__(self, artifact: str, why: str, remedy: str = "convert it again; the file may be torn") -> None:
        self.artifact = artifact
        super().__init__(f"{artifact}: {why}", remedy, "docs/en/runtime.md")


def open_session(artifact: Artifact, **settings: Any) -> Session:
    """Load an artifact into its engine.

    Args:
        artifact: from :func:`yoloport.runtime.artifact.open_artifact`.
        settings: fields of :class:`Options`.

    Raises:
        NoSession: no engine for the format.
        CannotLoad: the engine refused it.
    """
    try:
        options = Options(**settings)
    except TypeError:
        strange = sorted(set(settings) - set(Options.__dataclass_fields__))
        known = ", ".join(Options.__dataclass_fields__)
        why = f"no session has the settings {', '.join(strange)}"
        raise CannotLoad(str(artifact.path), why, f"settings are {known}") from None
    return _opener(artifact.format)(artifact, options)


def _opener(form: str) -> Callable[[Artifact, Options], Session]:
    installed = {point.name: point for point in entry_points(group=GROUP)}
    if form in installed:
        found: Callable[[Artifact, Options], Session] = installed[form].load()
        return found
    if form not in OWN:
        raise NoSession(form, tuple(sorted({*OWN, *installed})))
    module, _, name = OWN[form].partition(":")
    opener: Callable[[Artifact, Options], Session] = getattr(importlib.import_module(module), name)
    return opener
