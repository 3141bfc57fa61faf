"""The way of a batch: read and prepared beside the forward pass, decoded after it, in the order of the source."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.abreast import Abreast
from yoloport.runtime.blobs import Blobs
from yoloport.runtime.decode.candidates import Choice
from yoloport.runtime.decode.tasks import Sizes, decode
from yoloport.runtime.lending import outputs
from yoloport.runtime.prepare.classify import centre_crop
from yoloport.runtime.prepare.letterbox import fit
from yoloport.runtime.prepare.normalise import write
from yoloport.runtime.results.results import Results
from yoloport.runtime.sources.ahead import Ahead
from yoloport.runtime.sources.frame import Frame

if TYPE_CHECKING:
    from yoloport.runtime.decode.branches import Branches
    from yoloport.runtime.metadata import Metadata
    from yoloport.runtime.session import Session


@dataclass(frozen=True)
class Batch:
    """Pictures that are ready for the graph.

    Args:
        frames: one to as many as the graph takes at once.
        blob: the graph's input; slots past the last picture hold zeros.
        prepare_ms: milliseconds a picture.
    """

    frames: list[Frame]
    blob: NDArray
    prepare_ms: float


@dataclass(frozen=True)
class Pipeline:
    """All that a run needs but its source; shared by runs, so nothing in it changes while they go on.

    Args:
        session: the loaded artifact; it may be called from several threads at once where ``workers`` is above 1.
        metadata: of the artifact.
        choice: thresholds and wanted classes.
        blobs: lends input arrays.
        workers: forward passes at a time.
        retina: masks at the pictures' own size.
        branches: of the head, where the graph lacks them.
    """

    session: Session
    metadata: Metadata
    choice: Choice
    blobs: Blobs
    workers: int = 1
    retina: bool = False
    branches: Branches | None = None

    def results(
        self, frames: Iterator[Frame], leaving: Callable[[], None] | None = None, *, single: bool = False
    ) -> Iterator[Results]:
        """What each frame shows, in the order of the frames. Closing this calls ``leaving`` and closes the source.

        Args:
            frames: what to look at.
            leaving: wakes a source that waits for something.
            single: there is one frame at most; then nothing is read ahead, and no thread is made for it.
        """
        if single:
            with closing(self.batches(frames)) as only:
                for batch in only:
                    yield from self.forward(batch)
            return
        # A live picture must not grow old waiting; with several passes one that ends early finds the next one ready.
        with Ahead(self.batches(frames), self.workers, leaving) as ready:
            if self.workers == 1:
                for batch in ready:
                    yield from self.forward(batch)
                return
            with closing(iter(Abreast(ready, self.forward, self.workers))) as several:
                for done in several:
                    yield from done

    def batches(self, frames: Iterator[Frame]) -> Generator[Batch, None, None]:
        """Frames in groups that fit the graph, prepared."""
        size = max(self.metadata.batch, 1)
        try:
            while group := list(islice(frames, size)):
                begin = time.perf_counter()
                blob = self._blob(group, size)
                yield Batch(group, blob, (time.perf_counter() - begin) * 1e3 / len(group))
        finally:
            closing = getattr(frames, "close", None)
            if closing is not None:
                closing()

    def _blob(self, group: list[Frame], size: int) -> NDArray:
        """One input array with all pictures of a group; a graph of a fixed batch gets zeros in the free slots."""
        facts = self.metadata
        if facts.task == "classify":
            blob = self.blobs.lend(size, facts.size[0], facts.size[1], facts.channels)
            for frame, slot in zip(group, blob, strict=False):
                write(centre_crop(frame.picture, facts.size), slot, facts.preprocess)
        else:
            rect = facts.rect and facts.dynamic and size == 1
            places = [fit(f.picture.shape[:2], facts.size, rect=rect, stride=facts.stride) for f in group]
            blob = self.blobs.lend(size, *places[0].shape, channels=facts.channels)
            for frame, place, slot in zip(group, places, blob, strict=False):
                write(frame.picture, slot, facts.preprocess, place)
        blob[len(group) :] = 0
        return blob

    def forward(self, batch: Batch) -> list[Results]:
        """One forward pass, and what it means for each of its pictures."""
        begin = time.perf_counter()
        nchw = self.metadata.preprocess.layout == "NCHW"
        sides = batch.blob.shape[2:] if nchw else batch.blob.shape[1:3]
        with outputs(self.session, batch.blob) as given:
            between = time.perf_counter()
            done = [self._result(given, slot, frame, sides) for slot, frame in enumerate(batch.frames)]
        # The engine may hand back its own memory, or the input's: the input is free only when all is decoded.
        self.blobs.take_back(batch.blob)
        count = len(batch.frames)
        speed = {
            "preprocess": batch.prepare_ms,
            "inference": (between - begin) * 1e3 / count,
            "postprocess": (time.perf_counter() - between) * 1e3 / count,
        }
        for result in done:
            result.speed = speed
        return done

    def _result(self, given: tuple[NDArray, ...], slot: int, frame: Frame, sides: tuple[int, int]) -> Results:
        sizes = Sizes((int(sides[0]), int(sides[1])), (frame.picture.shape[0], frame.picture.shape[1]))
        found = decode(given, slot, self.metadata, sizes, self.choice, self.retina, self.branches)
        return Results(frame.picture, frame.path, self.metadata.names, found, frame=frame.number, fps=frame.fps)

    def with_choice(self, choice: Choice, retina: bool) -> Pipeline:
        """The same with other thresholds."""
        return replace(self, choice=choice, retina=retina)


def warm(session: Session, metadata: Metadata, blobs: Blobs) -> None:
    """One forward pass on a grey picture: what an engine does at its first call it then has done."""
    blob = blobs.lend(max(metadata.batch, 1), metadata.size[0], metadata.size[1], metadata.channels)
    blob[...] = np.zeros((), blob.dtype)
    session.run(blob)
    blobs.take_back(blob)
