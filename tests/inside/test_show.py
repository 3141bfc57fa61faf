"""``show`` displays in a notebook's cell, and stays upstream's everywhere else."""

from __future__ import annotations

import base64
import os
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from yoloport.inside import show


class Annotator:
    """Upstream's class as far as it is adapted."""

    shown: list[str | None]

    def __init__(self) -> None:
        self.shown = []

    def show(self, title: str | None = None) -> None:
        """Upstream's words."""
        self.shown.append(title)

    def result(self) -> str:
        return "the picture with boxes"


@pytest.fixture
def adapted() -> type:
    module = ModuleType("plotting")
    module.Annotator = type("Annotator", (Annotator,), {})
    show.adapt(module)
    return module.Annotator


def shell(monkeypatch: pytest.MonkeyPatch, found: object) -> None:
    """Stand in for IPython: ``get_ipython()`` returns what is given."""
    for name in ("IPython", "IPython.core", "IPython.core.getipython"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    sys.modules["IPython.core.getipython"].get_ipython = lambda: found


def test_outside_a_notebook_upstreams_own_show_is_called_with_its_title(adapted, monkeypatch):
    for found in (None, SimpleNamespace(), SimpleNamespace(kernel=None)):  # a script, and IPython in a terminal
        shell(monkeypatch, found)
        annotator = adapted()
        annotator.show("title")
        assert annotator.shown == ["title"]


def test_without_ipython_it_is_no_notebook(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "IPython.core.getipython", None)
    assert show.in_notebook() is False


def test_in_a_kernel_the_result_is_displayed_and_upstream_opens_no_window(adapted, monkeypatch):
    shell(monkeypatch, SimpleNamespace(kernel=object()))
    displayed: list[object] = []
    monkeypatch.setattr(show, "display", displayed.append)
    annotator = adapted()
    annotator.show()
    assert (displayed, annotator.shown) == (["the picture with boxes"], [])


def test_upstreams_words_and_function_can_still_be_found(adapted):
    assert adapted.show.__doc__ == "Upstream's words." and adapted.show.__wrapped__ is Annotator.show


CELL = """
import sys
sys.path.insert(0, {source!r})
from yoloport.inside import activate
activate.install()
import numpy as np
from ultralytics.engine.results import Results
import torch
picture = np.zeros((64, 96, 3), np.uint8)
picture[..., 2] = 250  # BGR: red
Results(picture, path="x.jpg", names={{0: "helmet"}}, boxes=torch.tensor([[60., 30., 90., 60., .9, 0.]]))\
.show(labels=False, conf=False)
"""


@pytest.mark.torch
def test_a_real_kernel_shows_the_picture_of_a_real_result_as_jpeg(root: Path, tmp_path: Path, monkeypatch):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    pytest.importorskip("ultralytics")
    monkeypatch.setenv("YOLO_CONFIG_DIR", str(tmp_path))
    monkeypatch.setenv("YOLO_AUTOINSTALL", "False")
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    cell = nbformat.v4.new_code_cell(CELL.format(source=os.fspath(root / "src")))
    notebook = nbformat.v4.new_notebook(cells=[cell])
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    pictures = [o["data"]["image/jpeg"] for o in cell.outputs if "image/jpeg" in o.get("data", {})]
    assert len(pictures) == 1
    from io import BytesIO

    from PIL import Image

    shown = Image.open(BytesIO(base64.b64decode(pictures[0])))
    assert shown.format == "JPEG" and shown.size == (96, 64)
    red, green, blue = shown.convert("RGB").getpixel((10, 10))
    assert red > 220 and green < 40 and blue < 40, "channels are in the order of a screen"
