"""The process that holds torch: loads the weights, calls the exporter, and looks at what came out.

It is a process of its own because exporters crash, write beside where they stand, and import what should not stay.
It reads its work as JSON on standard input, writes events as lines of JSON to the file descriptor that it is told,
and ends at once, with all that it started, when its standard input closes: then nobody waits for it.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import Any

from yoloport.errors import Problem
from yoloport.inside import upstream
from yoloport.inside.convert import branches, raw_head
from yoloport.inside.convert import request as asked
from yoloport.inside.convert.problems import ExportFailed
from yoloport.inside.convert.target import TASKS, Graph, Speed, Target, find
from yoloport.inside.weights import FETCH, LOAD_FAILURES, BadWeights

NEUTRAL = Path("model.pt")
"""The name the exporter is told: upstream puts its files beside the weights and replaces ``.pt`` anywhere in a path."""


def main() -> int:
    """Do the work of standard input; the result or the problem is the last event."""
    work = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_parent, daemon=True).start()
    events = os.fdopen(int(work["events"]), "w", encoding="utf-8")

    def say(**event: object) -> None:
        print(json.dumps(event, ensure_ascii=False, default=str), file=events, flush=True)

    try:
        say(result=export(work, lambda step: say(step=step)))
    except Problem as problem:
        told = {"cause": problem.cause, "remedy": problem.remedy, "see": problem.see}
        say(problem={**problem.fields(), **told})
    return 0


def _end_with_parent() -> None:
    sys.stdin.read()
    os.killpg(os.getpgid(0), signal.SIGKILL)


def export(work: dict[str, Any], step: Any) -> dict[str, Any]:
    """Load, export, look.

    Raises:
        BadWeights: torch cannot load the file, or its task has no artifact.
        CannotConvert: size or precision do not fit the model.
    """
    upstream.prepare()
    target = find(work["to"])
    target.before()
    model = _loaded(Path(work["weights"]))
    stride = int(max(model.model.stride))
    asked.fits(tuple(work["size"]), stride)
    asked.for_task(model.task, work["precision"], target)
    said: dict[str, Any] = {}
    model.add_callback("on_export_start", lambda exporter: said.update(exporter.metadata))
    model.model.pt_path = str(NEUTRAL)
    step("exporting")
    file, graph, notes = _made(model, work, target, step)
    step("looking at what came out")
    parameters = sum(one.numel() for one in model.model.parameters())
    reference = _reference(model, work) if work["picture"] else None
    return {
        "file": file.name,
        "said": {key: str(value) for key, value in said.items()},
        "preprocess": asdict(graph.preprocess),
        "raw_head": graph.raw_head and asdict(graph.raw_head),
        "notes": notes,
        **_stored(target, file),
        "parameters": parameters,
        "reference": reference,
        "versions": _versions(),
    }


def _loaded(path: Path) -> Any:
    from ultralytics import YOLO

    try:
        model: Any = YOLO(str(path))
    except LOAD_FAILURES as failure:
        first = (str(failure).strip() or type(failure).__name__).splitlines()[0]
        raise BadWeights(path, "not loadable", f"torch cannot load it: {first}", FETCH) from failure
    if model.task not in TASKS:
        remedy = f"Give a model for one of {', '.join(TASKS)}."
        raise BadWeights(path, "other task", f"is a model for the task {model.task!r}", remedy)
    return model


def _made(model: Any, work: dict[str, Any], target: Target, step: Any) -> tuple[Path, Graph, list[str]]:
    """The model's file in the artifact's folder, what its graph takes and gives, and what a person should know."""
    folder, precision = Path(work["folder"]), target.precisions[work["precision"]]
    if work["graph"] == "plain" or target.fast is None:
        exported = _export(model, work, target, precision.quantize)
        return target.collect(exported, folder), Graph(target.preprocess), []
    why = raw_head.why_not(model)
    with nullcontext() if why else raw_head.cut(model) as raw:
        # With boxes worked out in the graph, only the exporter knows which part must stay in floating point.
        exported = _export(model, work, target, precision.quantize if why or not precision.calibrated else None)
    file = target.collect(exported, folder)
    if raw and raw.branches:
        branches.save(model.model.model[-1], folder / raw.branches, half=work["precision"] != "fp32")
    step("making the graph fast")
    pictures = work["calibration"]["used"] if work["calibration"] and not why else ()
    size = (int(work["size"][0]), int(work["size"][1]))
    try:
        graph = target.fast(file, Speed(Graph(target.preprocess, raw), size, tuple(map(Path, pictures))))
    except Exception as failure:
        raise ExportFailed(target.format, _first(failure), ()) from failure
    told = f"boxes are worked out in the graph: {why}"
    return file, graph, [told] if why and model.task != "classify" else []


def _export(model: Any, work: dict[str, Any], target: Target, quantize: int | None) -> Path:
    from yoloport.inside.convert.calibration import Calibration, laid_out

    told = work["calibration"]
    data = None
    if told and quantize is not None:
        used = Calibration(Path(told["data"]), 0, tuple(map(Path, told["used"])), 0, ())
        data = str(laid_out(used, Path("calibration").absolute(), model.task, dict(model.names)))
    settings = {"name": work["chip"]} if work["chip"] else {}
    given = {**target.options, **settings, "quantize": quantize, "data": data}
    try:
        exported = model.export(format=target.format, imgsz=list(work["size"]), dynamic=work["dynamic"],
                                batch=work["batch"], device="cpu", **given)  # fmt: skip
    except Exception as failure:
        raise ExportFailed(target.format, _first(failure), ()) from failure
    return Path(str(exported)).absolute()


def _first(failure: Exception) -> str:
    return (str(failure).strip() or type(failure).__name__).splitlines()[0]


def _stored(target: Any, file: Path) -> dict[str, Any]:
    """Types of the weights; where they cannot be read, nothing is claimed, and why is told."""
    try:
        return {"stored": target.stored(file), "unread": ""}
    except Exception as failure:  # noqa: BLE001  # of five libraries; the model is good all the same
        return {"stored": {}, "unread": f"{type(failure).__name__}: {failure}"}


def _reference(model: Any, work: dict[str, Any]) -> dict[str, Any]:
    """What torch finds on the picture, prepared as the artifact wants it."""
    from yoloport.inside.convert.compare import found

    size = [int(side) for side in work["size"]]
    result = model.predict(work["picture"], imgsz=size, rect=work["dynamic"], conf=0.25, device="cpu", verbose=False)
    return found(result[0].cpu().numpy())


def _versions() -> dict[str, str]:
    import torch
    import ultralytics

    return {"ultralytics": str(ultralytics.__version__), "torch": str(torch.__version__)}


if __name__ == "__main__":
    sys.exit(main())
