"""What an artifact says of itself is believed only where it can be true."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yoloport.runtime.artifact import NotAnArtifact, open_artifact
from yoloport.runtime.metadata import BadMetadata, of_ultralytics
from yoloport.runtime.onnx_file import properties
from yoloport.runtime.session import CannotLoad, NoSession, open_session

SAID = {
    "task": "detect", "names": "{0: 'helmet', 1: 'head'}", "imgsz": "[640, 480]", "stride": "32", "batch": "1",
    "version": "8.4.190", "args": "{'dynamic': False}",
}  # fmt: skip


def field(number: int, content: bytes) -> bytes:
    """A field with bytes, as protocol buffers write it."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])


def model(said: dict[str, str]) -> bytes:
    """The outer message of an ONNX model: a version, a graph of nonsense, the metadata."""
    pairs = [field(14, field(1, key.encode()) + field(2, value.encode())) for key, value in said.items()]
    return varint(1 << 3) + varint(9) + field(7, bytes(1000)) + b"".join(pairs)


@pytest.fixture
def onnx(tmp_path: Path):
    def write(said: dict[str, str] = SAID, cut: int = 0) -> Path:
        file = tmp_path / "best.onnx"
        content = model(said)
        file.write_bytes(content[: len(content) - cut])
        return file

    return write


def test_an_export_of_ultralytics_tells_task_classes_and_size(onnx):
    found = open_artifact(onnx())
    assert found.format == "onnx" and found.metadata.task == "detect" and found.metadata.size == (640, 480)
    assert found.metadata.names == {0: "helmet", 1: "head"} and found.metadata.batch == 1
    assert found.metadata.versions == {"ultralytics": "8.4.190"}


def test_a_dynamic_export_takes_any_batch_and_keeps_proportions(onnx):
    found = open_artifact(onnx({**SAID, "args": "{'dynamic': True}"})).metadata
    assert (found.dynamic, found.rect, found.batch) == (True, True, 0)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"task": "paint"}, "task"),
        ({"names": "{}"}, "names"),
        ({"names": "{0: 'a', 2: 'b'}"}, "without a gap"),
        ({"names": "{[]: 1}"}, "names"),
        ({"names": "{0: 5}"}, "names.0"),
        ({"imgsz": "[640, 480.5]"}, "size.1"),
        ({"batch": "True"}, "batch"),
        ({"end2end": "2"}, "end2end"),
        ({"task": "pose", "kpt_shape": "[17]"}, "kpt_shape"),
        ({"names": "__import__('os').system('true')"}, "names"),
        ({"imgsz": "[640]"}, "size"),
        ({"imgsz": "[0, 640]"}, "size"),
        ({"imgsz": "[1000000, 640]"}, "size"),
        ({"stride": "0"}, "stride"),
        ({"task": "pose"}, "kpt_shape"),
        ({"names": "{0: '" + "x" * (1 << 20) + "'}"}, "names"),
    ],
)
def test_what_cannot_be_is_refused_by_its_key(changed: dict[str, str], why: str):
    with pytest.raises(BadMetadata, match=why):
        of_ultralytics({**SAID, **changed}, "best.onnx", "onnx")


@pytest.mark.parametrize("lost", ["task", "names", "imgsz", "stride"])
def test_what_is_missing_is_named(lost: str):
    with pytest.raises(BadMetadata, match=f"lacks {lost}"):
        of_ultralytics({key: value for key, value in SAID.items() if key != lost}, "best.onnx", "onnx")


def test_a_file_that_is_cut_off_is_refused(onnx):
    with pytest.raises(BadMetadata, match="cut off"):
        open_artifact(onnx(cut=5))


def test_an_empty_file_is_refused(tmp_path: Path):
    (tmp_path / "best.onnx").touch()
    with pytest.raises(BadMetadata):
        open_artifact(tmp_path / "best.onnx")


@given(st.binary(max_size=300))
def test_any_bytes_give_texts_or_one_kind_of_error(tmp_path_factory: pytest.TempPathFactory, content: bytes):
    file = tmp_path_factory.mktemp("any") / "a.onnx"
    file.write_bytes(content)
    try:
        properties(file)
    except BadMetadata:
        return


def test_a_folder_of_our_own_tells_the_file_in_it(tmp_path: Path):
    (tmp_path / "model.bin").write_bytes(b"weights")
    own = {"file": "model.bin", "format": "strange", "task": "detect", "names": {"0": "helmet"}, "size": [64, 64]}
    (tmp_path / "yoloport.json").write_text(json.dumps(own))
    found = open_artifact(tmp_path)
    assert found.file == tmp_path / "model.bin" and found.format == "strange"
    with pytest.raises(NoSession, match="strange"):
        open_session(found)


@pytest.mark.parametrize("name", ["../outside.bin", "absent.bin", "/etc/passwd", "a\0b", "x" * 5000, ".", 5, None])
def test_a_folder_cannot_name_a_file_outside_it(tmp_path: Path, name: object):
    (tmp_path.parent / "outside.bin").touch()
    own = {"file": name, "task": "detect", "names": {"0": "helmet"}, "size": [64, 64]}
    (tmp_path / "yoloport.json").write_text(json.dumps(own))
    with pytest.raises(BadMetadata, match="does not lie in the folder"):
        open_artifact(tmp_path)


OWN = {"file": "model.bin", "task": "detect", "names": {"0": "helmet"}, "size": [64, 64]}
STRANGE = [
    ("[1]", "cannot be read"),
    ("5", "cannot be read"),
    ("{}", "cannot be read"),
    ("[" * 100_000, "cannot be read"),
    (json.dumps({**OWN, "colour": "red"}), "colour: no such key"),
    (json.dumps({**OWN, "preprocess": {"layout": "CHWN"}}), "preprocess.layout: is one of NCHW, NHWC"),
    (json.dumps({**OWN, "preprocess": {"scale": "1"}}), "preprocess.scale"),
    (json.dumps({**OWN, "preprocess": {"scale": 10**400}}), "preprocess.scale"),
    (json.dumps({**OWN, "preprocess": []}), "preprocess: is no list of keys"),
    (json.dumps({**OWN, "versions": {"torch": 2}}), "versions.torch: is a text"),
    (json.dumps({**OWN, "size": [1e400, 64]}), "size.0"),
    (json.dumps({**OWN, "file": "model.bin", "stride": -32}), "stride"),
    (json.dumps({"file": "model.bin", "task": "detect", "size": [64, 64]}), "names: is missing"),
    (json.dumps(OWN) + " " * (1 << 20), "more than"),
]


@pytest.mark.parametrize(("text", "why"), STRANGE, ids=range(len(STRANGE)))
def test_a_folder_whose_description_cannot_be_is_refused_by_its_key(tmp_path: Path, text: str, why: str):
    (tmp_path / "model.bin").write_bytes(b"weights")
    (tmp_path / "yoloport.json").write_text(text)
    with pytest.raises(BadMetadata, match=why):
        open_artifact(tmp_path)


def test_a_name_that_no_file_can_have_is_no_artifact():
    for name in ("x" * 5000, "a\0b.onnx"):
        with pytest.raises(NotAnArtifact):
            open_artifact(Path(name))


@pytest.mark.parametrize("name", ["best.pt", "best.docx", "nowhere.onnx"])
def test_what_is_no_artifact_is_refused_with_what_would_be(tmp_path: Path, name: str):
    if not name.startswith("nowhere"):
        (tmp_path / name).touch()
    with pytest.raises(NotAnArtifact):
        open_artifact(tmp_path / name)


def test_a_setting_that_no_session_has_is_named(onnx):
    with pytest.raises(CannotLoad, match="colour"):
        open_session(open_artifact(onnx()), colour="red")
