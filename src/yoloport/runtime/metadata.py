"""What an artifact takes and gives, as the file beside it or in it says."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

from yoloport.errors import Exit, Problem
from yoloport.runtime import plain_values as plain

Task = Literal["detect", "segment", "pose", "obb", "classify"]
TASKS = ("detect", "segment", "pose", "obb", "classify")
INPUTS, LAYOUTS, COLOURS = ("float32", "float16", "uint8"), ("NCHW", "NHWC"), ("RGB", "BGR")
LARGEST_SIDE, MOST_POINTS = 1 << 14, 4096
MOST_TEXT = 1 << 20
"""Characters of one value: a thousand class names are 20 000; more is not metadata of a detector."""


class BadMetadata(Problem):
    """Metadata that is missing, torn, or says what cannot be."""

    exit = Exit.BAD_WEIGHTS

    def __init__(self, file: str, why: str) -> None:
        self.file, self.why = file, why
        super().__init__(
            f"{file}: {why}",
            "export it again with Ultralytics, which writes task, classes and size into the file",
            "docs/en/runtime.md",
        )


@dataclass(frozen=True)
class Preprocess:
    """What a picture has to become. ``scale``: what each 8-bit value is multiplied by."""

    __pydantic_config__: ClassVar[dict[str, Any]] = {"extra": "forbid"}  # for tables that hold one

    input: Literal["float32", "float16", "uint8"] = "float32"
    scale: float = 1 / 255
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    colour: Literal["RGB", "BGR"] = "RGB"


@dataclass(frozen=True)
class RawHead:
    """A graph that ends before boxes are worked out: the runtime does it, for the places that matter only.

    Its outputs are the head's last convolutions: all levels' boxes, then all levels' classes, then all levels' mask
    coefficients, keypoints or angles where the task has them; prototypes of masks come last. With ``branches`` they are
    all levels' classes, then all levels' features: what would go into the branches that a file holds instead.

    Args:
        strides: input pixels of a place, level by level.
        reg_max: numbers for the distance to each side of a box, as a distribution; 1: the distance itself.
        layout: of these outputs; prototypes are always planes.
        branches: name of the file, beside the model's, with the branches that the graph lacks; empty where it has all.
    """

    strides: tuple[int, ...]
    reg_max: int = 16
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    branches: str = ""


@dataclass(frozen=True)
class Metadata:
    """A model's task, classes and shapes.

    Args:
        task: what it was trained for.
        names: class names by number, from 0 without a gap.
        size: height and width of the input, or those it was exported for.
        dynamic: whether other sizes and batches go in, too.
        batch: pictures in one forward pass; 0 for any number.
        stride: what height and width must be a multiple of, in pixels.
        channels: colours of a picture.
        end2end: whether boxes come out suppressed already.
        raw_head: how the graph's last numbers become boxes; nothing where the graph works them out itself.
        kpt_shape: points of a pose, and numbers of a point (2 or 3).
        precision: what the weights are stored in, where it is known.
        rect: whether pictures may keep their proportions, filled up to the stride only.
        preprocess: what a picture becomes before it goes in.
        format: of the file.
        source_digest: SHA-256 of the weights that it was made from; empty where it is not known.
        versions: of what made it, by name.
    """

    task: Task
    names: dict[int, str]
    size: tuple[int, int]
    dynamic: bool = False
    batch: int = 1
    stride: int = 32
    channels: int = 3
    end2end: bool = False
    raw_head: RawHead | None = None
    kpt_shape: tuple[int, int] | None = None
    precision: str = ""
    rect: bool = False
    preprocess: Preprocess = field(default_factory=Preprocess)
    format: str = ""
    source_digest: str = ""
    versions: dict[str, str] = field(default_factory=dict)


def of_ultralytics(said: Mapping[str, str], file: str, form: str) -> Metadata:
    """Metadata from the texts that Ultralytics puts into an export (8.4.190, engine/exporter.py, ``self.metadata``).

    Args:
        said: keys and texts; numbers, lists and dictionaries are written as Python has them.
        file: for the words of a problem.
        form: format of the file.

    Raises:
        BadMetadata: a key is missing, or says what cannot be.
    """
    missing = [key for key in ("task", "names", "imgsz", "stride") if key not in said]
    if missing:
        raise BadMetadata(file, f"its metadata lacks {', '.join(missing)}")
    told = {key: _value(text) for key, text in said.items() if len(text) <= MOST_TEXT}
    options = told.get("args")
    dynamic = bool(options.get("dynamic")) if isinstance(options, dict) else False
    found: dict[str, Any] = {
        **{key: told[key] for key in ("task", "names", "stride", "channels", "end2end", "kpt_shape") if key in told},
        "size": told.get("imgsz"),
        "dynamic": dynamic,
        "rect": dynamic,
        "batch": 0 if dynamic else told.get("batch", 1),
        "format": form,
        "versions": {"ultralytics": said["version"]} if "version" in said else {},
    }
    return checked(found, file)


def checked(found: Mapping[str, Any], file: str) -> Metadata:
    """Metadata from plain values, as JSON or Python's literals give them.

    Raises:
        BadMetadata: naming the key and what is wrong with it.
    """
    try:
        made = Metadata(**plain.each(found, READERS, ("task", "names", "size")))
    except plain.Wrong as wrong:
        raise BadMetadata(file, f"{wrong.key}: {wrong.why}") from None
    if sorted(made.names) != list(range(len(made.names))):
        raise BadMetadata(file, "names: their numbers do not go from 0 without a gap")
    if made.task == "pose" and made.kpt_shape is None:
        raise BadMetadata(file, "kpt_shape: a pose needs the number of its points")
    if made.raw_head is not None and (made.end2end or made.task == "classify"):
        raise BadMetadata(file, "raw_head: only a graph that gives boxes, and does not suppress them, has one")
    return made


def preprocess_of(value: object) -> Preprocess:
    """From plain values.

    Raises:
        plain_values.Wrong: naming the key.
    """
    readers: dict[str, plain.Reader] = {
        "input": plain.one_of(INPUTS),
        "scale": plain.number,
        "layout": plain.one_of(LAYOUTS),
        "colour": plain.one_of(COLOURS),
    }
    return Preprocess(**plain.each(value, readers))


def raw_head_of(value: object) -> RawHead | None:
    """From plain values; nothing stays nothing.

    Raises:
        plain_values.Wrong: naming the key.
    """
    if value is None:
        return None
    readers: dict[str, plain.Reader] = {
        "strides": plain.several(plain.whole(1, 1024), 1, 8),
        "reg_max": plain.whole(1, 256),
        "layout": plain.one_of(LAYOUTS),
        "branches": plain.text,
    }
    return RawHead(**plain.each(value, readers, ("strides",)))


def _points(value: object) -> tuple[int, ...] | None:
    return None if value is None else plain.several(plain.whole(1, MOST_POINTS), 2)(value)


READERS: Mapping[str, plain.Reader] = {
    "task": plain.one_of(TASKS),
    "names": plain.by_key(plain.whole(0, MOST_TEXT), plain.text, least=1),
    "size": plain.several(plain.whole(1, LARGEST_SIDE), 2),
    "dynamic": plain.flag,
    "batch": plain.whole(0, 4096),
    "stride": plain.whole(1, 1024),
    "channels": plain.whole(1, 64),
    "end2end": plain.flag,
    "raw_head": raw_head_of,
    "kpt_shape": _points,
    "precision": plain.text,
    "rect": plain.flag,
    "preprocess": preprocess_of,
    "format": plain.text,
    "source_digest": plain.text,
    "versions": plain.by_key(plain.text, plain.text),
}


def _value(text: str) -> Any:
    """A literal of Python's, and nothing that could run; what is none stays a text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):  # TypeError: {[]: 1}
        return text
