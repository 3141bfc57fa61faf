"""What becomes of the exporter's files, and which weights an ``.rknn`` holds.

The ONNX file that the model was built from stays beside it: rknn-toolkit2's simulator on x86_64 runs a model only in
the process that built it (airockchip/rknn-toolkit2 @59a913d, init_runtime with ``target=None``). With int8 the names of
the pictures stay, too; the exporter would remove that ONNX file, since its boxes are relative to the input (Ultralytics
8.4.190 engine/exporter.py, ``_NormalizeCoords``).
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

MODEL, SOURCE = "model.rknn", "model.onnx"
KEPT, LISTED, PICTURES = "kept.onnx", "dataset.txt", "calibration.txt"
TYPE = re.compile(rb'"dtype": "([a-z0-9]{1,16})", "layout": "N')


def before() -> None:
    """The toolkit keeps a copy of the ONNX file that it loads, where the exporter's process stands."""
    from rknn.api import RKNN

    load = RKNN.load_onnx

    def keeping(self: Any, model: str, **others: Any) -> Any:
        shutil.copyfile(model, KEPT)
        return load(self, model=model, **others)

    RKNN.load_onnx = keeping


def collect(exported: Path, folder: Path) -> Path:
    """Moves the model, the ONNX file that it was made from, and with int8 the list of its pictures."""
    (found,) = exported.glob("*.rknn")
    for left, name in ((exported.parent / KEPT, SOURCE), (exported / LISTED, PICTURES)):
        if left.is_file():
            shutil.move(left, folder / name)
    return Path(shutil.move(found, folder / MODEL))


def stored(file: Path) -> dict[str, int]:
    """How many of the model's in- and outputs are of which type; it is the type its convolutions compute in, too.

    The layout is not public. But the file holds a JSON text for its inputs and one for its outputs, such as
    ``{"output0": {"dtype": "int8", "layout": "NCHW"}}`` (seen in files of rknn-toolkit2 2.3.2, fp16 and int8, whose
    weights' names end in the same type; 2026-11-24).
    """
    counts: dict[str, int] = {}
    for kind in TYPE.findall(file.read_bytes()):
        counts[kind.decode()] = counts.get(kind.decode(), 0) + 1
    return counts
