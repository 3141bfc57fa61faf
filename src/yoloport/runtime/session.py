"""A loaded artifact: arrays in, arrays out, and the truth about where it runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from yoloport.errors import Exit, Problem
from yoloport.runtime import formats

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact

GROUP = "yoloport.sessions"
"""Entry points of other packages: the name is a format, the value a function like ``sessions.onnx.open_session``."""
PRECISIONS = ("fp32", "fp16", "bf16", "auto")


@dataclass(frozen=True)
class Options:
    """How to run.

    Args:
        device: ``auto`` for the best that the engine has, ``cpu``, or another name that the engine knows.
        threads: of one forward pass; 0 for what the process may use.
        streams: forward passes at a time, from so many threads.
        precision: of the arithmetic, one of :data:`PRECISIONS`. ``fp32`` gives the boxes that Ultralytics gives, and is
            never lowered silently; ``fp16`` and ``bf16`` are refused where the engine would not really use them;
            ``auto`` leaves it to the engine. A quantised artifact computes as it was quantised with ``fp32``, too.
    """

    device: str = "auto"
    threads: int = 0
    streams: int = 1
    precision: str = "fp32"


@dataclass(frozen=True)
class Running:
    """What an artifact truly runs on, asked from the engine after loading.

    Args:
        engine: the library.
        version: of it.
        device: as the engine calls it.
        precision: in which it computes: ``fp32``, ``fp16``, ``bf16`` or ``int8``.
        shapes: of the inputs, by name; 0 where a side is free.
    """

    engine: str
    version: str
    device: str
    precision: str
    shapes: tuple[tuple[str, tuple[int, ...]], ...]

    def words(self) -> str:
        """In a line: ``openvino 2026.4.1 on cpu, fp32, 1 x 3 x 640 x 640``; a free side is ``any``."""
        taken = "; ".join(" x ".join(str(side or "any") for side in shape) for _, shape in self.shapes)
        return ", ".join(filter(None, (f"{self.engine} {self.version} on {self.device}", self.precision, taken)))


class Session(Protocol):
    """What every engine's session can do. ``run`` may be called from as many threads as there are streams.

    One whose outputs lie in the engine's memory may have ``lend``, too: see :mod:`lending`.
    """

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
    _require_sense(artifact, options)
    return _opener(artifact.format)(artifact, options)


def require_shape(artifact: Artifact, shape: Sequence[object]) -> tuple[int, ...]:
    """The shape of the graph's input with 0 for each free side, if it is what the metadata says.

    Args:
        artifact: with its metadata.
        shape: as the engine tells it, batch first; sides that are no positive numbers are free.

    Raises:
        CannotLoad: they disagree.
    """
    sides = tuple(side if isinstance(side, int) and side > 0 else 0 for side in shape)
    metadata, here = artifact.metadata, sides[1:]
    if metadata.preprocess.layout == "NHWC" and len(here) == 3:
        here = (here[2], here[0], here[1])
    wanted = (metadata.channels, *metadata.size)
    free = not all(here)
    batch_fits = len(sides) != 4 or sides[0] in (0, max(metadata.batch, 1))
    agree = all(side in (0, want) for side, want in zip(here, wanted, strict=False))
    if len(sides) != 4 or not agree or not batch_fits or free is not metadata.dynamic:
        said = "x".join(map(str, (metadata.batch or "any", *wanted))) + (", dynamic" if metadata.dynamic else "")
        takes = "x".join(str(side or "any") for side in sides)
        raise CannotLoad(str(artifact.path), f"its metadata says {said}, its graph takes {takes}")
    return sides


def _require_sense(artifact: Artifact, options: Options) -> None:
    whole = all(type(number) is int for number in (options.threads, options.streams))
    if not whole or options.threads < 0 or options.streams < 1:
        why = f"threads={options.threads} and streams={options.streams} cannot be used"
        raise CannotLoad(str(artifact.path), why, "threads is 0 or more, streams is 1 or more, both whole numbers")
    if options.precision not in PRECISIONS:
        why = f"precision={options.precision!r} is not known"
        raise CannotLoad(str(artifact.path), why, f"precision is one of {', '.join(PRECISIONS)}")


def _opener(form: str) -> Callable[[Artifact, Options], Session]:
    known = formats.all_formats()
    if form in known:
        return formats.function(known[form], known[form].open)
    return _installed(form, tuple(known))


def _installed(form: str, known: tuple[str, ...]) -> Callable[[Artifact, Options], Session]:
    """The session of another package; asked last, since to read all packages' entry points takes 20 ms and more."""
    from importlib.metadata import entry_points

    points = {point.name: point for point in entry_points(group=GROUP)}
    if form not in points:
        raise NoSession(form, tuple(sorted({*known, *points})))
    found: Callable[[Artifact, Options], Session] = points[form].load()
    return found
