"""What sessions share that call a vendor's binding: their problems, and what was settled when a model was converted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from yoloport.errors import Exit, Problem
from yoloport.runtime import MissingPart, formats
from yoloport.runtime.session import CannotLoad, Options

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from yoloport.runtime.artifact import Artifact
    from yoloport.runtime.metadata import Metadata

DOCTOR = "look at the device and its driver: yoloport doctor"


class EngineFailed(Problem):
    """A call of a vendor's binding failed on the device, not for the model's sake.

    Attributes:
        engine: the library.
        call: its function.
        code: what it returned or threw, as text.
    """

    exit = Exit.NO_DEVICE

    def __init__(self, engine: str, call: str, code: str, why: str = "", remedy: str = DOCTOR) -> None:
        self.engine, self.call, self.code = engine, call, code
        super().__init__(_words(engine, call, code, why), remedy, "docs/en/runtime.md")


class EngineRefused(CannotLoad):
    """A call of a vendor's binding refused the model.

    Attributes:
        engine: the library.
        call: its function.
        code: what it returned or threw, as text.
    """

    def __init__(self, artifact: str, engine: str, call: str, code: str, why: str = "", remedy: str = "") -> None:
        self.engine, self.call, self.code = engine, call, code
        plain = "convert it again with the tools of the release that is installed here; the file may be torn"
        super().__init__(artifact, _words(engine, call, code, why), remedy or plain)


class SessionClosed(Problem):
    """A session was run after it was closed.

    Attributes:
        engine: the library.
    """

    exit = Exit.USAGE

    def __init__(self, engine: str) -> None:
        self.engine = engine
        super().__init__(f"the session of {engine} is closed", "load the model again", "docs/en/runtime.md")


def _words(engine: str, call: str, code: str, why: str) -> str:
    return f"{engine}: {call} failed with {code}" + (f": {why}" if why else "")


def missing(module: str, artifact: Artifact) -> MissingPart:
    """The problem of an engine that is not installed, with the remedy of the format's own table."""
    problem = MissingPart(module)
    form = formats.all_formats().get(artifact.format)
    problem.remedy = (form.remedy if form else "") or problem.remedy
    return problem


def require_precision(artifact: Artifact, options: Options, computes: str, engine: str) -> None:
    """For engines whose models are of one precision: ``fp32`` and ``auto`` mean that one, another is refused.

    Args:
        artifact: for the words.
        options: what was asked for.
        computes: the model's precision, empty where nothing tells it.
        engine: the library.

    Raises:
        CannotLoad: another precision was asked for.
    """
    if options.precision in ("fp32", "auto", computes):
        return
    said = f"the model was converted to {computes}" if computes else "nothing tells the precision of the model"
    raise CannotLoad(
        str(artifact.path),
        f"asked for {options.precision}; {engine} computes as it was converted, and {said}",
        "leave the precision away, or convert it again",
    )


def device_number(artifact: Artifact, asked: str, name: str, engine: str) -> int:
    """The card that is meant: ``auto`` is 0; ``1`` and ``name:1`` are 1.

    Raises:
        CannotLoad: the text means no card of this engine.
    """
    fit = re.fullmatch(rf"(?:{re.escape(name)})?:?([0-9]{{1,4}})|auto|{re.escape(name)}", asked.lower())
    if fit is None:
        raise CannotLoad(
            str(artifact.path),
            f"{engine} has no device {asked!r}",
            f"a device is a card's number, {name}:0 for example; or leave it away",
        )
    return int(fit[1] or 0)


def absolute(outputs: tuple[NDArray[Any], ...], metadata: Metadata) -> tuple[NDArray[Any], ...]:
    """Boxes and points in pixels of the input where a quantised head gives them as parts of its sides.

    Ultralytics divides them before quantising, since one scale for pixels and scores would leave no scores
    (8.4.190: ``engine/exporter.py`` ``_NormalizeCoords``; its backend of the format multiplies them back).

    Args:
        outputs: heads of ``(n, 4 + classes + more, places)`` and others; float, and changed in place.
        metadata: of the artifact.
    """
    if metadata.end2end or metadata.task == "classify":
        return outputs
    height, width = metadata.size
    for head in outputs:
        if head.ndim != 3:
            continue
        head[:, [0, 2]] *= width
        head[:, [1, 3]] *= height
        if metadata.kpt_shape:
            first, each = 4 + len(metadata.names), metadata.kpt_shape[1]
            head[:, first::each] *= width
            head[:, first + 1 :: each] *= height
    return outputs
