"""From bytes to the numbers that the graph takes, in its layout and order of colours.

Dividing by 255 in float32, as Ultralytics does (``engine/predictor.py``, ``preprocess``), is not the same as
multiplying by 1/255: some values differ in their last bit. A table of the 256 quotients is exact and as fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.prepare.letterbox import GREY, Fit, put, scaled

if TYPE_CHECKING:
    from yoloport.runtime.metadata import Preprocess

DTYPES = {"float32": np.float32, "float16": np.float16, "uint8": np.uint8}


def blank(height: int, width: int, channels: int, form: Preprocess, batch: int = 1) -> NDArray:
    """An uninitialised batch in the graph's layout and type, to be filled by :func:`place` and :func:`write`."""
    sides = (channels, height, width) if form.layout == "NCHW" else (height, width, channels)
    return np.empty((batch, *sides), dtype=DTYPES[form.input])


def write(picture: NDArray[np.uint8], into: NDArray, form: Preprocess, where: Fit | None = None) -> None:
    """Puts one picture into its slot of a batch.

    Args:
        picture: ``(h, w, c)``, BGR where it has three channels; scaled to its place.
        into: ``(C, H, W)`` or ``(H, W, C)`` of the batch, by ``form.layout``; overwritten whole.
        form: scale, layout and order of colours from the artifact's metadata.
        where: the place of the picture and its padding; ``None`` where it fills the slot as it is.
    """
    last = into if form.layout == "NHWC" else into.transpose(1, 2, 0)
    if where is not None:
        last = _framed(last, where, form)
    channels = picture.shape[2]
    turned = channels == 3 and form.colour == "RGB"
    if form.input == "uint8" and form.layout == "NHWC" and not turned:
        put(picture, last)  # as it is: one copy takes a third of the time of one for each colour
        return
    picture = picture if where is None else scaled(picture, where)
    for target in range(channels):
        _convert(picture[:, :, channels - 1 - target if turned else target], last[:, :, target], form)


def _framed(whole: NDArray, where: Fit, form: Preprocess) -> NDArray:
    """The place of the picture, when what is around it is grey."""
    grey = _number(np.array([GREY], np.uint8), form)[0]
    rows = slice(where.top, where.top + where.height)
    whole[: where.top] = grey
    whole[where.top + where.height :] = grey
    whole[rows, : where.left] = grey
    whole[rows, where.left + where.width :] = grey
    return whole[rows, where.left : where.left + where.width]


def _convert(plane: NDArray[np.uint8], into: NDArray, form: Preprocess) -> None:
    if form.scale == 1.0 or into.dtype == np.uint8:
        into[...] = plane
    elif into.dtype == np.float32 and _divides(form.scale):
        np.divide(plane, np.float32(255), out=into, dtype=np.float32)
    else:
        into[...] = _number(plane, form)


def _number(values: NDArray[np.uint8], form: Preprocess) -> NDArray:
    if form.scale == 1.0 or form.input == "uint8":
        return values.astype(DTYPES[form.input])
    # In half precision Ultralytics converts first and divides in that precision.
    numbers = values.astype(DTYPES[form.input])
    by = np.array(255 if _divides(form.scale) else form.scale, numbers.dtype)
    return numbers / by if _divides(form.scale) else numbers * by


def _divides(scale: float) -> bool:
    return abs(scale * 255 - 1) < 1e-6
