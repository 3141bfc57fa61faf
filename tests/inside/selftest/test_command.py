"""The selftest end to end on the CPU, and its refusals."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from yoloport.errors import Exit


def selftest(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "yoloport.inside.selftest", *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.torch
def test_a_selftest_on_the_cpu_passes_and_writes_evidence(tmp_path: Path) -> None:
    pytest.importorskip("ultralytics")
    file = tmp_path / "evidence.json"
    ended = selftest("--device", "cpu", "--platform", "cpu", "--out", str(file), "--json")
    assert ended.returncode == Exit.OK, ended.stderr
    content = json.loads(file.read_text())
    assert json.loads(ended.stdout)["file"] == str(file)
    assert [check["id"] for check in content["checks"]] == ["convolution", "training-step", "predict", "onnx-export"]
    assert all(check["passed"] and check["figures"] for check in content["checks"])
    assert {cell["capability"] for cell in content["ladder"]} == {"workspace", "train", "predict", "convert"}
    assert sum(check["seconds"] for check in content["checks"]) < 600


@pytest.mark.torch
def test_a_device_that_is_not_there_is_a_problem() -> None:
    pytest.importorskip("ultralytics")
    ended = selftest("--device", "npu:0", "--json")
    fields = json.loads(ended.stdout.splitlines()[-1])
    assert (ended.returncode, fields["problem"]) == (Exit.NO_DEVICE, "NoSuchDevice")


@pytest.mark.torch
@pytest.mark.parametrize("spoiled", ["output", "weight"])
def test_a_device_that_computes_wrongly_fails_the_convolution(monkeypatch: pytest.MonkeyPatch, spoiled: str) -> None:
    torch = pytest.importorskip("torch")
    from yoloport.inside.selftest import convolution

    true = convolution._pass

    def wrong(*values: object) -> tuple[object, ...]:
        output, pixels, weight = true(*values)
        if output.dtype == torch.float32:
            (output if spoiled == "output" else weight)[0, 0, 0, 0] += 5.0
        return output, pixels, weight

    monkeypatch.setattr(convolution, "_pass", wrong)
    with pytest.raises(convolution.CheckFailed, match=spoiled):
        convolution.convolution(torch.device("cpu"))


def test_an_unknown_platform_is_a_problem_before_torch_is_imported() -> None:
    ended = selftest("--platform", "abacus", "--json")
    assert ended.returncode == Exit.NO_PLATFORM, ended.stderr
    assert json.loads(ended.stdout.splitlines()[-1])["name"] == "abacus"
