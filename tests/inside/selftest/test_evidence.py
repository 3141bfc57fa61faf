"""The evidence file is complete JSON, written whole, and named after platform and date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from yoloport.errors import Exit
from yoloport.inside.selftest import table
from yoloport.inside.selftest.check import Check, CheckFailed, Outcome, perform
from yoloport.inside.selftest.evidence import CannotWriteEvidence, Evidence, default_file, write
from yoloport.inside.selftest.rung import Ground, cells
from yoloport.measure.machine import Machine

DATE = "2026-11-23T18:05:09+00:00"


class Device:
    type = "npu"


def evidence(ground: Ground, *outcomes: Outcome) -> Evidence:
    machine = Machine(
        "ascend", "npu", "npu:0", "Ascend 310P3", "", "Kunpeng 920", 4, 4, "aarch64", {"yoloport": "0.1.0"}
    )
    return Evidence(DATE, machine, ground, outcomes, cells(ground, outcomes))


def test_the_file_is_named_after_platform_and_time(tmp_path: Path) -> None:
    assert default_file("ascend", DATE, {}) == Path("evidence-ascend-20261123T180509Z.json")
    inside = default_file("ascend", DATE, {"YOLOPORT_DATA": str(tmp_path)})
    assert inside == tmp_path / "evidence" / "evidence-ascend-20261123T180509Z.json"


def test_the_file_holds_everything_and_no_nan(tmp_path: Path) -> None:
    failed = Outcome("loss", "train", "a step", "npu", False, 1.5, {"loss": float("nan")}, "the loss is nan")
    file = write(evidence(Ground("npu", "npu", False, ""), failed), tmp_path / "new" / "evidence.json")
    content = json.loads(file.read_text())
    assert content["format"] == 1
    assert content["checks"][0]["figures"] == {"loss": None}
    assert content["ladder"] == [{"capability": "train", "rung": None, "checks": ["loss"]}]
    assert content["machine"]["versions"] == {"yoloport": "0.1.0"}
    assert [entry.name for entry in file.parent.iterdir()] == ["evidence.json"]


def test_a_place_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CannotWriteEvidence) as caught:
        write(evidence(Ground("npu", "npu", False, "")), tmp_path / "file" / "evidence.json")
    assert caught.value.exit is Exit.DATA_FOLDER


def test_a_check_out_of_its_limits_keeps_its_figures() -> None:
    def fails(device: object) -> dict[str, object]:
        raise CheckFailed("the loss is nan", {"loss": "nan"})

    found = perform(Check("loss", "train", "a step", fails), Device())  # type: ignore[arg-type]
    assert (found.passed, found.why, found.figures, found.device) == (False, "the loss is nan", {"loss": "nan"}, "npu")


def test_a_check_that_breaks_is_an_outcome_with_its_words() -> None:
    def breaks(device: object) -> dict[str, object]:
        raise RuntimeError("EI0002: no such operator")

    found = perform(Check("conv", "workspace", "a convolution", breaks), Device())  # type: ignore[arg-type]
    assert found.why == "RuntimeError: EI0002: no such operator"
    assert "breaks" in str(found.figures["traceback"])


def test_a_check_that_breaks_without_words_has_still_failed() -> None:
    def breaks(device: object) -> dict[str, object]:
        raise CheckFailed("", {})

    assert not perform(Check("conv", "workspace", "x", breaks), Device()).passed  # type: ignore[arg-type]


def test_what_ran_on_the_cpu_says_so() -> None:
    check = Check("onnx", "convert", "export", lambda device: {}, always_on_cpu=True)
    assert perform(check, Device()).device == "cpu"  # type: ignore[arg-type]


def test_the_verdict_names_the_rung_or_what_stands_in_its_way() -> None:
    good = Outcome("a", "train", "a step", "npu", True, 1.5)
    bad = Outcome("b", "train", "a step", "npu", False, 1.5, {}, "it broke")
    assert "rung 4 (run on the hardware) of ascend" in table.verdict(evidence(Ground("npu", "npu", False, ""), good))
    assert "no evidence for ascend" in table.verdict(evidence(Ground("npu", "cpu", False, ""), good))
    assert table.verdict(evidence(Ground("npu", "npu", False, ""), good, bad)) == "1 of 2 checks failed: b."
    assert table.line(bad).endswith("it broke")
