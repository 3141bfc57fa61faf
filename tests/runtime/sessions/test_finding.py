"""Where a format's session is found, and what is said where there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from yoloport.runtime import formats
from yoloport.runtime.artifact import Artifact, open_artifact
from yoloport.runtime.metadata import Metadata, Preprocess
from yoloport.runtime.session import CannotLoad, NoSession, open_session, require_shape

CODE = """
class Abacus:
    def __init__(self, artifact, options): self.asked = options
    def close(self): pass
def open_session(artifact, options): return Abacus(artifact, options)
def said(file): return {"task": "detect", "names": "{0: 'bead'}", "imgsz": "[64, 64]", "stride": "32"}
"""


@pytest.fixture
def abacus(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = tmp_path / "platforms" / "abacus"
    folder.mkdir(parents=True)
    (folder / "session.py").write_text(CODE)
    monkeypatch.setenv("YOLOPORT_PLATFORMS", str(folder.parent))

    def write(table: str) -> Path:
        (folder / "sessions.toml").write_text(table)
        return folder

    return write


def artifact(**changed: object) -> Artifact:
    facts = replace(Metadata("detect", {0: "bead"}, (64, 32)), **changed)
    return Artifact(Path("best.x"), Path("best.x"), "none", facts)


def test_a_platform_brings_a_format_with_its_suffix_and_metadata(abacus, tmp_path: Path):
    abacus('[beads]\nopen = "session:open_session"\nsuffixes = [".BEADS"]\nmetadata = "session:said"\n')
    (tmp_path / "best.beads").write_bytes(b"o-o-o")
    found = open_artifact(tmp_path / "best.beads")
    assert (found.format, found.metadata.names) == ("beads", {0: "bead"})
    assert open_session(found, device="left").asked.device == "left"


def test_without_a_reader_of_its_own_a_platforms_metadata_lies_beside(abacus, tmp_path: Path):
    abacus('[beads]\nopen = "session:open_session"\nsuffixes = [".beads"]\n')
    (tmp_path / "best.beads").touch()
    (tmp_path / "metadata.yaml").write_text("{task: detect, names: {0: bead}, imgsz: [64, 64], stride: 32}")
    assert open_artifact(tmp_path).file.name == open_artifact(tmp_path / "best.beads").file.name == "best.beads"


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("[beads", "sessions.toml: Expected"),
        ("beads = 1", "beads: needs open"),
        ("[beads]\n", "beads: needs open"),
        ('[beads]\nopen = "session"\n', "beads: needs open"),
        ('[beads]\nopen = "session:open_session"\ncolour = "red"\n', "no key colour"),
        ('[beads]\nopen = "session:open_session"\nsuffixes = ".beads"\n', "beads.suffixes"),
        ('[beads]\nopen = "session:open_session"\nsuffixes = ["beads"]\n', "beads.suffixes"),
    ],
)
def test_a_table_that_is_wrong_is_named_with_the_key(abacus, table: str, why: str):
    folder = abacus(table)
    with pytest.raises(formats.BadSessionTable, match=why) as refused:
        formats.all_formats()
    assert refused.value.file == folder / "sessions.toml"


def test_another_package_brings_a_format_by_an_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "abacus_session.py").write_text(CODE)
    info = tmp_path / "abacus-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: abacus\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[yoloport.sessions]\nnone = abacus_session:open_session\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert open_session(artifact(), device="left").asked.device == "left"


def test_a_format_that_nobody_knows_is_refused_with_those_that_are_known():
    with pytest.raises(NoSession, match=r"'none'.*mnn.*ncnn.*onnx.*openvino.*torchscript"):
        open_session(artifact())


@pytest.mark.parametrize(
    "settings", [{"threads": -1}, {"streams": 0}, {"streams": 1.5}, {"threads": True}, {"precision": "fp64"}]
)
def test_settings_that_make_no_sense_are_refused_before_any_engine(settings: dict[str, object]):
    with pytest.raises(CannotLoad, match=next(iter(settings))):
        open_session(artifact(), **settings)


@pytest.mark.parametrize(
    ("changed", "shape", "sides"),
    [
        ({}, (1, 3, 64, 32), (1, 3, 64, 32)),
        ({"batch": 4}, (4, 3, 64, 32), (4, 3, 64, 32)),
        ({"batch": 4}, ("batch", 3, 64, 32), (0, 3, 64, 32)),
        ({"dynamic": True, "batch": 0}, (-1, 3, None, "width"), (0, 3, 0, 0)),
        ({"dynamic": True, "batch": 0}, (1, 3, -1, -1), (1, 3, 0, 0)),
        ({"preprocess": Preprocess(layout="NHWC")}, (1, 64, 32, 3), (1, 64, 32, 3)),
    ],
)
def test_a_shape_that_the_metadata_describes_is_taken(changed: dict[str, object], shape, sides):
    assert require_shape(artifact(**changed), shape) == sides


@pytest.mark.parametrize(
    ("changed", "shape"),
    [
        ({}, (1, 3, 32, 64)),
        ({}, (1, 1, 64, 32)),
        ({}, (2, 3, 64, 32)),
        ({}, (3, 64, 32)),
        ({}, ()),
        ({}, (1, 3, -1, -1)),
        ({"dynamic": True, "batch": 0}, (1, 3, 64, 32)),
        ({"dynamic": True, "batch": 0}, (1, 1, -1, -1)),
        ({"preprocess": Preprocess(layout="NHWC")}, (1, 3, 64, 32)),
    ],
)
def test_a_shape_that_disagrees_is_refused_with_both(changed: dict[str, object], shape):
    with pytest.raises(CannotLoad, match=r"its metadata says .*, its graph takes"):
        require_shape(artifact(**changed), shape)
