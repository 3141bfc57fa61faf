"""The image's archive: layers first, then what names them.

In this order the front of an old archive serves a new one: ``head -c LAYERS_BYTES OLD; cat NEW`` is a whole archive
again, also while both are compressed, since front and rear are packed apart and zstd and gzip read frames one behind
the other (RFC 8878 3.1, RFC 1952 2.2). And an archive that ends early names nothing, so an engine leaves no tag.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tarfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from yoloport.image.bundle.contents import Archive, Compression, Format, Layer
from yoloport.image.bundle.parts import PACKERS, Parts, packer
from yoloport.image.bundle.saved import CHUNK, Saved

_SUFFIX: dict[Compression, str] = {"zstd": "zst", "gzip": "gz"}
_MEDIA: dict[Compression, str] = {
    "zstd": "application/vnd.oci.image.layer.v1.tar+zstd",
    "gzip": "application/vnd.oci.image.layer.v1.tar+gzip",
}
_PLAIN = "application/vnd.oci.image.layer.v1.tar"
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class How:
    """How to write it. ``split``: bytes of one file at most, 0 for one file."""

    format: Format
    compression: Compression
    split: int = 0


@dataclass(frozen=True)
class Blob:
    """A file of the archive by its sum."""

    layer: Layer
    file: Path


@dataclass(frozen=True)
class Names:
    """Everything that comes behind the layers, and the ids that engines give the image by it."""

    files: tuple[tuple[str, bytes], ...]
    config_id: str
    manifest_id: str


def blobs(saved: Saved, how: How, known: Iterable[Layer]) -> tuple[tuple[Layer, ...], tuple[Blob, ...]]:
    """The image's layers as this format holds them, and those of them that have to go into the archive.

    Args:
        saved: the image; in OCI format its layers' files are replaced by packed ones.
        how: in OCI format each layer is packed by itself, otherwise all together, later.
        known: layers that an earlier bundle has: they are named as they are there, and left out.
    """
    old = {layer.diff_id: layer for layer in known}
    layers: dict[str, Layer] = {}
    new: list[Blob] = []
    for diff_id, file in saved.layers:
        if diff_id in layers:
            continue
        if diff_id in old:
            layers[diff_id] = old[diff_id]
            continue
        blob = _packed(diff_id, file, how.compression) if how.format == "oci" else _as_it_is(diff_id, file)
        layers[diff_id] = blob.layer
        new.append(blob)
    return tuple(layers[diff_id] for diff_id, _ in saved.layers), tuple(new)


def _as_it_is(diff_id: str, file: Path) -> Blob:
    return Blob(Layer(diff_id=diff_id, digest=diff_id, bytes=file.stat().st_size, media_type=_PLAIN), file)


def _packed(diff_id: str, file: Path, compression: Compression) -> Blob:
    target = file.with_suffix(".packed")
    with target.open("wb") as out:
        subprocess.run([*PACKERS[compression], str(file)], stdout=out, check=True)
    file.unlink()
    with target.open("rb") as packed:
        digest = f"sha256:{_sum(packed)}"
    size = target.stat().st_size
    return Blob(Layer(diff_id=diff_id, digest=digest, bytes=size, media_type=_MEDIA[compression]), target)


def names(reference: str, config: bytes, layers: tuple[Layer, ...]) -> Names:
    """Configuration, manifest, index: OCI's, and docker's own list for engines that know nothing of OCI."""
    config_digest = hashlib.sha256(config).hexdigest()
    manifest = _json(
        {
            "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": _descriptor("application/vnd.oci.image.config.v1+json", config_digest, len(config)),
            "layers": [
                _descriptor(layer.media_type, layer.digest.removeprefix("sha256:"), layer.bytes) for layer in layers
            ],
        }
    )
    digest = hashlib.sha256(manifest).hexdigest()
    listed = _descriptor("application/vnd.oci.image.manifest.v1+json", digest, len(manifest))
    full = qualified(reference)
    listed["annotations"] = {"io.containerd.image.name": full, "org.opencontainers.image.ref.name": full}
    index = {"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": [listed]}
    docker = [{"Config": _path(config_digest), "RepoTags": [reference], "Layers": [_path(x.digest) for x in layers]}]
    files = (
        (_path(config_digest), config),
        (_path(digest), manifest),
        ("oci-layout", _json({"imageLayoutVersion": "1.0.0"})),
        ("index.json", _json(index)),
        ("manifest.json", _json(docker)),
    )
    return Names(files, f"sha256:{config_digest}", f"sha256:{digest}")


def qualified(reference: str) -> str:
    """The reference with registry and tag: what engines make of a short one."""
    head, _, _ = reference.partition("/")
    local = "/" not in reference or not ("." in head or ":" in head or head == "localhost")
    full = f"docker.io/{'' if '/' in reference else 'library/'}{reference}" if local else reference
    return full if ":" in full.rpartition("/")[2] else f"{full}:latest"


def _descriptor(media_type: str, digest: str, size: int) -> dict[str, object]:
    return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": size}


def _path(digest: str) -> str:
    return f"blobs/sha256/{digest.removeprefix('sha256:')}"


def _json(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def write(folder: Path, how: How, new: tuple[Blob, ...], named: Names, progress: Progress) -> Archive:
    """Write the archive's files into ``folder``; each layer's file is removed once it is in."""
    out = Parts(folder, _file_name(how), how.split)
    program = () if how.format == "oci" else PACKERS[how.compression]
    total = sum(blob.layer.bytes for blob in new)
    with out:
        with packer(program, out) as pack:
            done = 0
            for blob in new:
                pack.write(_header(_path(blob.layer.digest), blob.layer.bytes))
                with blob.file.open("rb") as source:
                    while chunk := source.read(CHUNK):
                        pack.write(chunk)
                        done += len(chunk)
                        progress(done, total)
                pack.write(_padding(blob.layer.bytes))
                blob.file.unlink()
        layers_bytes = out.written
        with packer(program, out) as pack:
            for name, content in named.files:
                pack.write(_header(name, len(content)) + content + _padding(len(content)))
            pack.write(bytes(2 * tarfile.BLOCKSIZE))
    return Archive(
        format=how.format,
        compression=how.compression,
        parts=tuple(out.parts),
        layers_bytes=layers_bytes,
        digests=tuple(blob.layer.digest for blob in new),
    )


def _file_name(how: How) -> str:
    return "image.oci.tar" if how.format == "oci" else f"image.tar.{_SUFFIX[how.compression]}"


def _header(name: str, size: int) -> bytes:
    info = tarfile.TarInfo(name)  # no time, no owner: the same image gives the same bytes
    info.size = size
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _sum(source: IO[bytes]) -> str:
    total = hashlib.sha256()
    while chunk := source.read(CHUNK):
        total.update(chunk)
    return total.hexdigest()
