"""A small image as ``docker save`` hands it out, in the shapes that engines of different age give it."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import random
import tarfile
from pathlib import Path

REFERENCE = "yoloport/workspace:cpu"


def tar_of(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    """A tar with these files, and symbolic links."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for name, target in (links or {}).items():
            info = tarfile.TarInfo(name)
            info.type, info.linkname = tarfile.SYMTYPE, target
            archive.addfile(info)
    return out.getvalue()


def layer(name: str, size: int = 100_000) -> bytes:
    """A layer's tar that does not pack well."""
    return tar_of({name: random.Random(name).randbytes(size)})  # noqa: S311  no secret


def sum_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def config(layers: list[bytes], architecture: str = "amd64", platform: str = "cpu") -> bytes:
    told = {
        "architecture": architecture,
        "os": "linux",
        "created": "2026-11-24T00:00:00Z",
        "config": {
            "Env": [f"YOLOPORT_PLATFORM={platform}"],
            "Healthcheck": {"Test": ["CMD", "python", "-m", "yoloport.supervise.health"]},
            "Labels": {"org.opencontainers.image.version": "0.1.0"},
        },
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sum_of(one)}" for one in layers]},
    }
    return json.dumps(told).encode()


def saved(layers: list[bytes], shape: str = "plain") -> bytes:
    """``plain``: docker 25 to 28; ``gzip``: containerd's store; ``old``: docker before 25, one layer a link."""
    told = config(layers)
    name = f"blobs/sha256/{sum_of(told)}"
    if shape == "old":
        folders = [f"{number:064x}" for number in range(len(layers))]
        files = {f"{folder}/layer.tar": content for folder, content in zip(folders, layers, strict=True)}
        first = files.pop(f"{folders[0]}/layer.tar")
        files["shared/layer.tar"] = first
        links = {f"{folders[0]}/layer.tar": "../shared/layer.tar"}
        names = [f"{folder}/layer.tar" for folder in folders]
    else:
        packed = [gzip.compress(one) if shape == "gzip" else one for one in layers]
        names = [f"blobs/sha256/{sum_of(one)}" for one in packed]
        files, links = dict(zip(names, packed, strict=True)), {}
    listed = [{"Config": name, "RepoTags": [REFERENCE], "Layers": names}]
    return tar_of({**files, name: told, "manifest.json": json.dumps(listed).encode()}, links)


def put(
    fake: Path, layers: list[bytes], shape: str = "plain", reference: str = REFERENCE, platform: str = "cpu"
) -> str:
    """Give the image to the fake engine; returns its id."""
    told = config(layers, platform=platform)
    identity = f"sha256:{sum_of(told)}"
    facts = {
        "Id": identity,
        "Size": sum(map(len, layers)),
        "Architecture": "amd64",
        "RootFS": {"Layers": [f"sha256:{sum_of(one)}" for one in layers]},
        "Config": json.loads(told)["config"],
    }
    (fake / f"inspected-{reference.replace('/', '_').replace(':', '_')}").write_text(json.dumps([facts]))
    (fake / "saved").write_bytes(saved(layers, shape))
    return identity
