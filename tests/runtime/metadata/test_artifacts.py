"""What Ultralytics exports is recognised, and its metadata read, without any engine."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.runtime.artifact import NotAnArtifact, open_artifact
from yoloport.runtime.metadata import MOST_TEXT, BadMetadata

TOLD = {
    "task": "pose", "names": {0: "worker"}, "imgsz": [640, 480], "stride": 32, "batch": 2, "channels": 3,
    "end2end": False, "kpt_shape": [17, 3], "version": "8.4.190", "args": {"dynamic": False},
}  # fmt: skip
AS_JSON = json.dumps({**TOLD, "names": {"0": "worker"}})


def yaml_folder(folder: Path, *files: str, text: str = json.dumps(TOLD).replace('"0"', "0")) -> Path:
    folder.mkdir(exist_ok=True)
    for name in files:
        (folder / name).write_bytes(b"model")
    (folder / "metadata.yaml").write_text(text)
    return folder


def flat(text: bytes) -> bytes:
    """A FlatBuffer whose table has one field, a text: root, vtable, table, text."""
    vtable = struct.pack("<HHH2x", 6, 8, 4)
    return struct.pack("<I", 12) + vtable + struct.pack("<iI", 8, 4) + struct.pack("<I", len(text)) + text + b"\0" * 8


def packed(text: str, name: str = "best/extra/config.txt") -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("best/data.pkl", b"nothing that is ever unpickled")
        archive.writestr(name, text)
    return held.getvalue()


@pytest.mark.parametrize(
    ("files", "form", "model"),
    [
        (("best.xml", "best.bin"), "openvino", "best.xml"),
        (("model.ncnn.param", "model.ncnn.bin", "model_ncnn.py"), "ncnn", "model.ncnn.param"),
        (("BEST.MNN",), "mnn", None),
    ],
)
def test_a_folder_with_metadata_and_one_model_is_one_artifact(tmp_path: Path, files, form: str, model: str | None):
    folder = yaml_folder(tmp_path / "best_model", *files)
    if model is None:
        (folder / files[0]).write_bytes(flat(b""))
    found = open_artifact(folder)
    assert (found.format, found.file, found.path) == (form, folder / (model or files[0]), folder)
    assert found.metadata.task == "pose" and found.metadata.size == (640, 480) and found.metadata.batch == 2
    assert open_artifact(found.file).metadata == found.metadata


@pytest.mark.parametrize(
    ("name", "content", "form"),
    [("best.mnn", flat(AS_JSON.encode()), "mnn"), ("best.torchscript", packed(AS_JSON), "torchscript")],
)
def test_a_file_tells_its_own_metadata_and_torn_it_is_refused(tmp_path: Path, name: str, content: bytes, form: str):
    file = tmp_path / name
    file.write_bytes(content)
    found = open_artifact(file)
    assert (found.format, found.metadata.kpt_shape, found.metadata.names) == (form, (17, 3), {0: "worker"})
    for end in (0, 3, 30, len(content) // 2):
        file.write_bytes(content[:end])
        with pytest.raises(BadMetadata):
            open_artifact(file)


def test_an_archive_without_metadata_says_what_it_lacks(tmp_path: Path):
    file = tmp_path / "best.torchscript"
    file.write_bytes(packed("{}", "best/code.py"))
    with pytest.raises(BadMetadata, match=r"config\.txt"):
        open_artifact(file)


def test_an_archive_with_a_password_is_refused(tmp_path: Path):
    file, content = tmp_path / "best.torchscript", bytearray(packed(AS_JSON))
    entry = content.rindex(b"PK\x01\x02")
    content[entry + 8] |= 1  # general purpose flags of the directory's last entry: encrypted
    content[content.rindex(b"PK\x03\x04") + 6] |= 1
    file.write_bytes(content)
    with pytest.raises(BadMetadata, match="TorchScript archive"):
        open_artifact(file)


def test_metadata_of_an_archive_is_not_unpacked_without_end(tmp_path: Path):
    file = tmp_path / "best.torchscript"
    file.write_bytes(packed(" " * (MOST_TEXT + 1)))
    with pytest.raises(BadMetadata, match="more than"):
        open_artifact(file)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no list of keys"),
        ("- task\n- pose\n", "no list of keys"),
        ("task: [pose", "is no YAML"),
        ("a: &a [1, 2]\nb: [*a, *a]\n", "aliases"),
        ("!!python/object/apply:os.system ['true']\n", "is no YAML"),
        ("[" * 5000, "is no YAML"),
        ("a: !!bool maybe\n", "is no YAML"),
        ("a: !!int ''\n", "is no YAML"),
        ("a: !!timestamp then\n", "is no YAML"),
        ("? [a]\n: b\n", "is no YAML"),
        ("x: 1\n" * (MOST_TEXT // 4), "more than"),
        ("task: pose\n", "lacks names, imgsz, stride"),
    ],
)
def test_a_sidecar_that_cannot_be_is_refused(tmp_path: Path, text: str, why: str):
    with pytest.raises(BadMetadata, match=why):
        open_artifact(yaml_folder(tmp_path / "m", "best.xml", text=text))


@pytest.mark.parametrize(
    ("files", "why"),
    [((), "no model"), (("a.xml", "b.xml"), r"several models: a\.xml, b\.xml"), (("a.pt",), "no model")],
)
def test_a_folder_without_exactly_one_model_is_refused(tmp_path: Path, files, why: str):
    with pytest.raises(NotAnArtifact, match=why):
        open_artifact(yaml_folder(tmp_path / "m", *files))


def test_a_model_without_its_sidecar_is_refused_by_what_it_lacks(tmp_path: Path):
    (tmp_path / "model.ncnn.param").touch()
    with pytest.raises(BadMetadata, match=r"metadata\.yaml beside"):
        open_artifact(tmp_path / "model.ncnn.param")
    with pytest.raises(NotAnArtifact, match=r"neither yoloport\.json nor metadata\.yaml"):
        open_artifact(tmp_path)


@given(st.binary(max_size=200), st.sampled_from(["a.mnn", "a.torchscript", "metadata.yaml"]))
def test_any_bytes_give_an_artifact_or_one_kind_of_error(tmp_path_factory, content: bytes, name: str):
    folder = tmp_path_factory.mktemp("any")
    (folder / "a.xml").touch()
    (folder / name).write_bytes(content)
    with pytest.raises(BadMetadata):
        open_artifact(folder / ("a.xml" if name == "metadata.yaml" else name))


def test_no_engine_is_imported_to_read_metadata(tmp_path: Path):
    (tmp_path / "best.torchscript").write_bytes(packed(AS_JSON))
    code = (
        "import sys; from pathlib import Path; from yoloport.runtime.artifact import open_artifact\n"
        f"open_artifact(Path({str(tmp_path / 'best.torchscript')!r}))\n"
        "print(sorted({'torch', 'numpy', 'cv2', 'openvino', 'ncnn', 'MNN'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout == "[]\n", done.stderr
