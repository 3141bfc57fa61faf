"""What is decided before a bundle is made, and what is left behind when something goes wrong."""

from __future__ import annotations

import json
import shutil
import stat
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from image.bundle import small_image
from image.bundle.conftest import LAYERS, engine_at
from yoloport.errors import Problem
from yoloport.image.bundle import look, make, problems, with_it
from yoloport.image.bundle.contents import Bundle
from yoloport.image.bundle.look import Wanted


def checkpoint(file: Path) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("model/data.pkl", "x")
    return file


def test_a_bundle_holds_what_its_list_says_and_every_file_is_summed(maker, tmp_path: Path):
    sbom = tmp_path / "parts.json"
    sbom.write_text('{"bomFormat": "CycloneDX"}')
    model = checkpoint(tmp_path / "best one.pt")
    found = maker(models=(str(model),), docs=True, sbom=sbom, split="1M")
    bundle = Bundle.model_validate_json((found.folder / "bundle.json").read_bytes())
    assert (bundle.platform, bundle.created, bundle.image.architecture) == ("cpu", "2026-09-21T14:13:20Z", "amd64")
    assert bundle.image.id == f"sha256:{small_image.sum_of(small_image.config(LAYERS))}"
    assert bundle.image.health == ("python", "-m", "yoloport.supervise.health")
    assert [layer.diff_id for layer in bundle.image.layers] == [f"sha256:{small_image.sum_of(one)}" for one in LAYERS]
    assert bundle.weights == ("weights/best one.pt",) and bundle.notes == ()
    listed = [line.split("  ", 1)[1] for line in (found.folder / "SHA256SUMS").read_text().splitlines()]
    there = {str(f.relative_to(found.folder)) for f in found.folder.rglob("*") if f.is_file()}
    assert set(listed) == there - {"SHA256SUMS"}
    assert {"docs/en/bundle.md", "docs/zh/bundle.md", "README.md", "sbom.cdx.json", "README.txt", "run.sh"} <= there
    done = subprocess.run(
        ["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=found.folder, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout
    readme = (found.folder / "README.txt").read_text()
    assert "weights/best one.pt" in readme and "无网络" in readme and "DejaVu" in readme
    assert (found.folder / "run.sh").stat().st_mode & stat.S_IXUSR
    assert [path.name for path in tmp_path.iterdir() if "part" in path.name] == ["parts.json"]


def test_two_bundles_of_one_image_differ_in_no_byte(maker):
    first, second = maker("a").folder, maker("b").folder
    assert (first / "SHA256SUMS").read_bytes() == (second / "SHA256SUMS").read_bytes()


def test_the_list_of_parts_is_not_invented(maker):
    found = maker()
    told = json.loads((found.folder / "bundle.json").read_text())
    assert told["sbom"] == "" and "SBOM" in told["notes"][0]


def test_a_model_without_a_folder_is_also_looked_for_in_the_data_folder(maker):
    weights = maker.folder / "home/yoloport/weights"
    weights.mkdir(parents=True)
    checkpoint(weights / "yolov8n.pt")
    assert (maker(models=("yolov8n.pt",)).folder / "weights/yolov8n.pt").is_file()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("a.pt", None, "no such file"), ("a.pt", b"", "empty"), ("a.rknn", b"x", "neither"),
     ("a.pt", b"version https://git-lfs.github.com/spec/v1", "Git LFS"), ("a.pt", b"PK\x03\x04 cut", "damaged"),
     ("a\nb.pt", b"x", "rename"), ("back\\slash.onnx", b"x", "rename"), ("-rf.onnx", b"x", "rename")],
)  # fmt: skip
def test_what_is_no_model_is_refused(name: str, content: bytes | None, words: str, tmp_path: Path):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(problems.BadModel, match=words):
        with_it.models([str(tmp_path / name)])


def test_two_models_of_one_name_are_refused(tmp_path: Path):
    (tmp_path / "x").mkdir()
    both = [str(checkpoint(tmp_path / "a.pt")), str(checkpoint(tmp_path / "x/a.pt"))]
    with pytest.raises(problems.BadModel, match="two files"):
        with_it.models(both)


@pytest.mark.parametrize("text", ["", "[]", '{"bomFormat": "SPDX"}', "{"])
def test_what_is_no_cyclonedx_is_refused(text: str, tmp_path: Path):
    (tmp_path / "s.json").write_text(text)
    with pytest.raises(problems.BadSbom):
        with_it.sbom(tmp_path / "s.json")


def refused(maker, kind: type[Problem], words: str, **options: Any) -> None:
    with pytest.raises(kind, match=words):
        maker(**options)


def test_an_image_that_is_not_there_names_how_to_build_it(maker):
    refused(maker, problems.NoImageToBundle, "no image other:1", image="other:1")
    with pytest.raises(problems.NoImageToBundle) as caught:
        maker(image="other:1")
    assert "yoloport image build cpu" in caught.value.remedy


def test_an_image_of_another_platform_is_refused(maker):
    small_image.put(maker.fake, LAYERS, platform="elsewhere")
    refused(maker, problems.WrongImage, "made for platform 'elsewhere'")


def test_a_folder_that_holds_something_is_left_alone(maker, tmp_path: Path):
    (tmp_path / "bundle").mkdir()
    (tmp_path / "bundle/mine").write_text("mine")
    refused(maker, problems.FolderNotEmpty, "is not empty")
    (tmp_path / "file").write_text("")
    refused(maker, problems.FolderNotEmpty, "is a file", name="file")
    assert (tmp_path / "bundle/mine").read_text() == "mine"


def test_an_empty_folder_will_do(maker, tmp_path: Path):
    (tmp_path / "bundle").mkdir()
    assert (maker().folder / "run.sh").is_file()


def test_a_full_disk_is_told_before(maker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 9, 1_000_000))  # type: ignore[attr-defined]
    refused(maker, problems.BundleDiskFull, "1 MB free")


def test_a_disk_that_fills_up_on_the_way_leaves_nothing(maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def full(*_: object) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(with_it, "draw_sample", full)
    refused(maker, problems.BundleDiskFull, "MB free")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("bundle")]


def test_an_archive_that_the_engine_cuts_off_leaves_nothing(maker, tmp_path: Path):
    content = (maker.fake / "saved").read_bytes()
    (maker.fake / "saved").write_bytes(content[: len(content) // 2])
    refused(maker, problems.BrokenSave, "broken")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("bundle")]


def test_an_engine_that_ends_badly_is_not_believed(maker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("FAKE_SAVE_CODE", "1")
    refused(maker, problems.BrokenSave, "ended with 1")


def test_what_a_killed_run_left_is_cleared_and_what_others_left_is_not(maker, tmp_path: Path):
    (tmp_path / "bundle.part").mkdir()
    (tmp_path / "bundle.part/.being-made").touch()
    (tmp_path / "other.part").mkdir()
    (tmp_path / "other.part/mine").touch()
    maker()
    maker("other")
    assert not (tmp_path / "bundle.part").exists() and (tmp_path / "other.part/mine").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [({"platform": "other"}, "for platform 'other'"), ({"archive": 3}, "archive"), (None, "no bundle.json"),
     ({"schema_version": 2}, "schema_version"), ({"base": "itself"}, "changed layers only")],
)  # fmt: skip
def test_what_cannot_be_built_on_is_refused(change: dict[str, Any] | None, words: str, maker):
    old = maker("old").folder
    told = json.loads((old / "bundle.json").read_text())
    (old / "bundle.json").unlink()
    if change is not None:
        if change == {"base": "itself"}:
            change = {"base": {"name": "older", "image": "x", "archive": told["archive"]}}
        (old / "bundle.json").write_text(json.dumps({**told, **change}))
    refused(maker, problems.NotABundle, words, name="new", old=old)


def test_an_earlier_bundle_of_another_architecture_or_packing_is_refused(maker):
    old = maker("old").folder
    refused(maker, problems.NotABundle, "have to be alike", name="new", old=old, format="oci")
    told = json.loads((old / "bundle.json").read_text())
    told["image"]["architecture"] = "arm64"
    (old / "bundle.json").write_text(json.dumps(told))
    refused(maker, problems.NotABundle, "arm64", name="new", old=old)


@pytest.mark.parametrize(
    ("config", "words"),
    [({}, ()), ({"Healthcheck": {"Test": ["CMD", "true"]}}, ("true",)), ({"Healthcheck": {"Test": ["NONE"]}}, ()),
     ({"Healthcheck": {"Test": ["CMD-SHELL", "a | b"]}}, ()), ({"Healthcheck": {"Test": ["CMD", "a b"]}}, ())],
)  # fmt: skip
def test_only_a_health_check_that_needs_no_quotes_is_asked(config: dict[str, Any], words: tuple[str, ...]):
    assert make.health(config) == words


def test_a_missing_packing_program_is_named(maker, monkeypatch: pytest.MonkeyPatch):
    bin_only = maker.folder / "none"
    bin_only.mkdir()
    monkeypatch.setenv("PATH", str(bin_only))
    (bin_only / "sh").symlink_to("/bin/sh")
    (bin_only / "cat").symlink_to("/bin/cat")
    (bin_only / "tr").symlink_to("/usr/bin/tr")
    with pytest.raises(problems.NoCompressor, match="zstd is not installed"):
        look.look(Wanted("cpu", maker.folder / "new", compression="zstd"), engine_at(maker.folder))


def test_the_sample_is_drawn_and_names_the_folder_that_it_has_inside(tmp_path: Path):
    pytest.importorskip("cv2")
    assert with_it.draw_sample(engine_at(tmp_path), "image", tmp_path / "datasets") == ""
    folder = tmp_path / "datasets/helmet-scenes"
    assert len(list(folder.glob("images/train/*.jpg"))) == 24 and len(list(folder.glob("labels/val/*.txt"))) == 8
    assert 'path: "/data/datasets/helmet-scenes"' in next(folder.glob("*.yaml")).read_text()


def test_without_opencv_the_image_draws_and_only_its_own_files_are_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(with_it, "find_spec", lambda _: None)
    tar = tmp_path / "tar"
    files = {"helmet-scenes/helmet-scenes.yaml": b"path: /tmp/x\n", "../escaped": b"x", "helmet-scenes/../../up": b"x"}
    tar.write_bytes(small_image.tar_of(files, {"helmet-scenes/link": "/etc/passwd"}))
    client = tmp_path / "docker"
    client.write_text(f'#!/bin/sh\necho "$@" | grep -q -- "--network none" && cat "{tar}"\n')
    client.chmod(0o755)
    engine = look.Engine("docker", str(client), "26", frozenset(), False)
    assert with_it.draw_sample(engine, "image", tmp_path / "out/datasets") == ""
    made = [
        str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file() and path not in (tar, client)
    ]
    assert made == ["out/datasets/helmet-scenes/helmet-scenes.yaml"]
    assert 'path: "/data' in (tmp_path / made[0]).read_text()
    client.write_text("#!/bin/sh\necho exec format error >&2\nexit 1\n")
    assert "exec format error" in with_it.draw_sample(engine, "image", tmp_path / "again")


def test_documents_are_those_of_the_checkout_or_of_the_wheel(monkeypatch: pytest.MonkeyPatch):
    assert (with_it.documents() / "en/bundle.md").is_file()
    monkeypatch.setattr(with_it.folders, "checkout", lambda: None)
    monkeypatch.setattr(with_it, "__file__", "/nonexistent/a/b/c.py")
    with pytest.raises(problems.NoDocuments):
        with_it.documents()


def test_room_is_asked_for_by_how_the_engine_keeps_layers(tmp_path: Path):
    plain = look.require_room(tmp_path / "x/y", 1_000_000, 5, packed=False)
    assert look.require_room(tmp_path, 1_000_000, 5, packed=True) == plain + 4_000_000
    assert not (tmp_path / "x").exists()
