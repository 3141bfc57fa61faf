"""The file with branches that a graph lacks: what fits is read, what does not is said."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from yoloport.runtime import branches_file
from yoloport.runtime.artifact import open_artifact
from yoloport.runtime.branches_file import branches_of
from yoloport.runtime.metadata import BadMetadata

RAW = {"strides": [8, 16], "reg_max": 2, "layout": "NHWC", "branches": "branches.npz"}


def arrays(extra: int = 0) -> dict[str, np.ndarray]:
    """Two levels of 3 and 5 channels: 3 x 3 to 4, then 1 x 1 to a box of 8 numbers."""
    found = {}
    for name, width in (("boxes", 8), *([("extra", extra)] if extra else [])):
        for level, channels in enumerate((3, 5)):
            for layer, shape in enumerate(((4, channels, 3, 3), (width, 4, 1, 1))):
                found[f"{name}.{level}.{layer}.weight"] = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
                found[f"{name}.{level}.{layer}.bias"] = np.arange(shape[0], dtype=np.float32)
    return found


def folder(at: Path, given: dict[str, np.ndarray] | bytes, **told: object) -> Path:
    packed = io.BytesIO()
    if isinstance(given, dict):
        np.savez(packed, **given)
    (at / "branches.npz").write_bytes(packed.getvalue() if isinstance(given, dict) else given)
    (at / "model.onnx").write_bytes(b"x")
    facts = {"file": "model.onnx", "format": "onnx", "task": "detect", "names": {0: "a"}, "size": [64, 64],
             "raw_head": RAW, **told}  # fmt: skip
    (at / "yoloport.json").write_text(json.dumps(facts), encoding="utf-8")
    return at


def test_weights_are_laid_out_for_rows_of_neighbours(tmp_path: Path):
    found = branches_of(open_artifact(folder(tmp_path, arrays())))
    assert found.channels == [3, 5] and found.extra_width == 0 and [len(one) for one in found.boxes] == [2, 2]
    first, weight = found.boxes[0][0], arrays()["boxes.0.0.weight"]
    assert first.kernel == 3 and first.weights.shape == (27, 4) and first.weights.flags["C_CONTIGUOUS"]
    assert first.weights[3 * (1 * 3 + 2) + 1, 2] == weight[2, 1, 1, 2]  # down 1, across 2, channel 1, out 2


def test_half_precision_is_read_as_single(tmp_path: Path):
    half = {name: one.astype(np.float16) for name, one in arrays(extra=1).items()}
    found = branches_of(open_artifact(folder(tmp_path, half, task="obb")))
    assert found.extra_width == 1 and found.extra[1][1].weights.dtype == np.float32


def test_a_graph_that_has_all_needs_no_file(tmp_path: Path):
    assert branches_of(open_artifact(folder(tmp_path, arrays(), raw_head={"strides": [8, 16]}))) is None
    assert branches_of(open_artifact(folder(tmp_path, arrays(), raw_head=None))) is None


@pytest.mark.parametrize("name", ["elsewhere.npz", "../branches.npz", "/etc/passwd", "x" * 300, "a\0b", "."])
def test_a_file_that_is_not_in_the_folder_is_refused(tmp_path: Path, name: str):
    with pytest.raises(BadMetadata, match="does not lie in the folder"):
        open_artifact(folder(tmp_path, arrays(), raw_head={**RAW, "branches": name}))


def without(*names: str) -> dict[str, np.ndarray]:
    return {name: one for name, one in arrays().items() if name not in names}


def changed(name: str, value: object) -> dict[str, np.ndarray]:
    return {**arrays(), name: np.asarray(value)}


NAN = np.full((8, 4, 1, 1), np.nan, np.float32)
WRONG = {
    "no archive": (b"not a zip", {}, "cannot be read"),
    "empty": (b"", {}, "cannot be read"),
    "a pickle": (changed("boxes.0.0.bias", [None] * 4), {}, "cannot be read"),
    "a level missing": (without("boxes.1.0.weight"), {}, "boxes.1: is missing"),
    "a bias missing": (without("boxes.1.1.bias"), {}, "boxes.1.1.bias"),
    "whole numbers": (changed("boxes.0.0.bias", np.arange(4)), {}, "no array of floats"),
    "no numbers": (changed("boxes.0.1.weight", NAN), {}, "no number"),
    "an even kernel": (changed("boxes.0.0.weight", np.zeros((4, 3, 2, 2), np.float32)), {}, "no layer"),
    "a flat kernel": (changed("boxes.0.0.weight", np.zeros((4, 3, 3, 1), np.float32)), {}, "no layer"),
    "nothing in it": (changed("boxes.0.0.weight", np.zeros((4, 0, 3, 3), np.float32)), {}, "no layer"),
    "layers that do not meet": (changed("boxes.0.1.weight", np.zeros((8, 6, 1, 1), np.float32)), {}, "takes 6"),
    "another box": (arrays(), {"raw_head": {**RAW, "reg_max": 16}}, "reg_max means 64"),
    "an extra too many": (arrays(extra=1), {}, "no detect"),
    "an extra too few": (arrays(), {"task": "obb"}, "no obb"),
    "another extra": (arrays(extra=5), {"task": "pose", "kpt_shape": [2, 3]}, "no pose"),
    "more levels": (arrays(), {"raw_head": {**RAW, "strides": [8, 16, 32]}}, "boxes.2: is missing"),
}


@pytest.mark.parametrize(("given", "told", "why"), WRONG.values(), ids=WRONG)
def test_a_file_that_does_not_fit_is_refused_with_its_reason(tmp_path: Path, given, told, why):
    with pytest.raises(BadMetadata, match=why):
        branches_of(open_artifact(folder(tmp_path, given, **told)))


def test_features_of_two_branches_must_be_the_same(tmp_path: Path):
    given = arrays(extra=1)
    given["extra.0.0.weight"] = np.zeros((4, 7, 3, 3), np.float32)
    with pytest.raises(BadMetadata, match="the same features"):
        branches_of(open_artifact(folder(tmp_path, given, task="obb")))


def test_a_file_that_would_fill_the_memory_is_refused_before_it_is_read(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(branches_file, "MOST_BYTES", 1 << 20)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("boxes.0.0.weight.npy", b"\0" * (2 << 20))
    with pytest.raises(BadMetadata, match="holds 2 MiB"):
        branches_of(open_artifact(folder(tmp_path, packed.getvalue())))
