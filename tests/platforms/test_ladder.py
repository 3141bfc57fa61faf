"""The ladder is what evidence files prove, and no more."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from yoloport.inside.selftest import check
from yoloport.platforms import ladder
from yoloport.platforms.ladder import CAPABILITIES, Reached, matrix
from yoloport.platforms.load import FOLDER, BadPlatformFolder, UnknownPlatform


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The evidence folder of a platform of our own."""
    own = tmp_path / "chip/evidence"
    own.mkdir(parents=True)
    (tmp_path / "chip/platform.toml").touch()
    monkeypatch.setenv("YOLOPORT_PLATFORMS", str(tmp_path))
    return own


def evidence(rung: int | None, day: str = "2026-11-20", **changed: Any) -> dict[str, Any]:
    """What a selftest writes, as far as the ladder reads it."""
    ground = {"expected": "cpu", "used": "cpu", "simulated": False, "emulator": ""}
    told = {
        "format": 1,
        "date": f"{day}T21:48:48+00:00",
        "machine": {"platform": "chip", "device_name": "S1", "architecture": "aarch64", "more": 1},
        "ground": ground,
        "checks": [{"id": "predict", "passed": True}, {"id": "broken", "passed": False}],
        "ladder": [{"capability": "predict", "rung": rung, "checks": ["predict"]}],
    }
    return told | changed


def write(folder: Path, name: str, told: object) -> Path:
    file = folder / name
    file.write_text(told if isinstance(told, str) else json.dumps(told), encoding="utf-8")
    return file


def test_without_evidence_every_cell_is_only_described(folder: Path):
    assert matrix("chip") == {capability: Reached(0) for capability in CAPABILITIES}


def test_of_several_files_the_highest_rung_counts_and_of_equals_the_latest(folder: Path):
    write(folder, "a.json", evidence(3, "2026-11-22", ground=ground(emulator="qemu")))
    best = write(folder, "b.json", evidence(4, "2026-11-21"))
    write(folder, "c.json", evidence(4, "2026-11-20"))
    write(folder, "d.json", evidence(None, "2026-11-23"))
    assert matrix("chip")["predict"] == Reached(4, dt.date(2026, 11, 21), best, "S1, aarch64")
    assert matrix("chip")["train"] == Reached(0)


def ground(**changed: Any) -> dict[str, Any]:
    return {"expected": "cpu", "used": "cpu", "simulated": False, "emulator": ""} | changed


@pytest.mark.parametrize(
    ("told", "key", "words"),
    [
        ("{", "JSON", "line 1"),
        ("[]", "evidence", "dictionary"),
        (evidence(4, format=2), "format", "is 2"),
        (evidence(7), "ladder.0.rung", "less than or equal to 4"),
        (evidence(4, date="yesterday"), "date", "datetime"),
        (evidence(4, machine={"platform": "other"}), "machine.platform", "'other'"),
        (evidence(4, ground=ground(simulated=True)), "ladder.0.rung", "proves 2 at most"),
        (evidence(4, ground=ground(emulator="qemu")), "ladder.0.rung", "proves 3 at most"),
        (evidence(2, ground=ground(used="other")), "ladder.0.rung", "proves 0 at most"),
        (evidence(4, ladder=[{"capability": "fly", "rung": 4, "checks": ["predict"]}]), "ladder.0.capability", "fly"),
        (evidence(4, ladder=[{"capability": "serve", "rung": 4, "checks": ["broken"]}]), "ladder.0.checks", "not pass"),
        (evidence(4, ladder=[{"capability": "serve", "rung": 4, "checks": []}]), "ladder.0.checks", "at least 1"),
        ({"format": 1}, "date", "required"),
    ],
)
def test_evidence_that_is_malformed_or_claims_too_much_is_named(folder: Path, told: object, key: str, words: str):
    file = write(folder, "bad.json", told)
    with pytest.raises(BadPlatformFolder) as caught:
        matrix("chip")
    assert (caught.value.file, caught.value.key) == (file, key)
    assert words in caught.value.cause and str(file) in caught.value.cause


def test_an_unknown_platform_has_no_ladder():
    with pytest.raises(UnknownPlatform):
        matrix("tpu")


def test_the_capabilities_are_those_that_a_selftest_can_prove():
    assert ladder.CAPABILITIES == check.CAPABILITIES and len(ladder.RUNGS) == 5


def test_the_evidence_in_the_package_tells_nothing_about_whose_machine_it_was():
    files = sorted(FOLDER.glob("*/evidence/*.json"))
    assert files
    for file in files:
        text = file.read_text(encoding="utf-8")
        assert not [word for word in ("hostname", "/root/", "/home/", "token") if word in text], file
