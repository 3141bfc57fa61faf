"""A conversion from its request to its artifact; everything cheap is checked before anything heavy is imported."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from yoloport.inside.convert import child, compare, describe, output
from yoloport.inside.convert.calibration import Calibration, choose
from yoloport.inside.convert.request import Request, graph_of, settled, tools
from yoloport.inside.convert.target import Target, find
from yoloport.inside.demo.progress import Progress
from yoloport.inside.weights import BadWeights, check_weights

STEPS = 4


@dataclass(frozen=True)
class Plan:
    """What will be done: all of it is known before torch is loaded.

    Args:
        request: as it was typed.
        target: the format.
        precision: what is asked of the exporter.
        graph: ``fast`` or ``plain``.
        output: the artifact's folder.
        versions: of the exporter's packages.
    """

    request: Request
    target: Target
    precision: str
    graph: str
    output: Path
    versions: Mapping[str, str]

    def to_json(self) -> dict[str, Any]:
        """The plan for ``--dry-run``."""
        asked = self.request
        return {
            "weights": str(asked.weights),
            "format": self.target.format,
            "precision": self.precision,
            "graph": self.graph,
            "size": list(asked.size),
            "dynamic": asked.dynamic,
            "batch": asked.batch,
            "chip": asked.chip or None,
            "calibrate": asked.calibrate and str(asked.calibrate),
            "output": str(self.output),
            "tools": dict(self.versions),
        }


def planned(request: Request) -> Plan:
    """Look at everything that can be looked at without torch; the weights' pickle stays closed.

    Raises:
        Problem: of the first that is wrong.
    """
    target = find(request.to)
    precision, graph = settled(request, target), graph_of(request, target)
    if not request.weights.exists():
        raise BadWeights(request.weights, "missing", "there is no such file", "Give a .pt file; none is downloaded.")
    check_weights(request.weights)
    versions = tools(target, target.precisions[precision])
    suffix = "" if precision == next(iter(target.precisions)) else f"_{precision}"
    chip = f"_{request.chip}" if request.chip else ""
    beside = request.weights.with_name(f"{request.weights.stem}_{target.format}{chip}{suffix}")
    place = (request.output or beside).expanduser().absolute()
    output.check_place(place, request.force, request.weights.stat().st_size)
    return Plan(request, target, precision, graph, place, versions)


def run(plan: Plan, progress: Progress) -> dict[str, Any]:
    """Convert; returns what ``conversion.json`` says, with the place and what it took.

    Raises:
        Problem: nothing was written then.
    """
    began = time.monotonic()
    asked = plan.request
    calibration = None
    with progress.step("looking at weights and pictures", "cpu"):
        source = describe.digest(asked.weights)
        if asked.calibrate is not None:
            calibration = choose(asked.calibrate, progress.tell)
    with output.staging(plan.output) as stage:
        whole, scratch = stage / "artifact", stage / "work"
        whole.mkdir()
        scratch.mkdir()
        picture = _picture() if asked.check else None
        with progress.step(f"exporting to {plan.target.format}", "cpu"):
            made = child.exported(_work(plan, calibration, whole, picture), scratch, progress.tell)
        facts = describe.metadata(plan.target, made, source, plan.versions)
        describe.write(whole, made["file"], facts)
        with progress.step("loading it with the runtime", "cpu"):
            trial = _trial(plan, made, whole, picture)
        told = _told(plan, made, facts.precision, calibration, trial)
        describe.report(whole, told)
        with progress.step("putting it in place", "cpu"):
            output.publish(whole, plan.output, asked.force)
    size = sum(file.stat().st_size for file in plan.output.rglob("*"))
    return {
        "output": str(plan.output),
        "megabytes": round(size / 1e6, 1),
        "seconds": round(time.monotonic() - began, 1),
        **told,
    }


def _picture() -> Path | None:
    """A photograph that ships inside the ultralytics package, found without importing it."""
    from importlib.util import find_spec

    spec = find_spec("ultralytics")
    file = Path(spec.origin).parent / "assets/bus.jpg" if spec is not None and spec.origin else None
    return file if file is not None and file.is_file() else None


def _work(plan: Plan, calibration: Calibration | None, folder: Path, picture: Path | None) -> dict[str, Any]:
    asked = plan.request
    pictures = calibration and {
        "data": str(calibration.data),
        "used": [str(one.absolute()) for one in calibration.used],
    }
    return {
        "weights": str(asked.weights.absolute()),
        "to": plan.target.format,
        "precision": plan.precision,
        "graph": plan.graph,
        "size": asked.size,
        "dynamic": asked.dynamic,
        "batch": asked.batch,
        "chip": asked.chip,
        "calibration": pictures,
        "folder": str(folder),
        "picture": picture and str(picture),
    }


def _trial(plan: Plan, made: Mapping[str, Any], folder: Path, picture: Path | None) -> dict[str, Any]:
    if picture is None:
        why = "--skip-check" if not plan.request.check else "the ultralytics package here has no picture"
        return {"checked": f"no: {why}"}
    told = child.tried(folder, picture, plan.target.format)
    if "absent" in told:
        return {"checked": f"no: {told['absent']}"}
    return {
        "checked": "yes",
        "picture": picture.name,
        "difference": compare.differ(made["reference"], told["found"]),
        "runs_on": {key: told["running"][key] for key in ("engine", "version", "device", "precision")},
    }


def _told(
    plan: Plan, made: Mapping[str, Any], precision: str, calibration: Calibration | None, trial: Mapping[str, Any]
) -> dict[str, Any]:
    notes = [*(calibration.notes() if calibration else []), *made["notes"]]
    if precision != plan.precision:
        unread = f" ({made['unread']})" if made["unread"] else ""
        known = f"holds {precision} weights" if precision else f"does not tell what its weights are stored in{unread}"
        notes.append(f"{plan.precision} was asked for; the file {known}")
    asked = {**plan.to_json(), "weights": plan.request.weights.name}
    del asked["output"], asked["calibrate"], asked["precision"]
    return {
        **asked,
        "precision": precision,
        "precision_asked": plan.precision,
        "stored": made["stored"],
        "parameters": made["parameters"],
        "calibration": calibration and calibration.to_json(),
        **trial,
        "notes": notes,
    }
