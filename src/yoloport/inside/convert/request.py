"""What is asked for, and whether a target can do it: decided before anything heavy is imported."""

from __future__ import annotations

import importlib.metadata
import shlex
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from yoloport.inside.convert.problems import CannotConvert, MissingTool
from yoloport.inside.convert.target import Need, Precision, Target

PRECISIONS = ("fp32", "bf16", "fp16", "int8")
GRAPHS = ("fast", "plain")


@dataclass(frozen=True)
class Request:
    """A conversion as it was typed; empty values mean the target's own choice.

    Args:
        weights: the ``.pt`` file.
        to: the format.
        precision: one of ``PRECISIONS``.
        calibrate: dataset YAML or folder of pictures for int8.
        size: height and width of the input, in pixels.
        dynamic: other sizes and batches may go in.
        batch: pictures in one forward pass.
        output: the artifact's folder.
        chip: the chip it is for.
        graph: one of ``GRAPHS``.
        force: an artifact that is there is replaced.
        check: the artifact is loaded and tried before it is put in place.
    """

    weights: Path
    to: str
    precision: str = ""
    calibrate: Path | None = None
    size: tuple[int, int] = (640, 640)
    dynamic: bool = False
    batch: int = 1
    output: Path | None = None
    chip: str = ""
    graph: str = ""
    force: bool = False
    check: bool = True


def settled(request: Request, target: Target) -> str:
    """The precision that it will be, where the target can do all that is asked.

    Raises:
        CannotConvert: naming what is possible instead.
    """
    name = request.precision or target.one_precision.get(request.chip, next(iter(target.precisions)))
    possible = ", ".join(target.precisions)
    if name not in target.precisions:
        why = target.refused.get(name, f"{target.format} has no such precision here")
        raise CannotConvert(f"--precision {name}", why, f"possible: --precision {possible}")
    _chip(request, target, name)
    if request.dynamic and not target.dynamic:
        raise CannotConvert("--dynamic", f"{target.format} has one size, fixed at conversion", "leave --dynamic away")
    chosen = target.precisions[name]
    if chosen.calibrated and request.calibrate is None:
        remedy = "--calibrate DATA: a dataset's YAML, or a folder of some hundred pictures like those to come"
        raise CannotConvert(f"--precision {name}", "the ranges of its numbers are found with pictures", remedy)
    if request.calibrate is not None and not chosen.calibrated:
        why = f"{target.format} in {name} takes no pictures: they would change nothing"
        raise CannotConvert("--calibrate", why, "leave --calibrate away")
    return name


def graph_of(request: Request, target: Target) -> str:
    """The graph that it will be: the one that is asked for, or the target's own choice.

    Raises:
        CannotConvert: a fast one is asked for, and the target has none.
    """
    if request.graph == "fast" and target.fast is None:
        raise CannotConvert("--graph fast", f"{target.format} has the exporter's graph only", "leave --graph away")
    return request.graph or ("plain" if target.fast is None else target.graph)


def _chip(request: Request, target: Target, name: str) -> None:
    if request.chip and not target.chips:
        raise CannotConvert(f"--chip {request.chip}", f"{target.format} is for any chip", "leave --chip away")
    if target.chips and request.chip not in target.chips:
        asked = f"--chip {request.chip}" if request.chip else f"--to {target.format}"
        raise CannotConvert(asked, "it is made for one chip", f"--chip is one of {', '.join(target.chips)}")
    only = target.one_precision.get(request.chip)
    if only and name != only:
        raise CannotConvert(f"--precision {name}", f"{request.chip} computes in {only} only", f"--precision {only}")


def for_task(task: str, name: str, target: Target) -> None:
    """Whether the precision exists for a task.

    Raises:
        CannotConvert: it does not.
    """
    allowed = target.precisions[name].tasks
    if task not in allowed:
        others = [key for key, one in target.precisions.items() if task in one.tasks]
        why = f"for {target.format} only models that {', '.join(allowed)} can be {name}, and this one is for {task}"
        raise CannotConvert(f"--precision {name}", why, f"--precision {' or '.join(others)}")


def fits(size: tuple[int, int], stride: int) -> None:
    """Whether height and width are multiples of the stride.

    Raises:
        CannotConvert: naming the nearest that are. Upstream would round up, and the artifact be another than asked.
    """
    if any(side % stride for side in size):
        near = ",".join(str(max(stride, round(side / stride) * stride)) for side in size)
        asked = ",".join(map(str, size))
        raise CannotConvert(f"--imgsz {asked}", f"this model needs multiples of {stride}", f"--imgsz {near}")


def _version(name: str) -> str:
    return importlib.metadata.version(name)


def tools(target: Target, precision: Precision, version: Callable[[str], str] = _version) -> dict[str, str]:
    """Versions of the packages the exporter needs. Nothing is imported, nothing installed.

    Raises:
        MissingTool: one is absent or of a version that does not fit, with the command that mends it.
    """
    found: dict[str, str] = {}
    missing: dict[str, str] = {}
    wrong: list[Need] = []
    for need in (*target.needs, *precision.needs):
        state = _state(need, version)
        if state:
            missing[need.name + need.versions] = state
            wrong.append(need)
        else:
            found[need.name] = version(need.name)
    if missing:
        python = shlex.quote(sys.executable)
        lines = [f"{python} -m pip install {need.words()}" for need in wrong if need.pip.startswith("--")]
        plain = " ".join(need.words() for need in wrong if not need.pip.startswith("--"))
        lines += [f"{python} -m pip install {plain}"] if plain else []
        raise MissingTool(target.format, missing, target.install or " && ".join(lines))
    return found


def _state(need: Need, version: Callable[[str], str]) -> str:
    """What is wrong with a package; empty where nothing is."""
    from packaging.specifiers import SpecifierSet

    try:
        there = version(need.name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed"
    return "" if SpecifierSet(need.versions).contains(there, prereleases=True) else f"{there} is installed"


def size_of(text: str) -> tuple[int, int]:
    """Height and width from ``N`` or ``H,W``.

    Raises:
        CannotConvert: it is neither, or not between 32 and 8192.
    """
    parts = text.replace("x", ",").split(",")
    if len(parts) in (1, 2) and all(part.strip().isdecimal() for part in parts):
        sides = [int(part) for part in parts]
        if all(32 <= side <= 8192 for side in sides):
            return sides[0], sides[-1]
    raise CannotConvert(f"--imgsz {text}", "is no size", "a number of pixels, or height,width: 640 or 384,640")
