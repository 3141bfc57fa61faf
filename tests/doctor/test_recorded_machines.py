"""Doctor finds on each recorded machine exactly what is wrong with it, and nothing on those that are well."""

from __future__ import annotations

import os
import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from yoloport.doctor import catalogue
from yoloport.doctor.check import Finding
from yoloport.doctor.examine import examine, exit_code
from yoloport.doctor.gather import gather
from yoloport.host import recorded

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MACHINES = Path(__file__).parents[1] / "machines"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((MACHINES / "expected.toml").read_text(encoding="utf-8"))
NAMES = sorted(EXPECTED)


@cache
def diagnosed(name: str) -> tuple[str, tuple[Finding, ...]]:
    """The platform that doctor speaks of, and what it finds."""
    case = gather(recorded.load(MACHINES / f"{name}.toml"))
    return case.wanted.name if case.wanted else "", examine(case, catalogue.every())


def told(findings: tuple[Finding, ...]) -> list[str]:
    return sorted(f"{finding.check}: {finding.level}" for finding in findings)


def test_every_recorded_machine_has_its_expected_findings_and_a_row_in_the_readme():
    files = {file.stem for file in MACHINES.glob("*.toml")} - {"expected"}
    rows = re.findall(r"^\| `([\w-]+)` \|", (MACHINES / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert set(EXPECTED) == files
    assert sorted(rows) == sorted(files)


@pytest.mark.parametrize("name", NAMES)
def test_doctor_finds_exactly_what_is_expected_of_the_machine(name: str):
    platform, findings = diagnosed(name)
    assert platform == EXPECTED[name]["platform"]
    assert told(findings) == sorted(EXPECTED[name]["findings"]), "\n".join(f.cause["en"] for f in findings)


@pytest.mark.parametrize("name", [name for name in NAMES if not EXPECTED[name].get("sick")])
def test_a_machine_that_is_well_raises_no_alarm(name: str):
    assert exit_code(diagnosed(name)[1]) == 0


@pytest.mark.parametrize("name", [name for name in NAMES if EXPECTED[name].get("sick")])
def test_a_sick_machine_is_told_its_own_sickness(name: str):
    assert set(EXPECTED[name]["sick"]) <= {finding.check for finding in diagnosed(name)[1]}


@pytest.mark.parametrize("name", NAMES)
def test_what_is_found_can_be_read_in_both_languages_without_holes(name: str):
    for finding in diagnosed(name)[1]:
        for text in (*finding.cause.values(), *finding.remedy.values()):
            assert text.strip() and not re.search(r"\{\w*\}|\bNone\b", text), f"{finding.check}: {text}"


def test_a_recorded_machine_says_nothing_of_the_one_that_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Neither this machine's variables nor its programs may show in another's diagnosis; no program is even run."""
    for program in ("docker", "podman", "npu-smi", "nvidia-smi"):
        (tmp_path / program).write_text(f"#!/bin/sh\ntouch {tmp_path}/was-run\n", encoding="utf-8")
        (tmp_path / program).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    for name in ("LD_PRELOAD", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "ASCEND_VISIBLE_DEVICES"):
        monkeypatch.setenv(name, "/somewhere/else")
    for machine in ("cpu-server", "ascend-910b", "laptop"):
        found = examine(gather(recorded.load(MACHINES / f"{machine}.toml")), catalogue.every())
        assert told(found) == sorted(EXPECTED[machine]["findings"])
    assert not (tmp_path / "was-run").exists()


# A command with a gap in it cannot be pasted: what to add to one's own start command stands in the remedy.
def test_no_check_gives_a_command_with_a_gap_in_it():
    commands = [words.command for check in catalogue.every() for words in check.variants.values()]
    assert commands and not [command for command in commands if command.endswith("...")]


@pytest.mark.parametrize("name", ["ascend-no-driver", "ascend-driver-no-nodes", "nvidia-no-driver"])
def test_the_driver_to_install_is_named_in_chinese_in_a_chinese_remedy(name: str):
    finding = diagnosed(name)[1][0]
    assert "驱动（" in finding.remedy["zh"] and " the " not in finding.remedy["zh"]
