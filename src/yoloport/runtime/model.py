"""A loaded artifact that is called with a source and gives results."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, overload

import cv2

from yoloport.errors import Exit, Problem
from yoloport.host.folders import cache
from yoloport.runtime import memory
from yoloport.runtime import mode as modes
from yoloport.runtime.blobs import Blobs
from yoloport.runtime.cores import share
from yoloport.runtime.decode.candidates import Choice
from yoloport.runtime.pipeline import Pipeline, warm
from yoloport.runtime.results.results import Results
from yoloport.runtime.sources import kinds
from yoloport.runtime.sources.frame import Tally
from yoloport.runtime.sources.live import Patience
from yoloport.runtime.sources.open import Reading, frames

if TYPE_CHECKING:
    from yoloport.runtime.artifact import Artifact
    from yoloport.runtime.decode.branches import Branches
    from yoloport.runtime.metadata import Metadata
    from yoloport.runtime.session import Running, Session


class BadChoice(Problem):
    """A threshold, a class or another setting of a prediction that makes no sense.

    Attributes:
        setting: its name.
        value: what it was set to.
        allowed: what it may be, in words.
    """

    exit = Exit.USAGE

    def __init__(self, setting: str, value: object, allowed: str) -> None:
        self.setting, self.value, self.allowed = setting, str(value), allowed
        super().__init__(f"{setting}={value} cannot be used", f"{setting} is {allowed}", "docs/en/runtime.md")


class Run:
    """The results of one source, made while they are read.

    Iterate over it; or, for a handful of pictures, index it: ``model("bus.jpg")[0]`` reads the source to its end and
    keeps every result. It has no length: ``list(run)`` would ask for it first, and a camera has none. What could not be
    read is in :attr:`tally`.
    """

    def __init__(self, results: Iterator[Results], tally: Tally, reading: Reading) -> None:
        self.tally = tally
        self._results, self._reading = results, reading
        self._kept: list[Results] | None = None

    def __iter__(self) -> Iterator[Results]:
        return iter(self._kept) if self._kept is not None else self

    def __next__(self) -> Results:
        with memory.told("predict"):
            return next(self._results)

    @overload
    def __getitem__(self, index: int) -> Results: ...
    @overload
    def __getitem__(self, index: slice) -> list[Results]: ...
    def __getitem__(self, index: int | slice) -> Results | list[Results]:
        return self._all()[index]

    def _all(self) -> list[Results]:
        if self._kept is None:
            self._kept = list(self)
        return self._kept

    def close(self) -> None:
        """Stop, and release the source: files, captures, threads. What is read after this is nothing."""
        self._reading.ended.set()
        closing = getattr(self._results, "close", None)
        if closing is not None:
            closing()

    def __enter__(self) -> Run:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()


class Model:
    """A detector, segmenter, pose estimator, rotated-box detector or classifier on an engine.

    Calls may come from several threads; each call has its own source, threads and tally.

    Args:
        session: the loaded artifact.
        metadata: what it takes and gives.
        choice: thresholds where a call names none.
        workers: forward passes at a time, at least 1; above 1 only where the session allows it.
        branches: of the head, where the graph lacks them.
    """

    def __init__(
        self,
        session: Session,
        metadata: Metadata,
        choice: Choice | None = None,
        workers: int = 1,
        branches: Branches | None = None,
    ) -> None:
        self.session, self.metadata, self.choice = session, metadata, checked(choice or Choice(), metadata.names)
        self._blobs = Blobs(metadata.preprocess, each=2 * max(workers, 1) + 2)
        self._pipeline = Pipeline(session, metadata, self.choice, self._blobs, max(workers, 1), branches=branches)

    @property
    def names(self) -> dict[int, str]:
        """Class names by number."""
        return dict(self.metadata.names)

    @property
    def task(self) -> str:
        """``detect``, ``segment``, ``pose``, ``obb`` or ``classify``."""
        return str(self.metadata.task)

    def running(self) -> Running:
        """What the engine truly runs on: device, precision, shapes."""
        return self.session.running()

    def warmup(self) -> Model:
        """One forward pass on an empty picture, so that the first real one is not slow. Returns itself."""
        warm(self.session, self.metadata, self._blobs)
        return self

    def __call__(
        self,
        source: Any,
        *,
        conf: float | None = None,
        iou: float | None = None,
        classes: Iterable[int] | None = None,
        agnostic: bool | None = None,
        multi_label: bool | None = None,
        max_det: int | None = None,
        stride: int = 1,
        retina_masks: bool = False,
        retries: int | None = None,
        **moved: Any,
    ) -> Run:
        """Predict. Results come in the order of the source, each as soon as it is there.

        Args:
            source: see :func:`yoloport.runtime.sources.open.frames`.
            conf: least confidence, 0..1.
            iou: overlap above which the weaker of two boxes goes, 0..1.
            classes: class numbers to keep.
            agnostic: boxes of different classes suppress each other.
            multi_label: a place may give a box for each class above the threshold.
            max_det: most boxes of a picture, at least 1.
            stride: of videos and streams: take every n-th frame, at least 1.
            retina_masks: masks at the pictures' own size instead of the input's.
            retries: how often a stream that stopped is opened again.
            moved: names that Ultralytics has for the same: ``stream`` and ``verbose`` are ignored (results always
                stream), ``vid_stride`` is ``stride``, ``agnostic_nms`` is ``agnostic``, ``imgsz`` must be the
                artifact's own.

        Raises:
            BadChoice: a setting that makes no sense.
        """
        stride, agnostic = self._moved(moved, stride, agnostic)
        given: dict[str, Any] = {
            "conf": conf,
            "iou": iou,
            "agnostic": agnostic,
            "multi_label": multi_label,
            "max_det": max_det,
        }
        choice = replace(self.choice, **_set(given))
        if classes is not None:
            choice = replace(choice, classes=(classes,) if isinstance(classes, int) else tuple(classes))
        if stride < 1:
            raise BadChoice("stride", stride, "a whole number of at least 1")
        patience = Patience() if retries is None else Patience(retries=retries)
        reading, tally = Reading(self.metadata.channels, stride, patience), Tally()
        pipeline = self._pipeline.with_choice(checked(choice, self.metadata.names), retina_masks)
        single = kinds.is_one_picture(source)
        results = pipeline.results(frames(source, reading, tally), reading.ended.set, single=single)
        return Run(results, tally, reading)

    predict = __call__

    def _moved(self, moved: dict[str, Any], stride: int, agnostic: bool | None) -> tuple[int, bool | None]:
        """Settings under the names that Ultralytics has for them."""
        size = moved.pop("imgsz", None)
        if size is not None and tuple(size if isinstance(size, (list, tuple)) else (size, size)) != self.metadata.size:
            raise BadChoice(
                "imgsz", size, f"{self.metadata.size}, the size of this artifact; convert again for another"
            )
        stride, agnostic = moved.pop("vid_stride", stride), moved.pop("agnostic_nms", agnostic)
        unknown = sorted(set(moved) - {"stream", "verbose"})
        if unknown:
            raise BadChoice(unknown[0], moved[unknown[0]], "no setting of a prediction here")
        return stride, agnostic

    def close(self) -> None:
        """Release the engine. The model cannot be called after this."""
        self.session.close()

    def __enter__(self) -> Model:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, at: TracebackType | None
    ) -> None:
        self.close()


def _set(given: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def checked(choice: Choice, names: dict[int, str]) -> Choice:
    """The choice, if it makes sense for a model with these classes.

    Raises:
        BadChoice: a threshold out of 0..1, an unknown class, or no box allowed.
    """
    for name, value in (("conf", choice.conf), ("iou", choice.iou)):
        if not 0 <= value <= 1:
            raise BadChoice(name, value, "between 0 and 1")
    if choice.max_det < 1:
        raise BadChoice("max_det", choice.max_det, "a whole number of at least 1")
    strange = [one for one in choice.classes or () if one not in names]
    if strange:
        known = ", ".join(f"{number} {name}" for number, name in list(names.items())[:10])
        raise BadChoice("classes", strange[0], f"among {known}" + (" …" if len(names) > 10 else ""))
    return choice


def load(
    artifact: str | Path,
    *,
    conf: float = 0.25,
    iou: float = 0.7,
    mode: str = "latency",
    threads: int = 0,
    **settings: Any,
) -> Model:
    """Load an artifact.

    Args:
        artifact: an ``.onnx`` that Ultralytics exported, or a folder with ``yoloport.json``.
        conf: least confidence, 0..1, where a call names none.
        iou: overlap above which the weaker of two boxes goes, 0..1, where a call names none.
        mode: ``latency``: one forward pass at a time with all threads; ``throughput``: several at a time;
            ``auto``: whichever a short measurement finds faster here, remembered for the next time.
        threads: of one forward pass; 0 for this process's share of the cores, parted among the passes of the mode.
        settings: for the session: device, precision and what else it knows.

    Raises:
        BadChoice: a threshold out of 0..1, an unknown mode, or a number of streams, which the mode decides.
        Problem: the artifact cannot be opened, or its engine does not run here; the words say why.
    """
    from yoloport.runtime.artifact import open_artifact
    from yoloport.runtime.branches_file import branches_of
    from yoloport.runtime.forked import Survivor
    from yoloport.runtime.session import open_session

    if mode not in modes.MODES:
        raise BadChoice("mode", mode, f"one of {', '.join(modes.MODES)}")
    if "streams" in settings:
        raise BadChoice("streams", settings["streams"], "decided by mode: one for latency, several for throughput")
    # Pictures are prepared beside the forward pass: more threads for them would take the engine's cores away.
    cv2.setNumThreads(1)
    opened = open_artifact(Path(artifact))
    checked(Choice(conf=conf, iou=iou), opened.metadata.names)
    cores = share()

    def session(streams: int, own: int = 0) -> Session:
        """``own``: threads where there are fewer than asked for, as in a forked child."""
        return open_session(opened, streams=streams, threads=own or threads or max(cores // streams, 1), **settings)

    with memory.told("load the model"):
        branches = branches_of(opened)
        streams = _streams(mode, cores, opened, session, {**settings, "threads": threads} if threads else settings)
        survivor = Survivor(lambda own: session(streams, own))
    return Model(survivor, opened.metadata, Choice(conf=conf, iou=iou), streams, branches)


def _streams(
    mode: str, cores: int, artifact: Artifact, session: Callable[[int], Session], settings: dict[str, Any]
) -> int:
    """Forward passes at a time for a mode on so many cores."""
    if mode != "auto":
        return modes.throughput(cores) if mode == "throughput" else 1

    def measure(streams: int) -> float:
        """Pictures a second with so many forward passes at a time."""
        opened = session(streams)
        try:
            return modes.measured(opened, artifact.metadata, streams)
        finally:
            opened.close()

    facts = artifact.metadata
    parts = (facts.source_digest, artifact.format, facts.precision, str(sorted(settings.items())), platform.node())
    return modes.chosen(" ".join(parts), cores, measure, cache() / "runtime-modes.json")
