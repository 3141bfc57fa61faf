"""What a bundle is made of: the shape of ``bundle.json``, written here and read again when a later one builds on it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict

FILE = "bundle.json"
SUMS = "SHA256SUMS"
Format = Literal["docker", "oci"]
Compression = Literal["zstd", "gzip"]


class _Shape(BaseModel):
    """A newer yoloport may have written more keys; those that are known must be as described."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Layer(_Shape):
    """A layer of the image. ``diff_id``: sum of its tar. ``digest``, ``bytes``: of the blob as the archive holds it."""

    diff_id: str
    digest: str
    bytes: int
    media_type: str


class Part(_Shape):
    """A file of the archive; all of them in order, one behind the other, are the archive."""

    name: str
    bytes: int
    sha256: str


class Archive(_Shape):
    """The image's archive.

    ``layers_bytes``: how many bytes from the front hold layers and nothing else. What follows names them, so a later
    bundle can put its own names behind these layers. ``digests``: the layers' blobs that lie in this archive.
    """

    format: Format
    compression: Compression
    parts: tuple[Part, ...]
    layers_bytes: int
    digests: tuple[str, ...]

    @property
    def bytes(self) -> int:
        """Its size on disk."""
        return sum(part.bytes for part in self.parts)


class Image(_Shape):
    """The image: ``id`` is the sum of its configuration, ``ids`` all by which an engine may know it once it is loaded.

    ``health``: the words of its health check, empty where it has none that needs no shell.
    """

    reference: str
    id: str
    ids: tuple[str, ...]
    architecture: str
    created: str = ""
    labels: dict[str, str] = {}
    health: tuple[str, ...] = ()
    unpacked_bytes: int
    layers: tuple[Layer, ...]


class Base(_Shape):
    """The earlier bundle whose layers this one needs: its folder's name and its archive."""

    name: str
    image: str
    archive: Archive


class Bundle(_Shape):
    """A bundle. Paths are inside its folder."""

    schema_version: Literal[1] = 1
    yoloport: str
    platform: str
    created: str
    image: Image
    archive: Archive
    base: Base | None = None
    weights: tuple[str, ...] = ()
    sample: str = ""
    docs: str = ""
    sbom: str = ""
    notes: tuple[str, ...] = ()
