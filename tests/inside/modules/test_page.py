"""The example of the page runs as it stands there, in both languages."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("ultralytics")

pytestmark = pytest.mark.torch


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_example_of_the_page_runs_and_prints_what_the_page_says(root: Path, tmp_path: Path, language: str):
    text = (root / f"docs/{language}/replaceable-modules.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    module, use = (body for kind, body in blocks if kind == "python")
    (printed,) = (body for kind, body in blocks if kind == "text")
    (tmp_path / "my_npu_modules.py").write_text(module, encoding="utf-8")
    (tmp_path / "use.py").write_text(use, encoding="utf-8")
    info = tmp_path / "my_npu_modules-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: my-npu-modules\nVersion: 1.0\n")
    (point,) = re.findall(r'^(\w+) = "(my_npu_modules:\w+)"$', text, re.MULTILINE)
    (info / "entry_points.txt").write_text(f"[yoloport.modules]\n{point[0]} = {point[1]}\n")
    environ = {"PYTHONPATH": f"{root / 'src'}:{tmp_path}", "YOLO_CONFIG_DIR": str(tmp_path), "YOLO_OFFLINE": "true"}
    told = subprocess.run(
        [sys.executable, "use.py"], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
    )
    assert told.returncode == 0, told.stderr
    figures = re.compile(r"by \S+ of \S+ allowed")
    shown, said = (figures.sub("by N of N allowed", one) for one in (printed, told.stdout))
    assert said.endswith(shown)  # before it Ultralytics may say that it made its settings
