"""The file with branches of the head that a graph lacks: arrays of numpy's, ``boxes.LEVEL.LAYER.weight`` and ``.bias``.

Weights are ``(out, in, kernel, kernel)``, as torch has them; ``extra`` stands for ``boxes`` in the other branch.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from yoloport.runtime.decode.branches import Branch, Branches, Layer
from yoloport.runtime.metadata import BadMetadata

if TYPE_CHECKING:
    from yoloport.runtime.artifact import Artifact
    from yoloport.runtime.metadata import Metadata, RawHead

NAME = "branches.npz"
MOST_BYTES = 1 << 28
"""Of all arrays: those of yolov8x-seg take 13 MB."""
MOST_LAYERS, LARGEST_KERNEL = 8, 7
REMEDY = "convert the weights again"
KINDS = (np.dtype(np.float32), np.dtype(np.float16))


def branches_of(artifact: Artifact) -> Branches | None:
    """What the artifact's graph lacks; nothing where it has all.

    Raises:
        BadMetadata: the file is torn, or does not belong to this model.
    """
    head = artifact.metadata.raw_head
    if artifact.branches is None or head is None:
        return None
    told = _Told(artifact.branches)
    boxes = told.levels("boxes", len(head.strides))
    extra = told.levels("extra", len(head.strides)) if "extra.0.0.weight" in told.arrays else ()
    found = Branches(boxes, extra)
    _require_fit(found, artifact.metadata, head, told)
    return found


class _Told:
    """The arrays of a file, and the words for what is wrong with them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        try:
            with zipfile.ZipFile(file) as packed:
                size = sum(one.file_size for one in packed.infolist())
            if size > MOST_BYTES:
                raise self.wrong(f"holds {size >> 20} MiB, more than branches of a head can")
            with np.load(file, allow_pickle=False) as opened:
                self.arrays: Mapping[str, NDArray[Any]] = {name: opened[name] for name in opened.files}
        except BadMetadata:
            raise
        except Exception as error:  # noqa: BLE001  of zipfile, zlib, and numpy, which evaluates a header
            raise self.wrong(f"cannot be read: {str(error) or type(error).__name__}") from None

    def wrong(self, why: str) -> BadMetadata:
        """To be raised."""
        return BadMetadata(str(self.file), why)

    def levels(self, branch: str, count: int) -> tuple[Branch, ...]:
        """A branch of every level."""
        return tuple(self._branch(f"{branch}.{level}") for level in range(count))

    def _branch(self, start: str) -> Branch:
        layers: list[Layer] = []
        while len(layers) < MOST_LAYERS and f"{start}.{len(layers)}.weight" in self.arrays:
            layer = self._layer(f"{start}.{len(layers)}")
            if layers and layer.channels != len(layers[-1].bias):
                raise self.wrong(f"{start}: layer {len(layers)} takes {layer.channels}, the one before gives another")
            layers.append(layer)
        if not layers:
            raise self.wrong(f"{start}: is missing")
        return tuple(layers)

    def _layer(self, start: str) -> Layer:
        weight, bias = self._array(f"{start}.weight", 4), self._array(f"{start}.bias", 1)
        out, channels, kernel, other = weight.shape
        if kernel != other or kernel % 2 == 0 or kernel > LARGEST_KERNEL or len(bias) != out or not weight.size:
            raise self.wrong(f"{start}: {weight.shape} with {len(bias)} biases is no layer of a branch")
        flat = np.ascontiguousarray(weight.transpose(2, 3, 1, 0).reshape(kernel * kernel * channels, out))
        return Layer(flat, bias, kernel)

    def _array(self, name: str, dimensions: int) -> NDArray[np.float32]:
        found = self.arrays.get(name)
        if found is None or found.ndim != dimensions or found.dtype not in KINDS:
            raise self.wrong(f"{name}: is no array of floats with {dimensions} dimensions")
        if not np.isfinite(found).all():
            raise self.wrong(f"{name}: holds what is no number")
        return found.astype(np.float32)


def _require_fit(found: Branches, metadata: Metadata, head: RawHead, told: _Told) -> None:
    """Widths are those that the task and the boxes have; of mask coefficients only the graph knows how many."""
    wanted = {"pose": metadata.kpt_shape and metadata.kpt_shape[0] * metadata.kpt_shape[1], "obb": 1, "detect": 0}
    widths = {len(branch[-1].bias) for branch in found.boxes}
    if widths != {4 * head.reg_max}:
        raise told.wrong(f"boxes: give {sorted(widths)} numbers, reg_max means {4 * head.reg_max}")
    extra = {len(branch[-1].bias) for branch in found.extra} or {0}
    if len(extra) > 1 or (metadata.task in wanted and extra != {wanted[metadata.task]}):
        raise told.wrong(f"extra: gives {sorted(extra)} numbers, which is no {metadata.task}")
    pairs = zip(found.boxes, found.extra, strict=False)
    if any(one[0].channels != other[0].channels for one, other in pairs):
        raise told.wrong("boxes and extra do not read the same features")
