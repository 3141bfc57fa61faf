"""One contestant in a process of its own: loads once, then does what each line of its standard input asks for.

    python worker.py KIND ARTIFACT [SETTINGS as JSON]

A line is ``["stream", FILE]`` (all pictures of a list file, through the contestant's own streaming loader) or
``["single", FILE]`` (the same pictures, one call each). It answers with a line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

Predict = Callable[[str], Iterator[int]]
"""A source in, the number of boxes of each picture out."""


def ultralytics(artifact: str, settings: dict[str, Any]) -> Predict:
    """Ultralytics as its documentation has it: a list file and ``stream=True`` is its streaming loader."""
    from ultralytics import YOLO

    model = YOLO(artifact, task="detect")
    hints = settings.pop("openvino", None)
    if hints:
        _hinted(hints)

    def predict(source: str) -> Iterator[int]:
        for result in model.predict(source, stream=True, verbose=False, imgsz=640, device="cpu", **settings):
            yield len(result.boxes)

    return predict


def _hinted(hints: dict[str, str]) -> None:
    """Precision for Ultralytics' OpenVINO, which asks for none and so takes bf16 where the processor has it."""
    import openvino

    plain = openvino.Core.compile_model

    def compiled(self: Any, model: Any, device_name: Any = None, config: Any = None) -> Any:
        return plain(self, model, device_name, {**(config or {}), **hints})

    openvino.Core.compile_model = compiled


def yoloport(artifact: str, settings: dict[str, Any]) -> Predict:
    """This project's runtime."""
    sys.path.insert(0, str(ROOT / "src"))
    from yoloport.runtime import load

    model = load(artifact, **settings)

    def predict(source: str) -> Iterator[int]:
        for result in model(source):
            yield len(result.boxes)

    return predict


def bare(artifact: str, settings: dict[str, Any]) -> Predict:
    """Forward passes alone on a constant input, as OpenVINO's ``benchmark_app`` runs them: no picture is read."""
    import numpy as np
    import openvino

    streams = settings.pop("streams", 0)
    hint = {"PERFORMANCE_HINT": "THROUGHPUT"} if not streams else {"NUM_STREAMS": str(streams)}
    compiled = openvino.Core().compile_model(artifact, "CPU", {**hint, **settings})
    queue = openvino.AsyncInferQueue(compiled)
    shape = [side.get_length() if side.is_static else 640 for side in compiled.inputs[0].get_partial_shape()]
    kind = {"u8": np.uint8, "f32": np.float32}[compiled.inputs[0].get_element_type().get_type_name()]
    picture = np.full([1, *shape[1:]], 114 if kind is np.uint8 else 0.5, kind)

    def predict(source: str) -> Iterator[int]:
        count = len(Path(source).read_text().splitlines()) if source.endswith(".txt") else 1
        for _ in range(count):
            queue.start_async({0: picture}, share_inputs=True)
            yield 0
        queue.wait_all()

    return predict


CONTESTANTS = {"ultralytics": ultralytics, "yoloport": yoloport, "bare": bare}


def main() -> int:
    """Load, then answer until standard input ends."""
    kind, artifact, *rest = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    predict = CONTESTANTS[kind](artifact, json.loads(rest[0]) if rest else {})

    def say(**answer: object) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    say(ready=True)
    for line in sys.stdin:
        what, source = json.loads(line)
        each: list[float] = []
        boxes, cpu, begin = 0, time.process_time(), time.perf_counter()
        for one in [source] if what == "stream" else Path(source).read_text().splitlines():
            started = time.perf_counter()
            boxes += sum(predict(one))
            each.append(time.perf_counter() - started)
        wall = time.perf_counter() - begin
        say(wall=wall, cpu=time.process_time() - cpu, boxes=boxes, each=each, peak_mb=_peak_mb())
    return 0


def _peak_mb() -> float:
    """Most memory that this process ever held; ``ru_maxrss`` would begin with the parent's."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
