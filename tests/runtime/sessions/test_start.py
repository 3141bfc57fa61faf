"""What a first detection waits for: modules that take long to import are not among it. Seconds are for benchmarks."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest

from runtime.sessions import small
from runtime.sessions.test_engines import MAKE, beside
from yoloport.runtime.check.checks import MODEL as BRIGHT

NEEDS = {"onnx": "onnxruntime", "openvino": "openvino", "ncnn": "ncnn", "mnn": "MNN"}
ENGINES = {"onnxruntime", "openvino", "ncnn", "MNN", "torch", "ultralytics"}
# With milliseconds that each took on two cores of an AMD EPYC, 2026-11-28.
SLOW = {
    "pydantic": 75, "rich": 20, "importlib.metadata": 20, "http.client": 40, "ssl": 5, "PIL": 30, "matplotlib": 300,
    "jinja2": 25, "psutil": 10, "onnx": 150, "supervision": 900, "openvino.tools.ovc": 115, "openvino_telemetry": 70,
}  # fmt: skip
IMPORT = "from yoloport.runtime import load; load({model!r})({picture!r})[0]"
SHELL = "sys.argv = ['yoloport', 'predict', {model!r}, {picture!r}]; from yoloport.cli.app import main; main()"
TELL = "import atexit, sys; atexit.register(lambda: open({told!r}, 'w').write(' '.join(sys.modules)));"


def imported(form: str, how: str, folder: Path, home: Path) -> set[str]:
    """Names of the modules that a detection of one picture brought with it, in a process of its own."""
    model = BRIGHT if form == "onnx" else MAKE[form](folder)
    picture, told = folder / "a.png", folder / "modules"
    picture.write_bytes(cv2.imencode(".png", np.zeros((small.SIDE, small.SIDE, 3), np.uint8))[1].tobytes())
    code = (TELL + how).format(model=str(model), picture=str(picture), told=str(told))
    argv, environ = [sys.executable, "-c", code], beside() | {"HOME": str(home)}
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return set(told.read_text().split())


def _param(form: str):
    return pytest.param(form, marks=pytest.mark.skipif(find_spec(NEEDS[form]) is None, reason=f"needs {NEEDS[form]}"))


every = pytest.mark.parametrize("form", [_param(form) for form in NEEDS])


@every
def test_a_first_detection_imports_nothing_slow_and_no_other_engine(form: str, tmp_path: Path):
    found = imported(form, IMPORT, tmp_path, tmp_path)
    assert found & ENGINES == {NEEDS[form]}, "and the list of modules was understood"
    assert found & set(SLOW) == set()


@pytest.mark.parametrize("form", [_param("onnx")])
def test_neither_does_the_shell_which_reads_the_options_of_one_verb_alone(form: str, tmp_path: Path):
    found = imported(form, SHELL, tmp_path, tmp_path)
    assert found & set(SLOW) == set() and found & ENGINES == {NEEDS[form]}
    own = {name for name in found if name.startswith("yoloport.cli.")}
    assert own == {f"yoloport.cli.{name}" for name in ("app", "account", "predict", "present")}


@pytest.mark.parametrize("form", [_param("openvino")])
def test_an_engine_that_reports_its_imports_to_the_network_writes_nothing_and_reports_nothing(
    form: str, tmp_path: Path
):
    home = tmp_path / "home"
    home.mkdir()
    assert "socket" not in imported(form, IMPORT, tmp_path, home) and list(home.iterdir()) == []


@pytest.mark.parametrize("form", [_param("openvino")])
def test_the_converter_that_was_left_out_is_there_when_it_is_called(form: str, tmp_path: Path):
    code = (
        f"from yoloport.runtime import load; load({str(MAKE[form](tmp_path))!r}); import openvino, sys\n"
        f"assert 'openvino.tools.ovc' not in sys.modules; print(type(openvino.convert_model({str(BRIGHT)!r})).__name__)"
    )
    environ = beside() | {"HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environ, capture_output=True, text=True, check=False)
    assert done.stdout == "Model\n", done.stderr[-2000:]
