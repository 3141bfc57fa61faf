"""What a bundle would hold, from facts alone: the engine's image, the user's files, an earlier bundle."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from yoloport.host import engine as engines
from yoloport.host.engine import Engine
from yoloport.image.bundle import with_it
from yoloport.image.bundle.archive import How
from yoloport.image.bundle.contents import FILE, Bundle, Compression, Format
from yoloport.image.bundle.parts import require_packer, size_of
from yoloport.image.bundle.problems import (
    BundleDiskFull,
    FolderNotEmpty,
    NoImageToBundle,
    NotABundle,
    WrongImage,
)
from yoloport.image.bundle.script import machine
from yoloport.platforms.load import load
from yoloport.platforms.schema import Platform
from yoloport.workspace.plan import image_name

_GROWS = 5
"""A layer that is kept packed unpacks to five times its size at most (workspace image: 4.3, measured 2026-11-24)."""


@dataclass(frozen=True)
class Wanted:
    """The options, as typed. Empty ``format`` and ``compression``: the usual ones, or those of the earlier bundle."""

    platform: str
    folder: Path
    image: str = ""
    models: tuple[str, ...] = ()
    docs: bool = False
    split: str = ""
    old: Path | None = None
    format: Format | None = None
    compression: Compression | None = None
    sbom: Path | None = None


@dataclass(frozen=True)
class Found:
    """Everything decided before anything is written."""

    platform: Platform
    engine: Engine
    reference: str
    engine_id: str
    architecture: str
    engine_bytes: int
    diff_ids: tuple[str, ...]
    models: tuple[Path, ...]
    docs: Path | None
    sbom: Path | None
    how: How
    old: Bundle | None
    folder: Path
    old_name: str
    need: int

    @property
    def kept(self) -> frozenset[str]:
        """Diff ids of the layers that the site has from the earlier bundle."""
        return frozenset(layer.diff_id for layer in self.old.image.layers) if self.old else frozenset()


def look(wanted: Wanted, engine: Engine) -> Found:
    """Ask and check everything.

    Raises:
        any Problem of the image, the folder, the earlier bundle, the files, the disk.
    """
    platform = load(wanted.platform)
    reference = wanted.image or image_name(platform.name)
    told = _inspected(engine, reference, platform)
    require_empty(wanted.folder)
    old = earlier(wanted.old, platform, told["Architecture"]) if wanted.old else None
    how = _how(wanted, old)
    require_packer(how.compression)
    models, docs = with_it.models(wanted.models), with_it.documents() if wanted.docs else None
    size = int(told.get("Size") or 0)
    more = sum(file.stat().st_size for file in models) + _size(docs)
    return Found(
        platform=platform,
        engine=engine,
        reference=reference,
        engine_id=f"sha256:{told['Id'].removeprefix('sha256:')}",
        architecture=told["Architecture"],
        engine_bytes=size,
        diff_ids=tuple((told.get("RootFS") or {}).get("Layers") or ()),
        models=models,
        docs=docs,
        sbom=with_it.sbom(wanted.sbom),
        how=how,
        old=old,
        folder=wanted.folder,
        old_name=wanted.old.resolve().name if wanted.old else "",
        need=require_room(wanted.folder, size, more, packed=_keeps_packed(engine)),
    )


def require_room(folder: Path, image_bytes: int, more_bytes: int, packed: bool) -> int:
    """Bytes that are needed on the way.

    Args:
        folder: where the bundle will be.
        image_bytes: the image's size as the engine tells it.
        more_bytes: of everything else.
        packed: whether that is the size of packed layers (containerd's store).

    Raises:
        BundleDiskFull: more than is free.
    """
    # The unpacked image and the archive lie there at once; a packed layer is at most as big as an unpacked one.
    need = image_bytes * (_GROWS + 1 if packed else 2) + more_bytes + 50_000_000
    place = folder
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < need:
        raise BundleDiskFull(folder, need, free)
    return need


def _keeps_packed(engine: Engine) -> bool:
    done = engines.run_quick([engine.client, "info", "--format", "{{json .DriverStatus}}"])
    return "io.containerd.snapshotter" in done.stdout


def require_empty(folder: Path) -> None:
    """The folder is not there, or is empty.

    Raises:
        FolderNotEmpty: it holds something, or is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise FolderNotEmpty(folder, "is a file")
    try:
        if folder.is_dir() and next(folder.iterdir(), None):
            raise FolderNotEmpty(folder)
    except OSError as error:
        raise FolderNotEmpty(folder, f"cannot be looked into: {error.strerror}") from error


def earlier(folder: Path, platform: Platform, architecture: str) -> Bundle:
    """The bundle that a site has already.

    Raises:
        NotABundle: unreadable, of another platform or architecture, or itself only a difference.
    """
    try:
        old = Bundle.model_validate_json((folder / FILE).read_bytes())
    except OSError as error:
        raise NotABundle(folder, f"there is no {FILE} in it ({error.strerror})") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        raise NotABundle(folder, f"{FILE} is not of a bundle: {place}: {first['msg']}") from error
    if old.platform != platform.name:
        raise NotABundle(folder, f"it is for platform {old.platform!r}, not {platform.name!r}")
    if old.image.architecture != architecture:
        raise NotABundle(folder, f"its image is for {old.image.architecture}, not {architecture}")
    if old.base:
        raise NotABundle(folder, f"it holds changed layers only; name the whole one that it goes with: {old.base.name}")
    return old


def _how(wanted: Wanted, old: Bundle | None) -> How:
    usual = (old.archive.format, old.archive.compression) if old else ("docker", "zstd")
    how = How(wanted.format or usual[0], wanted.compression or usual[1], size_of(wanted.split) if wanted.split else 0)
    if old and wanted.old and (how.format, how.compression) != usual:
        raise NotABundle(wanted.old, f"its archive is {usual[0]} with {usual[1]}, and both have to be alike")
    return how


def _inspected(engine: Engine, reference: str, platform: Platform) -> dict[str, Any]:
    done = _run([engine.client, "image", "inspect", reference])
    try:
        told: dict[str, Any] = json.loads(done.stdout)[0] if not done.returncode else {}
    except (ValueError, IndexError):
        told = {}
    if not told:
        raise NoImageToBundle(engine.name, reference, platform.name)
    variables = dict(word.partition("=")[::2] for word in (told.get("Config") or {}).get("Env") or ())
    made_for = variables.get("YOLOPORT_PLATFORM", platform.name)
    if made_for != platform.name:
        raise WrongImage(reference, f"it was made for platform {made_for!r}, not {platform.name!r}")
    if machine(told["Architecture"]) not in platform.architectures:
        there = " and ".join(platform.architectures)
        raise WrongImage(reference, f"it is for {machine(told['Architecture'])}, the platform is for {there}")
    return told


def _run(argv: Sequence[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(list(argv), capture_output=True, text=True, check=False, timeout=30, errors="replace")


def _size(folder: Path | None) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) if folder else 0
