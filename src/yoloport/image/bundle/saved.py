"""What an engine's ``save`` hands out, laid out in a folder: configuration and layers, each checked by its sum.

The stream is a docker archive (``manifest.json``): docker of any age writes one, podman on request. Since docker 25 it
is an OCI layout, too; there layers may be compressed (images.md 1, containerd's store).
"""

from __future__ import annotations

import gzip
import hashlib
import json
import subprocess
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

from yoloport.image.bundle.problems import BrokenSave, NoCompressor

CHUNK = 1 << 20
Progress = Callable[[int], None]
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"


@dataclass(frozen=True)
class Saved:
    """An image in a folder: its configuration, byte for byte, and its layers as plain tars with their diff ids."""

    config: bytes
    layers: tuple[tuple[str, Path], ...]

    @property
    def facts(self) -> dict[str, Any]:
        """The configuration as data."""
        told: dict[str, Any] = json.loads(self.config)
        return told


def read(stream: IO[bytes], folder: Path, image: str, architecture: str, progress: Progress) -> Saved:
    """Lay the image out in ``folder``.

    Args:
        stream: an uncompressed tar.
        folder: empty; it holds the unpacked layers afterwards.
        image: its reference, for words.
        architecture: of several images under one name, which one; as engines name it, such as ``arm64``.
        progress: called with the bytes read so far.

    Raises:
        BrokenSave: cut off, unreadable, or a layer's sum is not the one in the configuration.
    """
    try:
        links = _unpack(stream, folder, progress)
        return _understood(folder, links, image, architecture)
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, zlib.error, gzip.BadGzipFile) as error:
        raise BrokenSave(image, str(error) or type(error).__name__) from error


def _unpack(stream: IO[bytes], folder: Path, progress: Progress) -> dict[str, str]:
    links: dict[str, str] = {}
    done = 0
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for member in archive:
            name = PurePosixPath(member.name)
            if name.is_absolute() or ".." in name.parts:
                raise ValueError(f"it names a path outside: {member.name}")
            if member.issym() or member.islnk():  # docker before 25 links a layer that two images share
                links[str(name)] = member.linkname if member.islnk() else _joined(name.parent, member.linkname)
            source = archive.extractfile(member) if member.isfile() else None
            if source is None:
                continue
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("wb") as out:
                for chunk in _chunks(source):
                    out.write(chunk)
                    progress(done := done + len(chunk))
    return links


def _joined(parent: PurePosixPath, link: str) -> str:
    parts: list[str] = []
    for part in (parent / link).parts:
        if part == "..":
            parts = parts[:-1]
        else:
            parts.append(part)
    return "/".join(parts)


def _understood(folder: Path, links: dict[str, str], image: str, architecture: str) -> Saved:
    def at(name: str) -> Path:
        path = folder / links.get(str(PurePosixPath(name)), name)
        if not path.is_file() or folder.resolve() not in path.resolve().parents:
            raise ValueError(f"{name} is missing")
        return path

    entries = json.loads(at("manifest.json").read_bytes())
    configs = [(entry, at(entry["Config"]).read_bytes()) for entry in entries]
    fitting = [pair for pair in configs if json.loads(pair[1]).get("architecture") == architecture]
    if not fitting:
        raise ValueError(f"it holds no image for {architecture}")
    entry, config = fitting[0]
    diff_ids = json.loads(config)["rootfs"]["diff_ids"]
    if len(diff_ids) != len(entry["Layers"]):
        raise ValueError(f"{len(entry['Layers'])} layers lie in it, its configuration names {len(diff_ids)}")
    done: dict[str, Path] = {}
    for number, (diff_id, name) in enumerate(zip(diff_ids, entry["Layers"], strict=True)):
        if diff_id not in done:
            done[diff_id] = _plain(at(name), folder / f"layer-{number}.tar", diff_id)
    return Saved(config, tuple((diff_id, done[diff_id]) for diff_id in diff_ids))


def _plain(blob: Path, target: Path, diff_id: str) -> Path:
    """The layer as a plain tar whose sum is its diff id; what it was unpacked from is removed."""
    total = hashlib.sha256()
    with blob.open("rb") as file:
        head = file.read(4)
    if head.startswith((_GZIP, _ZSTD)):
        with target.open("wb") as out, _inflated(blob, head) as source:
            for chunk in _chunks(source):
                total.update(chunk)
                out.write(chunk)
        blob.unlink()
    else:
        with blob.open("rb") as source:
            for chunk in _chunks(source):
                total.update(chunk)
        blob.replace(target)
    if f"sha256:{total.hexdigest()}" != diff_id:
        raise ValueError(f"layer {diff_id[:19]} has another sum")
    return target


@contextmanager
def _inflated(blob: Path, head: bytes) -> Iterator[IO[bytes]]:
    if head.startswith(_GZIP):
        with closing(gzip.open(blob)) as file:
            yield file  # type: ignore[misc]
        return
    try:
        process = subprocess.Popen(["zstd", "-dcq", str(blob)], stdout=subprocess.PIPE)
    except FileNotFoundError as error:
        raise NoCompressor("zstd") from error
    with process:
        assert process.stdout  # noqa: S101  a pipe was asked for
        yield process.stdout
    if process.returncode:
        raise ValueError(f"zstd could not unpack {blob.name}")


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(CHUNK):
        yield chunk
