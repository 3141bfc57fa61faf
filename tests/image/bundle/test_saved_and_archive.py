"""From an engine's own archive to ours: layers first, then what names them."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from image.bundle import small_image
from yoloport.image.bundle import archive, saved
from yoloport.image.bundle.archive import How
from yoloport.image.bundle.contents import Archive, Layer
from yoloport.image.bundle.parts import size_of
from yoloport.image.bundle.problems import BadSize, BrokenSave

LAYERS = [small_image.layer("base", 2_500_000), small_image.layer("torch", 70_000), small_image.layer("ours", 5_000)]
needs_zstd = pytest.mark.skipif(not shutil.which("zstd"), reason="no zstd here")


def read(content: bytes, folder: Path) -> saved.Saved:
    folder.mkdir(exist_ok=True)
    return saved.read(io.BytesIO(content), folder, "small", "amd64", lambda done: None)


@pytest.mark.parametrize("shape", ["plain", "gzip", "old"])
def test_layers_come_out_plain_and_in_order_whatever_the_age_of_the_engine(shape: str, tmp_path: Path):
    got = read(small_image.saved(LAYERS, shape), tmp_path / "x")
    assert [file.read_bytes() for _, file in got.layers] == LAYERS
    assert [diff_id for diff_id, _ in got.layers] == [f"sha256:{small_image.sum_of(one)}" for one in LAYERS]
    assert got.facts["architecture"] == "amd64"


def test_a_layer_that_two_places_share_lies_in_the_archive_once(tmp_path: Path):
    got = read(small_image.saved([LAYERS[2], LAYERS[1], LAYERS[2]]), tmp_path / "x")
    layers, new = archive.blobs(got, How("docker", "gzip"), ())
    assert len(layers) == 3 and layers[0] == layers[2] and len(new) == 2


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def changed(content: bytes) -> bytes:
    return content.replace(LAYERS[0][5000:5100], bytes(100))


def outside(content: bytes) -> bytes:
    return small_image.tar_of({"../escaped": b"x"})


def other(content: bytes) -> bytes:
    return small_image.saved(LAYERS).replace(b'"amd64"', b'"arm64"')


@pytest.mark.parametrize(
    ("fault", "words"),
    [(cut, "unexpected end"), (changed, "has another sum"), (outside, "outside"), (lambda _: b"", "empty"),
     (lambda _: b"Error: no such image\n" * 100, "tar|header|missing"), (other, "missing|no image for amd64")],
)  # fmt: skip
def test_a_broken_archive_of_the_engine_is_refused(fault: Any, words: str, tmp_path: Path):
    with pytest.raises(BrokenSave, match=words):
        read(fault(small_image.saved(LAYERS)), tmp_path / "x")
    assert not (tmp_path / "escaped").exists()


def packed(folder: Path, how: How, layers: list[bytes] = LAYERS, known: tuple[Layer, ...] = ()) -> tuple[Archive, Any]:
    folder.mkdir()
    got = read(small_image.saved(layers), folder / ".layers")
    described, new = archive.blobs(got, how, known)
    named = archive.names("yoloport/workspace:cpu", got.config, described)
    return archive.write(folder, how, new, named, lambda *_: None), described


def joined(folder: Path, made: Archive) -> bytes:
    return b"".join((folder / part.name).read_bytes() for part in made.parts)


def unpacked(content: bytes, how: How) -> bytes:
    if how.format == "oci":
        return content
    if how.compression == "gzip":
        return gzip.decompress(content)
    return subprocess.run(["zstd", "-dcq"], input=content, capture_output=True, check=True).stdout


HOWS = [How("docker", "gzip"), How("oci", "gzip"), How("docker", "gzip", 10**6), How("oci", "gzip", 10**6),
        pytest.param(How("docker", "zstd"), marks=needs_zstd),
        pytest.param(How("oci", "zstd"), marks=needs_zstd)]  # fmt: skip


@pytest.mark.parametrize("how", HOWS, ids=str)
def test_the_archive_is_an_oci_layout_and_a_docker_archive_at_once(how: How, tmp_path: Path):
    made, layers = packed(tmp_path / "x", how)
    content = joined(tmp_path / "x", made)
    with tarfile.open(fileobj=io.BytesIO(unpacked(content, how))) as tar:
        files = {member.name: tar.extractfile(member).read() for member in tar}  # type: ignore[union-attr]
    for name, held in files.items():
        if name.startswith("blobs/"):
            assert name == f"blobs/sha256/{hashlib.sha256(held).hexdigest()}"
    listed = json.loads(files["manifest.json"])[0]
    assert listed["RepoTags"] == ["yoloport/workspace:cpu"]
    assert [f"sha256:{name.rpartition('/')[2]}" for name in listed["Layers"]] == [layer.digest for layer in layers]
    entry = json.loads(files["index.json"])["manifests"][0]
    manifest = json.loads(files["blobs/sha256/" + entry["digest"].removeprefix("sha256:")])
    assert entry["annotations"]["io.containerd.image.name"] == "docker.io/yoloport/workspace:cpu"
    assert [(x["digest"], x["size"]) for x in manifest["layers"]] == [(x.digest, x.bytes) for x in layers]
    assert list(files)[: len(LAYERS)] == [f"blobs/sha256/{x.digest.removeprefix('sha256:')}" for x in layers]
    assert not list((tmp_path / "x/.layers").rglob("layer-*")), "nothing is left beside the archive"


@pytest.mark.parametrize("how", HOWS, ids=str)
def test_an_old_archives_front_and_a_new_one_make_a_whole_image(how: How, tmp_path: Path):
    old, known = packed(tmp_path / "old", how)
    changed = [*LAYERS[:2], small_image.layer("newer", 6_000)]
    new, _ = packed(tmp_path / "new", How(how.format, how.compression), changed, known)
    front = joined(tmp_path / "old", old)[: old.layers_bytes]
    content = unpacked(front + joined(tmp_path / "new", new), how)
    got = read(content, tmp_path / "both")
    assert [file.read_bytes() for _, file in got.layers] == changed
    assert new.bytes < old.bytes / 20
    with pytest.raises(BrokenSave):
        read(unpacked(front, how), tmp_path / "front alone")


def test_parts_are_summed_and_no_longer_than_asked(tmp_path: Path):
    made, _ = packed(tmp_path / "x", How("docker", "gzip", 10**6))
    assert [part.name for part in made.parts] == ["image.tar.gz.000", "image.tar.gz.001", "image.tar.gz.002"]
    for part in made.parts:
        held = (tmp_path / "x" / part.name).read_bytes()
        assert (len(held), small_image.sum_of(held)) == (part.bytes, part.sha256) and len(held) <= 10**6


def test_the_same_image_gives_the_same_bytes(tmp_path: Path):
    made = [packed(tmp_path / name, How("docker", "gzip"))[0] for name in ("a", "b")]
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("text", "size"), [("4G", 4 * 10**9), ("700M", 7 * 10**8), ("1GB", 10**9), ("2GiB", 2**31), ("1M", 10**6)]
)
def test_sizes_are_read(text: str, size: int):
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "4", "G", "-4G", "4 G", "4T", "0M", "1.5G", "٤G", "4GG"])
def test_what_is_no_size_is_refused(text: str):
    with pytest.raises(BadSize, match="--split"):
        size_of(text)


@pytest.mark.parametrize(
    ("short", "full"),
    [("debian", "docker.io/library/debian:latest"), ("a/b:1", "docker.io/a/b:1"),
     ("registry.example/a/b", "registry.example/a/b:latest"), ("localhost/a:2", "localhost/a:2"),
     ("10.0.0.1:5000/a", "10.0.0.1:5000/a:latest")],
)  # fmt: skip
def test_references_are_named_as_engines_do(short: str, full: str):
    assert archive.qualified(short) == full
