"""From a file, its bytes, an array or a Pillow picture to ``(height, width, channels)`` of ``uint8``, BGR.

What comes out equals what Ultralytics 8.4.190 feeds its models: ``utils/patches.py`` (``imread``) for files,
``data/loaders.py`` (``LoadPilAndNumpy``) for arrays and Pillow pictures; read 2026-11-24. That is: EXIF rotation is
applied to files, alpha is dropped, 16 bits keep their high byte, grey becomes three equal channels. One difference is
on purpose: a file that ends too early is refused, where Ultralytics predicts on its grey rest.
"""

from __future__ import annotations

from io import FileIO
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from yoloport.errors import Exit, Problem
from yoloport.runtime.prepare.containers import Container, look

# Formats that cv2's wheels do not all decode; Pillow does where it is installed (AVIF from 11.3, HEIC with pi-heif).
BY_PILLOW = (".avif", ".heic", ".heif")
MOST_PIXELS = 1 << 28  # 268 megapixels, 805 MB decoded: past this a small machine is killed, not slowed


class BrokenPicture(Problem):
    """A picture that cannot be decoded.

    Attributes:
        picture: its path, or what it was called by who handed it over.
        why: what is wrong with it, in one clause.
    """

    exit = Exit.BAD_DATASET

    def __init__(self, picture: str, why: str) -> None:
        self.picture, self.why = picture, why
        super().__init__(f"{picture}: {why}", "copy the picture again, or leave it out", "docs/en/runtime.md")


def read(path: str | Path, channels: int = 3) -> NDArray[np.uint8]:
    """The picture of a file.

    Args:
        path: JPEG, PNG, TIFF, BMP, WebP and what else cv2 decodes; AVIF and HEIC where Pillow does.
        channels: of the model: 3 for BGR, 1 for grey.

    Raises:
        BrokenPicture: there is nothing to decode, or the file ends too early.
    """
    try:
        with FileIO(path) as file:
            data = file.readall()
    except OSError as error:
        raise BrokenPicture(str(path), f"cannot be read: {error.strerror or error}") from None
    return decode(data, str(path), channels)


def decode(data: bytes | bytearray | memoryview | NDArray[np.uint8], name: str, channels: int = 3) -> NDArray[np.uint8]:
    """The picture in a file's bytes; ``name`` is what it is called in a problem, its suffix chooses the decoder."""
    raw = np.frombuffer(data, np.uint8) if not isinstance(data, np.ndarray) else data
    if not raw.size:
        raise BrokenPicture(name, "the file is empty")
    found = look(data if isinstance(data, bytes) else raw.data)
    if not found.whole:
        raise BrokenPicture(name, f"the {found.kind.upper()} ends too early: it was cut off, or is still being written")
    if found.size and found.size[0] * found.size[1] > MOST_PIXELS:
        raise BrokenPicture(name, f"{found.size[1]} x {found.size[0]} pixels are more than {MOST_PIXELS} in all")
    picture = _decoded(raw, name, found, channels)
    if picture is None:
        raise BrokenPicture(name, f"not a picture that can be decoded ({found.kind or 'unknown'} data)")
    return picture


def _decoded(raw: NDArray[np.uint8], name: str, found: Container, channels: int) -> NDArray[np.uint8] | None:
    flag = cv2.IMREAD_GRAYSCALE if channels == 1 else cv2.IMREAD_COLOR
    picture = None
    try:
        if found.kind == "tiff" and channels != 1:
            picture = _first_colour_page(raw)
        if picture is None and name.lower().endswith(BY_PILLOW):
            picture = _by_pillow(raw, channels)
        if picture is None:
            picture = cv2.imdecode(raw, flag)
    except (cv2.error, MemoryError) as error:
        if isinstance(error, MemoryError) or getattr(error, "code", 0) == cv2.Error.STS_NO_MEM:
            raise BrokenPicture(name, "decoded, it does not fit into memory") from None
        return None  # sizes past its own limit, and headers that make no sense
    return None if picture is None else _bytes_of(picture)


def _first_colour_page(raw: NDArray[np.uint8]) -> NDArray | None:
    done, pages = cv2.imdecodemulti(raw, cv2.IMREAD_UNCHANGED)
    if not done or not len(pages) or pages[0].ndim != 3 or pages[0].dtype not in (np.uint8, np.uint16):
        return None
    return pages[0][..., :3]


def _by_pillow(raw: NDArray[np.uint8], channels: int) -> NDArray[np.uint8] | None:
    from io import BytesIO

    try:
        from PIL import Image, ImageOps

        with ImageOps.exif_transpose(Image.open(BytesIO(raw.tobytes()))) as picture:
            turned = np.asarray(picture.convert("L" if channels == 1 else "RGB"))
    except (ImportError, OSError, ValueError, SyntaxError):  # Pillow's decoders raise these for a bad file
        return None
    return turned if channels == 1 else np.ascontiguousarray(turned[:, :, ::-1])


def _bytes_of(picture: NDArray) -> NDArray[np.uint8]:
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    return picture[..., None] if picture.ndim == 2 else picture


def of_array(array: NDArray, name: str, channels: int = 3) -> NDArray[np.uint8]:
    """A picture that is an array already: ``(h, w)`` or ``(h, w, 1..4)``, BGR, ``uint8`` or ``uint16``.

    Raises:
        BrokenPicture: another shape or type, or no pixel.
    """
    if array.dtype == np.uint16:
        array = (array >> 8).astype(np.uint8)
    if array.dtype != np.uint8:
        raise BrokenPicture(name, f"an array of {array.dtype}; a picture is uint8 (0..255) or uint16")
    array = np.ascontiguousarray(np.atleast_3d(array))
    if array.ndim != 3 or not all(array.shape) or array.shape[2] > 4:
        raise BrokenPicture(name, f"an array of shape {array.shape}; a picture is (height, width, 1 to 4 channels)")
    return _with_channels(array, channels)


def _with_channels(array: NDArray[np.uint8], channels: int) -> NDArray[np.uint8]:
    if array.shape[2] == channels:
        return array
    if array.shape[2] == 2:  # grey and alpha
        array = array[..., :1]
    if array.shape[2] == 1:
        return np.repeat(array, channels, axis=2)
    if channels == 1:
        return cv2.cvtColor(array, cv2.COLOR_BGRA2GRAY if array.shape[2] == 4 else cv2.COLOR_BGR2GRAY)[..., None]
    return np.ascontiguousarray(array[..., :channels])


def of_pillow(picture: Any, name: str, channels: int = 3) -> NDArray[np.uint8]:
    """A Pillow picture, turned as its EXIF says; any mode.

    Raises:
        BrokenPicture: the file behind it cannot be decoded.
    """
    from PIL import ImageOps

    try:
        picture = ImageOps.exif_transpose(picture)
        if picture.mode.startswith("I;16"):  # convert() would clip at 255
            grey = (np.asarray(picture) >> 8).astype(np.uint8)
            return _with_channels(grey[..., None], channels)
        turned = np.asarray(picture.convert("L" if channels == 1 else "RGB"))
    except (OSError, ValueError, SyntaxError) as error:
        raise BrokenPicture(name, f"Pillow cannot decode it: {error}") from None
    return turned[..., None] if channels == 1 else np.ascontiguousarray(turned[:, :, ::-1])
