"""Manifest, labels, tags, SBOM and evidence of an image that was looked at."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from image.trial.facts import INVENTORY, recorded
from yoloport.image.trial import run
from yoloport.image.trial.check import Outcome
from yoloport.image.trial.evidence import evidence
from yoloport.image.trial.inventory import Package, parse
from yoloport.image.trial.manifest import measured
from yoloport.image.trial.problems import CannotKeep
from yoloport.image.trial.sbom import bill
from yoloport.image.trial.stamp import Stamped, dockerfile, repository
from yoloport.platforms import ladder
from yoloport.platforms.load import load

DATE = "2026-11-24T11:07:15+00:00"
GOOD, BAD = Outcome("starts", "starts", True, 1.0), Outcome("stop", "stops", False, 2.0, why="killed")
LEFT_OUT = Outcome("refuses", "refuses", None, 0.0, why="no accelerator")


def manifest(**inventory):
    return measured(recorded(), load("cpu"), replace(INVENTORY, **inventory), 1450847612, DATE, True)


def test_tags_and_labels_are_what_was_found_in_the_image():
    made = manifest()
    assert made.tags == (
        "cpu-ultralytics8.4.190-torch2.13.0-py3.11-yoloport0.1.0",
        "cpu-ultralytics8.4.190-torch2.13.0-py3.11",
    )
    assert made.labels["yoloport.version.torch"] == "2.13.0+cpu" and made.labels["yoloport.bytes"] == "1450847612"
    assert made.labels["org.opencontainers.image.base.name"] == "debian:bookworm-slim"


def test_a_vendors_plug_in_is_among_the_versions():
    of = replace(INVENTORY, packages=(*INVENTORY.packages, Package("torch-npu", "2.13.0")))
    made = measured(replace(recorded(), platform="ascend"), load("ascend"), of, 1, DATE, True)
    assert made.versions["torch-npu"] == "2.13.0" and made.tags[0].startswith("ascend-ultralytics8.4.190-torch2.13.0-")


def test_an_image_without_torch_is_named_by_its_engine():
    packages = (Package("onnxruntime", "1.32.0"), Package("yoloport", "0.1.0"))
    assert manifest(packages=packages).tags[-1] == "cpu-onnxruntime1.32.0-py3.11"


def test_the_sbom_is_a_valid_cyclonedx_document_that_names_everything():
    # Here, since this file is also collected beside torch, where the development tools are not.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    made = bill(manifest())
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(json.dumps(made)) is None
    named = {one["name"]: one.get("purl") for one in made["components"]}
    assert named["libc6"] == "pkg:deb/debian/libc6@2.36-9%2Bdeb12u13?arch=amd64&distro=debian-12"
    assert named["typing_extensions"] == "pkg:pypi/typing-extensions@4.15.0"
    assert len(made["components"]) == 1 + len(INVENTORY.packages) + len(INVENTORY.system_packages)


def test_packages_of_an_rpm_system_are_named_as_such():
    git = Package("git", "2.43.0-5.oe2403", architecture="aarch64")
    made = bill(manifest(system={"ID": "openEuler", "VERSION_ID": "24.03"}, system_packages=(git,)))
    named = {one["name"]: one.get("purl") for one in made["components"]}
    assert named["git"] == "pkg:rpm/openeuler/git@2.43.0-5.oe2403?arch=aarch64&distro=openeuler-24.03"


def test_what_an_image_says_of_itself_is_understood_though_a_warning_came_first():
    told = {
        "python": "3.11.2",
        "system": {"ID": "debian"},
        "packages": [{"name": "numpy", "version": "2.4.6", "licence": ""}],
        "system_packages": [{"name": n, "version": "1", "architecture": "all"} for n in ("zlib", "bash")],
    }
    found = parse("WARNING: emulated\n" + json.dumps(told))
    assert found.version("NumPy") == "2.4.6" and [one.name for one in found.system_packages] == ["bash", "zlib"]
    with pytest.raises(ValueError):
        parse("Illegal instruction")


@pytest.mark.parametrize(
    ("outcomes", "computes", "emulator", "skipped", "rung"),
    [
        ((GOOD, LEFT_OUT), True, "", False, 4),
        ((GOOD,), True, "qemu-user", False, 3),
        ((GOOD,), False, "", False, 2),
        ((GOOD, BAD), True, "", False, None),
        ((GOOD,), True, "", True, None),
        ((LEFT_OUT,), True, "", False, None),
    ],
)
def test_the_rung_is_what_the_checks_and_their_ground_allow(outcomes, computes, emulator, skipped, rung):
    made = evidence(manifest(), load("cpu"), outcomes, computes, emulator, skipped)
    assert made["ladder"][0]["rung"] == rung


def test_the_ladder_reads_the_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "evidence").mkdir()
    made = evidence(manifest(), load("cpu"), (GOOD, LEFT_OUT), True, "", False)
    (tmp_path / "evidence/image.json").write_text(json.dumps(made))
    monkeypatch.setattr(ladder, "folder_of", lambda _: tmp_path)
    assert ladder.matrix("cpu")["image"].rung == 4


def test_everything_is_kept_and_no_half_file(tmp_path: Path):
    made = manifest()
    found = run.Found((GOOD,), made, evidence(made, load("cpu"), (GOOD,), True, "", False), {"format": 1})
    files = run.keep(found, tmp_path / "new/folder", Stamped("sha256:ab", ("a:b",)))
    assert sorted(file.name for file in files) == sorted(path.name for path in (tmp_path / "new/folder").iterdir())
    told = json.loads((tmp_path / "new/folder/manifest.json").read_text())
    assert told["stamped"]["id"] == "sha256:ab" and told["checks"][0]["id"] == "starts"
    assert told["layers"][0]["bytes"] == 190129234
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotKeep):
        run.keep(found, tmp_path / "file")


def test_a_stamp_keeps_the_layers_and_quotes_what_it_says():
    assert dockerfile("a:b", {"x": 'say "$HOME" \\'}) == 'FROM a:b\nLABEL x="say \\"\\$HOME\\" \\\\"\n'
    assert repository("registry.example:5000/ai/yolov8:ascend") == "registry.example:5000/ai/yolov8"
    assert repository("yoloport/workspace") == "yoloport/workspace"
    assert repository("a/b:c@sha256:12") == "a/b"


def test_an_image_of_another_architecture_is_emulated():
    assert run.emulated(recorded(), "x86_64") == "" and run.emulated(recorded(), "aarch64") == "qemu-user"
