"""One picture's share of the graph's outputs, decoded by task.

What goes into the outputs, in order (Ultralytics 8.4.190, ``nn/modules/head.py`` in export mode): a head is
``(batch, 4 + classes + extra, places)`` with boxes as centre and size in pixels of the input; a graph with suppression
of its own gives ``(batch, detections, 6 + extra)``. ``extra`` is mask coefficients, keypoints, or an angle last. With
``raw_head`` in the metadata each level's convolutions come out, and :mod:`raw_head` works boxes out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yoloport.errors import Exit, Problem
from yoloport.runtime.decode import boxes as box
from yoloport.runtime.decode import masks as mask
from yoloport.runtime.decode import raw_head, rotated
from yoloport.runtime.decode.candidates import Candidates, Choice, above, chosen, ready
from yoloport.runtime.decode.suppress import suppress

if TYPE_CHECKING:
    from yoloport.runtime.decode.branches import Branches
    from yoloport.runtime.metadata import Metadata, RawHead


class OutputsDisagree(Problem):
    """What the graph gives back is not what the artifact's metadata says it would be.

    Attributes:
        task: the task in the metadata.
        shapes: shapes of the outputs, as they came.
        expected: the shape that the metadata asks for, in words.
    """

    exit = Exit.BAD_WEIGHTS

    def __init__(self, task: str, shapes: list[tuple[int, ...]], expected: str) -> None:
        self.task, self.shapes, self.expected = task, [list(shape) for shape in shapes], expected
        super().__init__(
            f"the graph gives {' and '.join(str(shape) for shape in shapes) or 'nothing'}, "
            f"its metadata ({task}) means {expected}",
            "convert the weights again; the metadata file belongs to another model",
            "docs/en/runtime.md",
        )


@dataclass(frozen=True)
class Found:
    """What a picture shows, in its own pixels; the fields of the other tasks are ``None``.

    Args:
        boxes: ``(n, 6)``: left, top, right, bottom, confidence, class.
        masks: ``(n, h, w)`` of 0 and 1, at the size of the input, or of the picture where that was asked for.
        keypoints: ``(n, k, 2 or 3)``: x, y, and confidence.
        obb: ``(n, 7)``: centre, width, height, angle in radians, confidence, class.
        probs: ``(classes,)``.
    """

    boxes: NDArray[np.float32] | None = None
    masks: NDArray[np.uint8] | None = None
    keypoints: NDArray[np.float32] | None = None
    obb: NDArray[np.float32] | None = None
    probs: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Sizes:
    """Height and width of the graph's input for this picture, and of the picture."""

    given: tuple[int, int]
    picture: tuple[int, int]


def decode(
    outputs: tuple[NDArray, ...],
    slot: int,
    metadata: Metadata,
    sizes: Sizes,
    choice: Choice,
    retina: bool = False,
    branches: Branches | None = None,
) -> Found:
    """What the picture in a slot of the batch shows.

    Args:
        outputs: of the graph, for the whole batch; they are not changed.
        slot: which picture of the batch.
        metadata: of the artifact.
        sizes: of the input and the picture.
        choice: thresholds and wanted classes.
        retina: masks at the picture's own size.
        branches: of the head, where the graph lacks them.

    Raises:
        OutputsDisagree: shapes that the metadata does not explain.
    """
    if any(not output.ndim or len(output) <= slot for output in outputs):
        raise OutputsDisagree(metadata.task, [output.shape for output in outputs], f"a batch of at least {slot + 1}")
    if metadata.task == "classify":
        return Found(probs=_scores(outputs, slot, metadata))
    own, found, protos = _found(outputs, slot, metadata, sizes, choice, branches)
    if own and not np.isin(found.classes, list(metadata.names)).all():
        raise OutputsDisagree(
            metadata.task, [one.shape for one in outputs], f"classes from 0 to {len(metadata.names) - 1}"
        )
    found = found.finite()
    way = box.back(sizes.given, sizes.picture)
    if metadata.task == "obb":
        return _turned(found if own else found.take(rotated.suppress(found, choice)), way)
    if not own:
        found = Candidates(box.corners(found.boxes), found.scores, found.classes, found.extra)
        found = found.take(suppress(found, choice))
    if protos is not None:
        return _masked(found, protos, sizes, way, retina)
    keypoints = _keypoints(found.extra, metadata.kpt_shape, way) if metadata.kpt_shape else None
    return Found(boxes=_rows(box.into_picture(found.boxes, way), found), keypoints=keypoints)


def _found(
    outputs: tuple[NDArray, ...],
    slot: int,
    metadata: Metadata,
    sizes: Sizes,
    choice: Choice,
    branches: Branches | None,
) -> tuple[bool, Candidates, NDArray | None]:
    """Whether the graph suppresses by itself; what it found; and the picture's prototypes of masks."""
    classes = len(metadata.names)
    raw = metadata.raw_head
    if raw is not None:
        levels, planes = _levels(outputs, metadata, raw, sizes.given, branches)
        few = raw_head.rows([level[slot] for level in levels], metadata, raw, choice.conf, branches)
        return False, chosen(few, classes, choice), None if planes is None else planes[slot]
    head, planes = _parts(outputs, metadata)
    protos = None if planes is None else planes[slot]
    own = metadata.end2end or head.shape[-1] == 6
    return own, ready(head[slot], choice) if own else above(head[slot], classes, choice), protos


def _levels(
    outputs: tuple[NDArray, ...],
    metadata: Metadata,
    raw: RawHead,
    given: tuple[int, int],
    branches: Branches | None,
) -> tuple[tuple[NDArray, ...], NDArray | None]:
    """Outputs of a head that does not work boxes out, and the prototypes of masks where the task has them."""
    segment = metadata.task == "segment" and bool(outputs) and outputs[-1].ndim == 4
    levels, protos = (outputs[:-1], outputs[-1]) if segment else (outputs, None)
    extra = _extra(metadata, protos)
    wanted = raw_head.expected(metadata, raw, given, extra, branches)
    whole = all(one.size for one in outputs) and len({one.shape[0] for one in outputs}) == 1
    fits = branches is None or branches.extra_width == extra
    if [one.shape[1:] for one in levels] != wanted or not whole or not fits:
        words = " and ".join(f"(batch, {', '.join(map(str, shape))})" for shape in wanted)
        raise OutputsDisagree(metadata.task, [one.shape for one in outputs], words)
    return levels, protos


def _scores(outputs: tuple[NDArray, ...], slot: int, metadata: Metadata) -> NDArray[np.float32]:
    """Class scores; the exported graph ends in a softmax, so nothing is left to do."""
    count = len(metadata.names)
    if not outputs or outputs[0].ndim != 2 or outputs[0].shape[1] != count:
        raise OutputsDisagree(metadata.task, [o.shape for o in outputs], f"(batch, {count})")
    return np.array(outputs[0][slot], dtype=np.float32)


def _parts(outputs: tuple[NDArray, ...], metadata: Metadata) -> tuple[NDArray, NDArray | None]:
    """The head, and the prototypes of masks where the task has them."""
    heads = [output for output in outputs if output.ndim == 3]
    planes = [output for output in outputs if output.ndim == 4 and output.size]
    segment = metadata.task == "segment"
    if heads and (planes or not segment):
        protos = planes[0] if segment else None
        extra = _extra(metadata, protos)
        wanted = 4 + len(metadata.names) + extra
        own = metadata.end2end or heads[0].shape[-1] == 6
        if heads[0].shape[2 if own else 1] == (6 + extra if own else wanted):
            return heads[0], protos
        expected = f"(batch, detections, {6 + extra})" if own else f"(batch, {wanted}, places)"
    else:
        expected = "(batch, values, places)" + (" and (batch, masks, height, width)" if segment else "")
    raise OutputsDisagree(metadata.task, [output.shape for output in outputs], expected)


def _extra(metadata: Metadata, protos: NDArray | None) -> int:
    """Values of a place besides its box and class scores."""
    if protos is not None:
        return int(protos.shape[1])
    if metadata.task == "pose" and metadata.kpt_shape:
        points, values = metadata.kpt_shape
        return int(points * values)
    return 1 if metadata.task == "obb" else 0


def _rows(corners: NDArray[np.float32], found: Candidates) -> NDArray[np.float32]:
    return np.concatenate((corners, found.scores[:, None], found.classes[:, None].astype(np.float32)), axis=1)


def _turned(found: Candidates, way: box.Back) -> Found:
    return Found(obb=_rows(np.concatenate((box.centres_into_picture(found.boxes, way), found.extra[:, -1:]), 1), found))


def _masked(found: Candidates, protos: NDArray, sizes: Sizes, way: box.Back, retina: bool) -> Found:
    """Boxes and masks; a detection whose mask has no pixel is dropped, as upstream does."""
    rows = _rows(box.into_picture(found.boxes, way), found)
    if not len(rows):
        return Found(boxes=rows)
    if retina:
        masks = mask.assemble_native(protos, found.extra, rows[:, :4], sizes.picture)
    else:
        masks = mask.assemble(protos, found.extra, found.boxes, sizes.given)
    shown = masks.any(axis=(1, 2))
    return Found(boxes=rows, masks=masks) if shown.all() else Found(boxes=rows[shown], masks=masks[shown])


def _keypoints(extra: NDArray[np.float32], shape: tuple[int, int], way: box.Back) -> NDArray[np.float32]:
    points = extra.reshape(len(extra), *shape).copy()
    height, width = way.picture
    points[..., :2] = np.clip(box.points_into_picture(points[..., :2], way), 0, np.array([width, height], np.float32))
    return points
