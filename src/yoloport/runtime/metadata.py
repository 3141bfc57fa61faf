"""What an artifact takes and gives, as the file beside it or in it says."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from yoloport.errors import Exit, Problem

Task = Literal["detect", "segment", "pose", "obb", "classify"]
Side = Annotated[int, Field(ge=1, le=1 << 14)]
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


class _Frozen(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Preprocess(_Frozen):
    """What a picture has to become. ``scale``: what each 8-bit value is multiplied by."""

    input: Literal["float32", "float16", "uint8"] = "float32"
    scale: float = 1 / 255
    layout: Literal["NCHW", "NHWC"] = "NCHW"
    colour: Literal["RGB", "BGR"] = "RGB"


class RawHead(_Frozen):
    """A graph that ends before boxes are worked out: the runtime does it, for the places that matter only.

    Its outputs are the head's last convolutions: all levels' boxes, then all levels' classes, then all levels' mask
    coefficients, keypoints or angles where the task has them; prototypes of masks come last.

    Args:
        strides: input pixels of a place, level by level.
        reg_max: numbers for the distance to each side of a box, as a distribution; 1: the distance itself.
        layout: of these outputs; prototypes are always planes.
    """

    strides: tuple[Annotated[int, Field(ge=1, le=1024)], ...] = Field(min_length=1, max_length=8)
    reg_max: int = Field(default=16, ge=1, le=256)
    layout: Literal["NCHW", "NHWC"] = "NCHW"


class Metadata(_Frozen):
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
    names: dict[int, str] = Field(min_length=1)
    size: tuple[Side, Side]
    dynamic: bool = False
    batch: int = Field(default=1, ge=0, le=4096)
    stride: int = Field(default=32, ge=1, le=1024)
    channels: int = Field(default=3, ge=1, le=64)
    end2end: bool = False
    raw_head: RawHead | None = None
    kpt_shape: tuple[int, int] | None = None
    precision: str = ""
    rect: bool = False
    preprocess: Preprocess = Preprocess()
    format: str = ""
    source_digest: str = ""
    versions: dict[str, str] = {}


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
    """Metadata from plain values.

    Raises:
        BadMetadata: naming the key and what is wrong with it.
    """
    try:
        made = Metadata.model_validate(found)
    except ValidationError as error:
        first = error.errors()[0]
        raise BadMetadata(file, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    if sorted(made.names) != list(range(len(made.names))):
        raise BadMetadata(file, "names: their numbers do not go from 0 without a gap")
    if made.task == "pose" and made.kpt_shape is None:
        raise BadMetadata(file, "kpt_shape: a pose needs the number of its points")
    if made.raw_head is not None and (made.end2end or made.task == "classify"):
        raise BadMetadata(file, "raw_head: only a graph that gives boxes, and does not suppress them, has one")
    return made


def _value(text: str) -> Any:
    """A literal of Python's, and nothing that could run; what is none stays a text."""
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text
