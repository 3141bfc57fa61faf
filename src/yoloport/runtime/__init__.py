"""Torch-free inference: picture in, boxes out, on anything that an engine runs on.

    from yoloport.runtime import load

    model = load("helmet.onnx")
    for result in model("pictures/"):
        print(result.path, result.boxes.xyxy, result.boxes.conf)

Nothing is imported until it is asked for: what reads an artifact's metadata alone needs neither numpy nor OpenCV.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from yoloport.errors import Exit, Problem

if TYPE_CHECKING:
    from yoloport.runtime.model import Model, load
    from yoloport.runtime.results.results import Results

__all__ = ["Model", "Results", "load"]
PLACES = {
    "Model": "yoloport.runtime.model",
    "load": "yoloport.runtime.model",
    "Results": "yoloport.runtime.results.results",
}


class MissingPart(Problem):
    """A library that the runtime needs and a plain installation of yoloport does not bring.

    Attributes:
        library: the module that could not be imported.
    """

    exit = Exit.INSTALL

    def __init__(self, library: str) -> None:
        self.library = library
        super().__init__(
            f"the runtime needs the module {library}, which is not installed here",
            "pip install 'yoloport[runtime]', or run it where it is already: yoloport shell",
            "docs/en/runtime.md",
        )


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(import_module(PLACES[name]), name)
    except ModuleNotFoundError as error:
        if error.name in ("numpy", "cv2", "onnxruntime"):
            raise MissingPart(error.name) from None
        raise
